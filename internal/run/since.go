package run

import (
	"context"
	"slices"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// findSince finds out what came of each source since a run settled in a state,
// where that is all in the feeds that this run took. What an earlier run stored
// and did not come to plan is not.
func (p *pass) findSince(ctx context.Context, state string, before, now settled, taken map[int][]Feed) error {
	for source, feed := range now.Feeds {
		since, known := changed(before.Feeds[source], feed, taken[source])
		if !known {
			continue
		}
		var err error
		if since.Standings, err = p.Standings.Settled(ctx, source, state); err != nil {
			return err
		}
		p.since[source] = since
	}
	return nil
}

// changed returns what changed from one feed to a later one, where the feeds
// between were taken. Where anything but people and classes did, it is not known
// whom that concerns.
func changed(before, now roster.FeedNumber, taken []Feed) (since plan.Since, known bool) {
	for _, f := range taken {
		if before++; f.Number() != before || len(f.Changed(roster.KindSession)) > 0 || len(f.Changed(roster.KindCourse)) > 0 {
			return plan.Since{}, false
		}
		since.People = append(since.People, f.Changed(roster.KindPerson)...)
		since.Classes = append(since.Classes, f.Changed(roster.KindClass)...)
	}
	return plan.Since{People: ascending(since.People), Classes: ascending(since.Classes)}, before == now
}

func ascending(ids []roster.ID) []roster.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// keepStandings keeps how people stand now that nothing is left to do.
func (p *pass) keepStandings(ctx context.Context, state string) error {
	for source, standings := range p.stand {
		if err := p.Standings.Settle(ctx, source, state, standings); err != nil {
			return err
		}
	}
	return nil
}
