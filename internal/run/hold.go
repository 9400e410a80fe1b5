package run

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/guard"
	"rollbook/internal/ledger"
)

// Held is a plan that waits for a person, or was rejected by one.
type Held struct {
	Plan     int64         `json:"id"`
	State    ledger.State  `json:"state"`
	Why      []Reason      `json:"why"`
	Causes   []guard.Cause `json:"causes"`
	Counts   ledger.Counts `json:"counts"`
	Since    time.Time     `json:"since"`
	Doubt    bool          `json:"doubt"` // of the feed or the configuration: all of the plan waits
	Rejected string        `json:"rejectedBy,omitempty"`
}

// Reason is a rule that says that a plan waits, with its sentence.
type Reason struct {
	guard.Trip
	Message string `json:"message"`
}

// planAndApply makes the plan, and applies it unless it has to wait for a person.
func (p *pass) planAndApply(ctx context.Context) error {
	d, err := p.draft(ctx, everything, "")
	if err != nil {
		return err
	}
	if err := p.judge(ctx, &d); err != nil {
		d.Drop()
		return err
	}
	switch waits := len(d.guard.Trips) > 0; {
	case p.opts.DryRun:
		return p.showDraft(ctx, d)
	case p.opts.Keep && waits:
		return p.keep(ctx, d, ledger.Held)
	case p.opts.Keep:
		return p.keep(ctx, d, ledger.Planned)
	case !waits:
		return p.carryOut(ctx, d, true)
	case guard.InDoubt(d.guard.Trips), !d.adds():
		return p.keep(ctx, d, ledger.Held)
	}
	return p.cut(ctx, d)
}

// showDraft shows what a dry run planned.
func (p *pass) showDraft(ctx context.Context, d draft) error {
	state := ledger.Planned
	if len(d.guard.Trips) > 0 {
		state = ledger.Held
	}
	made, _, err := d.Finish(ctx, state, d.guard)
	if err != nil {
		return err
	}
	p.result.Plan = summaryOf(made)
	if state == ledger.Held {
		err = p.tell(ctx, made)
	}
	return err
}

// carryOut completes a plan, and applies it. whole says that nothing of what there
// is to do was left out.
func (p *pass) carryOut(ctx context.Context, d draft, whole bool) error {
	// The record comes first: whoever finds the plan being applied ends the run.
	if err := p.save(ctx); err != nil {
		d.Drop()
		return err
	}
	made, _, err := d.Finish(ctx, ledger.Applying, d.guard)
	p.result.Plan = summaryOf(made)
	if err != nil {
		return err
	}
	return p.applyMade(ctx, made, d, whole)
}

// applyMade applies a plan that is Applying.
func (p *pass) applyMade(ctx context.Context, made ledger.Plan, d draft, whole bool) error {
	if whole {
		if err := p.honorResets(ctx); err != nil {
			return err
		}
	}
	p.begin(stageApply, made.Counts.Effects())
	if err := p.apply(ctx, made); err != nil {
		return err
	}
	p.result.Plan.State = ledger.Applied
	if whole || p.seen.Nothing() { // else what another hand did is still to be put right
		if err := p.keepMark(ctx); err != nil {
			return err
		}
	}
	if err := p.noteLast(ctx, d.measures, whole); err != nil || !whole {
		return err
	}
	if err := p.Ledger.SetUndone(ctx, p.TargetID, d.freed); err != nil {
		return err
	}
	return p.settle(ctx)
}

// cut applies what a plan that is too large adds, and keeps the rest for a person.
func (p *pass) cut(ctx context.Context, d draft) error {
	some, err := p.draft(ctx, additions, "")
	if err != nil {
		d.Drop()
		return err
	}
	d.Drop()
	if len(some.parts) == 0 {
		some.Drop()
	} else {
		some.guard = ledger.Guard{Counts: only24(some.measures.Counts)}
		if err := p.carryOut(ctx, some, false); err != nil {
			return err
		}
		if err := p.closeApplied(ctx); err != nil {
			return err
		}
		if err := p.observe(ctx); err != nil {
			return err
		}
	}
	rest, err := p.draft(ctx, everything, "")
	if err != nil {
		return err
	}
	if err := p.judge(ctx, &rest); err != nil {
		rest.Drop()
		return err
	}
	if len(rest.guard.Trips) == 0 {
		return p.carryOut(ctx, rest, true)
	}
	return p.keep(ctx, rest, ledger.Held)
}

