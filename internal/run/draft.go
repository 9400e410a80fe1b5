package run

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/guard"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// draft is a plan that was made, and is neither complete nor dropped yet.
type draft struct {
	ledger.Writer
	purpose  ledger.Purpose
	measures *plan.Measures
	parts    []ledger.Part
	guard    ledger.Guard
	undoing  *ledger.Undoing // of a rollback
	freed    []ledger.Undone // that need not stay undone once the plan is applied
}

// hash is that of the plan, were it complete now.
func (d draft) hash(target ledger.Target) string {
	return ledger.HashOf(target, d.purpose, d.parts)
}

// adds reports whether the plan gives anybody anything.
func (d draft) adds() bool {
	return slices.ContainsFunc(d.parts, func(p ledger.Part) bool {
		return p.Counts.Memberships.Add+p.Counts.Accounts.Create+p.Counts.Accounts.Update > 0
	})
}

// only says what of the changes is planned, and is false for none of one.
type only func(c ledger.Change) (ledger.Change, bool)

func everything(c ledger.Change) (ledger.Change, bool) { return c, true }

// additions leaves of a change what gives somebody something and takes nothing away:
// new accounts, and memberships of people and groups that are there. What a plan
// that is too large does of it is done at once.
func additions(c ledger.Change) (ledger.Change, bool) {
	account := c.Record.Kind.Depth() == 0
	switch {
	case account && c.Wave > 1: // after a rename, which waits
		return c, false
	case account:
		return c, c.Because == ledger.BecausePresent || c.Because == ledger.BecauseMatched || c.Because == ledger.BecauseRelinked
	case c.ObjectID == "":
		return c, false
	}
	c.Set, c.Was = nil, nil
	c.Links = slices.DeleteFunc(slices.Clone(c.Links), func(l ledger.Links) bool { return l.Remove })
	return c, len(c.Links) > 0
}

// ofParts leaves the changes of some parts.
func ofParts(keys []string) only {
	return func(c ledger.Change) (ledger.Change, bool) { return c, slices.Contains(keys, c.Part) }
}

// picked hands on what of the changes is planned.
type picked struct {
	plan.Changes
	only only
}

func (p picked) Add(ctx context.Context, c ledger.Change) error {
	c, some := p.only(c)
	if !some {
		return nil
	}
	return p.Changes.Add(ctx, c)
}

// draft makes a plan of what the roster, the configuration and the directory are
// now, and measures it. by is who approved it already, if anybody.
func (p *pass) draft(ctx context.Context, o only, by string) (draft, error) {
	p.problems, p.gone, p.turns, p.relinked = feed.Bounded{}, false, nil, 0
	p.run.Totals.Matched, p.run.Totals.Unmatched = nil, nil
	p.left = map[plan.Reason]int{}
	d := draft{purpose: ledger.ForFeed, measures: plan.NewMeasures()}
	d.measures.Pick = o
	var err error
	if d.Writer, err = p.beginPlan(ctx, d.purpose, by, nil); err != nil {
		return draft{}, err
	}
	maker := p.maker()
	maker.Measures = d.measures
	if p.External {
		can, err := p.Target.Abilities(ctx)
		if err != nil {
			return draft{}, fmt.Errorf("ask what the directory can do: %w", err)
		}
		maker.Can = &can
	}
	if maker.KeptBack, err = p.keptBack(ctx); err != nil {
		d.Drop()
		return draft{}, err
	}
	if err := p.plan(ctx, maker, picked{d.Writer, o}); err != nil {
		d.Drop()
		return draft{}, err
	}
	p.tellRelinked()
	if n := maker.KeptBack.Size(); n > 0 {
		p.left[plan.ChangesUndone] = n
	}
	d.freed = maker.KeptBack.Freed()
	p.result.NotProvisioned = p.left
	d.parts = d.Writer.Parts()
	d.guard = ledger.Guard{Counts: d.measures.Counts, Needs: d.measures.Needs}
	return d, nil
}

