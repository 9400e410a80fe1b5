package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollbook/internal/ledger"
)

// Decision is what a person says of a plan that waits.
type Decision struct {
	Plan    int64
	Schools []string // the keys of the parts; none for all
	By      string
	Note    string
}

// Decide approves a plan that is Held or Planned, or some of its parts, and applies
// that at once, as a run of its own. The plan is made again before: where it is not
// the same any more it is refused with a ledger.Outdated, and nothing is done.
func (e *Engine) Decide(ctx context.Context, d Decision, progress Progress) (Result, error) {
	if progress == nil {
		progress = noProgress{}
	}
	if _, err := e.recover(ctx, progress); err != nil {
		return Result{}, err
	}
	if _, _, err := e.waiting(ctx, d.Plan); err != nil {
		return Result{}, err
	}
	result, err := e.do(ctx, Run{ID: e.NewID(), Status: Running, Start: e.Now().UTC()}, Options{Progress: progress, decision: &d})
	return result, errors.Join(err, e.endAttempt(ctx))
}

// Reject says that a plan is not to be applied. The same plan made again stays
// rejected.
func (e *Engine) Reject(ctx context.Context, d Decision) error {
	p, parts, err := e.waiting(ctx, d.Plan)
	if err != nil {
		return err
	}
	if p.State == ledger.Planned {
		return ledger.NotAllowed{From: p.State, To: ledger.Rejected}
	}
	return e.Ledger.Decide(ctx, p.ID, ledger.Decision{Hash: p.Hash, Parts: hashesOf(parts), By: d.By, Note: d.Note, Time: e.Now()})
}

// waiting returns a plan that can be decided on.
func (e *Engine) waiting(ctx context.Context, id int64) (ledger.Plan, []ledger.Part, error) {
	p, parts, err := e.Ledger.Plan(ctx, id)
	switch {
	case err != nil:
		return p, nil, err
	case p.State == ledger.Held, p.State == ledger.Planned:
		return p, parts, nil
	case p.By != "":
		return p, nil, ledger.Decided{State: p.State, By: p.By, Time: p.Created}
	}
	return p, nil, ledger.NotAllowed{From: p.State, To: ledger.Approved}
}

func hashesOf(parts []ledger.Part) []ledger.PartHash {
	var hashes []ledger.PartHash
	for _, part := range parts {
		hashes = append(hashes, ledger.PartHash{Key: part.Key, Hash: part.Hash})
	}
	return hashes
}

// decide makes a plan again, and applies of it what was approved.
func (p *pass) decide(ctx context.Context, d Decision) error {
	was, parts, err := p.waiting(ctx, d.Plan)
	if err != nil {
		return err
	}
	if was.Purpose == ledger.ForRollback && len(d.Schools) > 0 {
		return &WholeOnly{was.ID}
	}
	now, err := p.draftAgain(ctx, was, d.By)
	if err != nil {
		return err
	}
	if err := p.outdated(was, parts, now, d.Schools); err != nil {
		now.Drop()
		return err
	}
	if len(d.Schools) > 0 && len(d.Schools) < len(parts) {
		now.Drop()
		return p.applyParts(ctx, was, d)
	}
	now.Drop()
	whole := was.Purpose == ledger.ForFeed
	if !whole { // the roster asks for something else than the directory will have
		if err := p.Marks.SetMark(ctx, markSettled, ""); err != nil {
			return err
		}
	}
	// The record comes first: whoever finds the plan approved ends the run.
	if err := p.save(ctx); err != nil {
		return err
	}
	if was.State == ledger.Held {
		approval := ledger.Decision{Hash: was.Hash, Parts: hashesOf(parts), Approve: true, By: d.By, Note: d.Note, Time: p.Now(), Run: p.run.ID}
		if err := p.Ledger.Decide(ctx, was.ID, approval); err != nil {
			return err
		}
	}
	if err := p.Ledger.Apply(ctx, was.ID, p.run.ID); err != nil {
		return err
	}
	made, _, err := p.Ledger.Plan(ctx, was.ID)
	if err != nil {
		return err
	}
	p.result.Plan = summaryOf(made)
	return p.applyMade(ctx, made, now, whole)
}

// WholeOnly says that of a plan for a rollback no parts are approved: what is narrower is
// a rollback of its own.
type WholeOnly struct{ Plan int64 }

func (e *WholeOnly) Error() string {
	return fmt.Sprintf("plan %d is a rollback, which is approved whole: make one for the school (rollbook rollback RUN --school)", e.Plan)
}

// outdated returns how a plan differs that was made again, or the parts of it that
// were approved.
func (p *pass) outdated(was ledger.Plan, parts []ledger.Part, now draft, schools []string) error {
	if len(schools) == 0 {
		if hash := now.hash(p.TargetID); hash != was.Hash {
			return p.differs(was, parts, now, hash)
		}
		return nil
	}
	for _, key := range schools {
		i := slices.IndexFunc(parts, func(part ledger.Part) bool { return part.Key == key })
		if i < 0 {
			return fmt.Errorf("plan %d has no part of the school %s: %w", was.ID, key, ledger.ErrNotFound)
		}
		j := slices.IndexFunc(now.parts, func(part ledger.Part) bool { return part.Key == key })
		if j < 0 || now.parts[j].Hash != parts[i].Hash {
			return ledger.Outdated{Part: key, Was: parts[i].Hash}
		}
		missing := slices.DeleteFunc(slices.Clone(now.guard.Needs[key]), func(need string) bool { return slices.Contains(schools, need) })
		if len(missing) > 0 {
			return &NeedsOther{Part: key, Needs: missing}
		}
	}
	return nil
}

// differs names a part that differs.
func (*pass) differs(was ledger.Plan, parts []ledger.Part, now draft, hash string) error {
	for _, part := range now.parts {
		i := slices.IndexFunc(parts, func(before ledger.Part) bool { return before.Key == part.Key })
		if i < 0 || parts[i].Hash != part.Hash {
			return ledger.Outdated{Part: part.Key, Is: part.Hash}
		}
	}
	return ledger.Outdated{Is: hash, Was: was.Hash}
}

// applyParts applies some parts of a plan as a plan of their own. The others wait
// on, as a plan that takes the place of the one that was decided on.
func (p *pass) applyParts(ctx context.Context, was ledger.Plan, d Decision) error {
	some, err := p.draft(ctx, ofParts(d.Schools), d.By)
	if err != nil {
		return err
	}
	some.guard = ledger.Guard{Counts: some.measures.Counts}
	if err := p.carryOut(ctx, some, false); err != nil {
		return err
	}
	if err := errors.Join(p.closeApplied(ctx), p.observe(ctx)); err != nil {
		return err
	}
	rest, err := p.draft(ctx, everything, "")
	if err != nil {
		return err
	}
	if err := p.judge(ctx, &rest); err != nil {
		rest.Drop()
		return err
	}
	if len(rest.guard.Trips) == 0 { // a person was asked about all of it, and answered for a part
		rest.guard.Trips, rest.guard.Causes = was.Guard.Trips, was.Guard.Causes
	}
	return p.keep(ctx, rest, ledger.Held)
}