// only24 leaves what additions count as: they take nothing away.
func only24(c guard.Counts) guard.Counts {
	counts := guard.Counts{}
	if created := c[guard.AccountsCreated]; created != nil {
		counts[guard.AccountsCreated] = created
	}
	return counts
}

// closeApplied closes a plan that was applied while its run goes on.
func (p *pass) closeApplied(ctx context.Context) error {
	if p.applied == 0 {
		return nil
	}
	p.result.Findings = append(p.result.Findings, p.problems.Findings()...)
	p.problems = feed.Bounded{}
	err := p.Ledger.Close(ctx, p.applied)
	p.applied = 0
	return err
}

// keep keeps a plan for a person. One of the same content that waits already, or was
// rejected, stays what it is: nobody has to decide the same twice.
func (p *pass) keep(ctx context.Context, d draft, state ledger.State) error {
	before, err := p.Ledger.Plans(ctx, p.TargetID, time.Time{}, recentPlans)
	if err != nil {
		d.Drop()
		return err
	}
	hash := d.hash(p.TargetID)
	same := slices.IndexFunc(before, func(b ledger.Plan) bool {
		return b.Hash == hash && (b.State == ledger.Held || b.State == ledger.Rejected)
	})
	if state == ledger.Held && same >= 0 && !slices.ContainsFunc(before[:same], func(b ledger.Plan) bool { return b.State == ledger.Applied }) {
		d.Drop()
		p.result.Plan = summaryOf(before[same])
		return p.tell(ctx, before[same])
	}
	if len(d.parts) == 0 && !lost(d.guard.Trips) {
		return p.carryOut(ctx, d, true)
	}
	made, _, err := d.Finish(ctx, state, d.guard)
	if err != nil {
		return err
	}
	p.result.Plan = summaryOf(made)
	if state == ledger.Held {
		return p.tell(ctx, made)
	}
	return nil
}

// lost reports whether people or classes are gone: nothing is done for that, and a
// person is to know all the same before it counts as so.
func lost(trips []guard.Trip) bool {
	return slices.ContainsFunc(trips, func(t guard.Trip) bool { return t.Rule == guard.PeopleGone || t.Rule == guard.ClassesGone })
}

// recentPlans is how many plans are looked through for one of the same content.
const recentPlans = 20

// tell takes a plan that waits into the result.
func (p *pass) tell(ctx context.Context, made ledger.Plan) error {
	name, err := p.schoolNames(ctx)
	if err != nil {
		return err
	}
	p.result.Held = HeldOf(made, name)
	return nil
}

// HeldOf says why a plan waits. name gives the names of schools.
func HeldOf(made ledger.Plan, name func(string) string) *Held {
	h := &Held{
		Plan: made.ID, State: made.State, Causes: made.Guard.Causes, Counts: made.Counts, Since: made.Created, Doubt: guard.InDoubt(made.Guard.Trips),
	}
	if made.State == ledger.Rejected {
		h.Rejected = made.By
	}
	for _, t := range made.Guard.Trips {
		h.Why = append(h.Why, Reason{t, t.Sentence(name)})
	}
	return h
}

func summaryOf(made ledger.Plan) PlanSummary {
	return PlanSummary{Counts: made.Counts, Hash: made.Hash, ID: made.ID, State: made.State}
}

// NeedsOther says that a part of a plan cannot be applied without others.
type NeedsOther struct {
	Part  string
	Needs []string
}

func (e *NeedsOther) Error() string {
	return fmt.Sprintf("the part of %s puts people into classes whose accounts are made at %v: approve these too", e.Part, e.Needs)
}
