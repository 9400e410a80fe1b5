package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/undo"
)

// Rollback makes a plan that takes back what a run did, or a part of it, and keeps it for
// a person to decide on. It returns a CannotUndo where there is nothing to be taken back.
func (e *Engine) Rollback(ctx context.Context, of ledger.Undoing, progress Progress) (Result, error) {
	if progress == nil {
		progress = noProgress{}
	}
	if _, err := e.recover(ctx, progress); err != nil {
		return Result{}, err
	}
	if err := e.mayUndo(ctx, of.Run); err != nil {
		return Result{}, err
	}
	result, err := e.do(ctx, Run{ID: e.NewID(), Status: Running, Start: e.Now().UTC()}, Options{Progress: progress, rollback: &of})
	return result, errors.Join(err, e.endAttempt(ctx))
}

// CannotUndo says why nothing of a run can be taken back.
type CannotUndo struct {
	Run string
	Why string
}

func (e *CannotUndo) Error() string { return fmt.Sprintf("run %s %s", e.Run, e.Why) }

// mayUndo returns a CannotUndo for a run of which nothing can be taken back.
func (e *Engine) mayUndo(ctx context.Context, id string) error {
	r, err := e.Runs.Run(ctx, id)
	if err != nil {
		return err
	}
	if r.End == nil {
		return &CannotUndo{id, "is still going: wait for its end"}
	}
	plans, err := e.Ledger.Plans(ctx, e.TargetID, time.Time{}, 0)
	if err != nil {
		return err
	}
	for _, p := range plans {
		switch {
		case p.AppliedBy() != id || p.State != ledger.Applied:
		case p.Purpose == ledger.ForRollback:
			return &CannotUndo{id, "is a rollback: what it took back is done again once it is resumed (rollbook resume " + id + ")"}
		default:
			return nil
		}
	}
	if r.Status != Failed && (len(plans) == 0 || r.Start.Before(plans[len(plans)-1].Created)) {
		return &CannotUndo{id, "is from before Rollbook kept what runs do: nobody knows what it changed, and it cannot be rolled back"}
	}
	return &CannotUndo{id, "changed nothing in the directory"}
}

// keepRollback makes the plan of a rollback, and keeps it for a person.
func (p *pass) keepRollback(ctx context.Context, of ledger.Undoing) error {
	d, err := p.draftRollback(ctx, of, "")
	if err != nil {
		return err
	}
	p.result.Undoing = d.undoing
	if len(d.parts) == 0 {
		d.Drop()
		return nil
	}
	if err := p.judge(ctx, &d); err != nil {
		d.Drop()
		return err
	}
	made, _, err := d.Finish(ctx, ledger.Held, d.guard)
	if err != nil {
		return err
	}
	p.result.Plan = summaryOf(made)
	return p.tell(ctx, made)
}

// draftRollback makes a plan that takes back what is left of what a run did.
func (p *pass) draftRollback(ctx context.Context, of ledger.Undoing, by string) (draft, error) {
	p.begin(stagePlan, 0)
	p.problems, p.gone = feed.Bounded{}, false
	steps, of, err := undo.Maker{History: p.Ledger, Held: p.Ledger, Directory: p.Target, Target: p.TargetID, Seen: p.seen}.Make(ctx, of)
	if err != nil {
		return draft{}, err
	}
	d := draft{purpose: ledger.ForRollback, measures: plan.NewMeasures(), undoing: &of}
	if d.Writer, err = p.beginPlan(ctx, d.purpose, by, d.undoing); err != nil {
		return draft{}, err
	}
	for _, s := range steps {
		d.measures.Note(s.Change, s.Held)
		p.opts.Progress.Add(1)
		if err := d.Add(ctx, s.Change); err != nil {
			d.Drop()
			return draft{}, err
		}
	}
	d.parts = d.Writer.Parts()
	d.guard = ledger.Guard{Counts: d.measures.Counts}
	return d, nil
}

// draftAgain makes a plan again that waits.
func (p *pass) draftAgain(ctx context.Context, was ledger.Plan, by string) (draft, error) {
	if was.Purpose == ledger.ForRollback {
		return p.draftRollback(ctx, *was.Undoing, by)
	}
	return p.draft(ctx, everything, by)
}

// keptBack returns what rollbacks took back.
func (e *Engine) keptBack(ctx context.Context) (plan.KeptBack, error) {
	undone, err := e.Undone(ctx)
	return plan.NewKeptBack(undone), err
}

// Undone returns what rollbacks took back and is not done again, in the order of its
// records.
func (e *Engine) Undone(ctx context.Context) ([]ledger.Undone, error) {
	var all []ledger.Undone
	for u, err := range e.Ledger.Undone(ctx, e.TargetID) {
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// Resume lets go of what rollbacks took back, for the next run to do it again where the
// roster still asks for it: of a person or a class, or, where run is not "", of all that
// this rollback took back. It returns how many objects, values and links that are.
func (e *Engine) Resume(ctx context.Context, of ledger.Record, run string) (int, error) {
	undone, err := e.Undone(ctx)
	if err != nil {
		return 0, err
	}
	taken := map[ledger.Record]ledger.Undone{}
	if run != "" {
		for entry, err := range e.Ledger.Changes(ctx, ledger.Query{Target: e.TargetID, Run: run}) {
			if err != nil {
				return 0, err
			}
			if entry.Outcome != nil && entry.Plan.Purpose == ledger.ForRollback {
				t := ledger.TakenBack(entry.Change, *entry.Outcome)
				taken[t.Record] = taken[t.Record].And(t)
			}
		}
	}
	var freed []ledger.Undone
	n := 0
	for _, u := range undone {
		left := u.Without(taken[u.Record])
		if run == "" {
			left = withoutRecord(u, of)
		}
		if less := u.Size() - left.Size(); less > 0 {
			n, freed = n+less, append(freed, left)
		}
	}
	if n == 0 {
		return 0, nil
	}
	// What there is to do comes first: a run between the two does nothing wrong.
	return n, errors.Join(e.Marks.SetMark(ctx, markSettled, ""), e.Ledger.SetUndone(ctx, e.TargetID, freed))
}

// withoutRecord returns what stays undone of a record once all that is about another one,
// or that one itself, is let go of.
func withoutRecord(u ledger.Undone, of ledger.Record) ledger.Undone {
	if u.Record == of {
		return ledger.Undone{Record: of}
	}
	if u.Record.Source != of.Source {
		return u
	}
	u.Links = slices.Clone(u.Links)
	for i, l := range u.Links {
		if l.Relation.To() == of.Kind {
			u.Links[i].IDs = l.IDs.Minus(ledger.IDs{of.ID})
		}
	}
	u.Links = slices.DeleteFunc(u.Links, func(l ledger.Links) bool { return len(l.IDs) == 0 })
	return u
}