// maker is what plans are made from.
func (p *pass) maker() plan.Maker {
	return plan.Maker{
		Roster: p.Roster(p.streams, p.opts.DryRun), Held: p.Ledger, Target: p.TargetID, Directory: p.Target,
		Seen: p.seen, Settled: p.settled, Until: p.until, Since: p.since, Applied: p.last.Feeds, Measures: plan.NewMeasures(),
	}
}

// beginPlan begins a plan, or, for a dry run, one that is not kept.
func (p *pass) beginPlan(ctx context.Context, purpose ledger.Purpose, by string, undoing *ledger.Undoing) (ledger.Writer, error) {
	if p.opts.DryRun {
		return &unkept{target: p.TargetID}, nil
	}
	return p.Ledger.Begin(ctx, ledger.Draft{Target: p.TargetID, Run: p.run.ID, Purpose: purpose, Created: p.Now(), By: by, Undoing: undoing})
}

// judge finds out whether a draft waits for a person, and why.
func (p *pass) judge(ctx context.Context, d *draft) error {
	limits, err := p.limits(ctx)
	if err != nil {
		return err
	}
	before, err := p.lately(ctx)
	if err != nil {
		return err
	}
	rows, fallen := p.rows()
	d.guard.Counts.Add(guard.RowsFallen, guard.All, fallen)
	night := guard.Night{Counts: d.guard.Counts, Before: before, Totals: p.last.Totals, Rows: rows, First: p.last.First}
	d.guard.Trips = limits.Judge(night)
	if p.last.Configuration != p.config.Version() {
		for i := range d.guard.Trips {
			d.guard.Trips[i].Doubt = true // it may be the configuration that is wrong
		}
	}
	first, err := p.firstPlan(ctx, d)
	if err != nil {
		return err
	}
	if first {
		d.guard.Trips = append([]guard.Trip{{Rule: guard.FirstPlan, Doubt: true}}, d.guard.Trips...)
	}
	if len(d.guard.Trips) > 0 {
		name, err := p.schoolNames(ctx)
		if err != nil {
			return err
		}
		d.guard.Causes = p.evidence(d).Causes(name)
	}
	if p.last.First {
		d.guard.Counts = guard.Counts{} // a first load is no part of what is done in 24 hours
	}
	return nil
}

// firstPlan reports whether a draft does something to a directory that is not ours, and to
// which no plan did anything before.
func (p *pass) firstPlan(ctx context.Context, d *draft) (bool, error) {
	if !p.External || len(d.parts) == 0 {
		return false, nil
	}
	plans, err := p.Ledger.Plans(ctx, p.TargetID, time.Time{}, 0)
	return !slices.ContainsFunc(plans, func(one ledger.Plan) bool {
		return one.State == ledger.Applied && one.Counts.Effects() > 0
	}), err
}

// evidence is what is known of the night beside what was measured.
func (p *pass) evidence(d *draft) guard.Evidence {
	e := guard.Evidence{
		Trips: d.guard.Trips, WithoutRole: d.measures.WithoutRole,
		Configured: p.last.Configuration != p.config.Version(), Fed: len(p.result.Feed) > 0,
	}
	for name, f := range p.result.Feed {
		e.Files = append(e.Files, guard.File{Name: name, Rows: f.Rows, Lost: f.Deactivated})
	}
	return e
}

// schoolNames returns how schools are called, by sourcedId.
func (p *pass) schoolNames(ctx context.Context) (func(string) string, error) {
	names := map[string]string{ledger.NoSchool: "no school"}
	for source := range p.streams {
		for r, err := range p.Roster(p.streams, p.opts.DryRun).Records(ctx, source, roster.KindOrg) {
			if err != nil {
				return nil, err
			}
			o, err := roster.DecodeOrg(r.Key, r.Body)
			if err != nil {
				return nil, err
			}
			names[r.Key] = o.Name
		}
	}
	return func(key string) string { return cmp.Or(names[key], key) }, nil
}
