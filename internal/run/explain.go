package run

import (
	"context"
	"fmt"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// Explain says why a person has an account, or is in the group of a class, or why not.
// class is "" for the account alone. Both are named as in FindRecord.
func (e *Engine) Explain(ctx context.Context, person, class string) (plan.Explanation, error) {
	who, err := e.FindRecordOf(ctx, directory.Account, person)
	if err != nil {
		return plan.Explanation{}, err
	}
	var room ledger.Record
	if class != "" {
		if room, err = e.FindRecordOf(ctx, directory.ClassGroup, class); err != nil {
			return plan.Explanation{}, err
		}
		if room.Source != who.Source {
			return plan.Explanation{}, &NoRecordError{Key: class}
		}
	}
	p := &pass{Engine: e, opts: Options{DryRun: true, Progress: noProgress{}}, feeding: map[roster.Stream]Feed{}, result: Result{Feed: map[string]*feed.FileReport{}}}
	p.day = roster.DateOf(e.Now(), e.zone())
	if p.config, err = e.Configuration.Snapshot(ctx); err != nil {
		return plan.Explanation{}, err
	}
	if err := p.chooseInbound(); err != nil {
		return plan.Explanation{}, err
	}
	if err := p.findStreams(ctx); err != nil {
		return plan.Explanation{}, err
	}
	for _, in := range p.leading() {
		if in.source.Number != who.Source {
			continue
		}
		rules, err := plan.NewRules(p.config, in.source, in.year, p.day)
		if err != nil {
			return plan.Explanation{}, fmt.Errorf("year %q: %w", in.year.DisplayName, err)
		}
		kept, err := e.keptBack(ctx)
		if err != nil {
			return plan.Explanation{}, err
		}
		maker := plan.Maker{Roster: e.Roster(p.streams, false), Held: e.Ledger, Target: e.TargetID, Directory: e.Target, KeptBack: kept}
		return maker.Explain(ctx, rules, who.ID, room.ID)
	}
	return plan.Explanation{}, ErrNoInboundFlow
}

// zone returns the time zone in which days are counted.
func (e *Engine) zone() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}
