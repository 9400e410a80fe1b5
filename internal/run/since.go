package run

import (
	"context"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// findSince finds out what came of each source since a run settled in a state,
// where that is all in the feeds that this run took. What an earlier run stored
// and did not come to plan is not.
func (p *pass) findSince(ctx context.Context, state string, before, now settled, taken map[int]Feed) error {
	for source, feed := range now.Feeds {
		since, known := changed(before.Feeds[source], feed, taken[source])
		if !known {
			continue
		}
		var err error
		if since.Standings, err = p.Journal.Settled(ctx, source, state); err != nil {
			return err
		}
		p.since[source] = since
	}
	return nil
}

// changed returns what changed from one feed to the next. Where anything but
// people and classes did, it is not known whom that concerns.
func changed(before, now roster.FeedNumber, taken Feed) (since plan.Since, known bool) {
	switch {
	case now == before:
		return plan.Since{}, true
	case now != before+1, taken == nil, taken.Number() != now,
		len(taken.Changed(roster.KindSession)) > 0, len(taken.Changed(roster.KindCourse)) > 0:
		return plan.Since{}, false
	}
	return plan.Since{People: taken.Changed(roster.KindPerson), Classes: taken.Changed(roster.KindClass)}, true
}

// keepStandings keeps how people stand now that nothing is left to do.
func (p *pass) keepStandings(ctx context.Context, state string) error {
	for source, standings := range p.stand {
		if err := p.Journal.Settle(ctx, source, state, standings); err != nil {
			return err
		}
	}
	return nil
}
