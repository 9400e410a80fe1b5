package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/feed"
	"rollbook/internal/ledger"
)

// markAttempt names the work that was begun last and has not ended yet.
const markAttempt = "attempt"

// mostCrashes is how often work may end the process in one place. After that
// it is given up, or each start would end as the one before.
const mostCrashes = 2

// attempt is work that was begun: runs or, where a plan is being applied, that.
// Whoever ends it, or fails at it, forgets it. So one that is found was ended by
// a crash.
type attempt struct {
	Runs   []string `json:"runs,omitempty"`
	Plan   int64    `json:"plan,omitempty"`   // 0 for none
	Handed int64    `json:"handed,omitempty"` // the last change of the plan that may have been tried
	Begun  int      `json:"begun"`            // how often
}

// same reports whether two attempts are at the same work, in the same place.
func (a attempt) same(b attempt) bool {
	return slices.Equal(a.Runs, b.Runs) && a.Plan == b.Plan && a.Handed == b.Handed
}

func (e *Engine) lastAttempt(ctx context.Context) (attempt, error) {
	var last attempt
	text, err := e.Marks.Mark(ctx, markAttempt)
	if err != nil || text == "" {
		return last, err
	}
	if err := json.Unmarshal([]byte(text), &last); err != nil {
		return last, fmt.Errorf("recall what was begun: %w", err)
	}
	return last, nil
}

// noteAttempt notes where the work is, unless that is noted already.
func (e *Engine) noteAttempt(ctx context.Context, a attempt) error {
	last, err := e.lastAttempt(ctx)
	if err != nil || last.same(a) && last.Begun > 0 {
		return err
	}
	a.Begun = 1
	return e.putAttempt(ctx, a)
}

func (e *Engine) putAttempt(ctx context.Context, a attempt) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("note what is begun: %w", err)
	}
	return e.Marks.SetMark(ctx, markAttempt, string(text))
}

// endAttempt notes that the work came to an end, whatever that was.
func (e *Engine) endAttempt(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	last, err := e.lastAttempt(ctx)
	if err != nil || last.Begun == 0 {
		return err
	}
	return e.Marks.SetMark(ctx, markAttempt, "")
}

// beginAgain counts one more attempt at what was cut off, or gives that up.
func (e *Engine) beginAgain(ctx context.Context) error {
	open, found, err := e.Ledger.Open(ctx, e.TargetID)
	if err != nil {
		return err
	}
	interrupted, err := e.interrupted(ctx)
	if err != nil || !found && len(interrupted) == 0 {
		return err
	}
	again := attempt{Plan: open.ID, Handed: open.Handed}
	if !found {
		for _, r := range interrupted {
			again.Runs = append(again.Runs, r.ID)
		}
	}
	last, err := e.lastAttempt(ctx)
	switch {
	case err != nil:
		return err
	case !last.same(again):
		again.Begun = 1
	case last.Begun >= mostCrashes:
		return e.giveUp(ctx, open, found, interrupted)
	default:
		again.Begun = last.Begun + 1
	}
	return e.putAttempt(ctx, again)
}

// interrupted returns the runs that were begun and have not ended.
func (e *Engine) interrupted(ctx context.Context) ([]Run, error) {
	runs, err := e.Runs.Unfinished(ctx)
	return slices.DeleteFunc(runs, func(r Run) bool { return r.Requested }), err
}

// giveUp ends what ended the process too often. Of a plan nobody knows what
// became of the changes that were being tried, so the next plan looks at the
// directory itself.
func (e *Engine) giveUp(ctx context.Context, open ledger.Plan, found bool, interrupted []Run) error {
	if found {
		if err := errors.Join(e.Ledger.SetMark(ctx, e.TargetID, ""), e.Marks.SetMark(ctx, markSettled, "")); err != nil {
			return err
		}
		by := open.AppliedBy()
		if !slices.ContainsFunc(interrupted, func(r Run) bool { return r.ID == by }) {
			r, err := e.Runs.Run(ctx, by)
			if err != nil {
				return err
			}
			interrupted = append(interrupted, r)
		}
		if err := e.Ledger.Close(ctx, open.ID); err != nil {
			return err
		}
	}
	for _, r := range interrupted {
		if err := e.giveUpRun(ctx, r); err != nil {
			return fmt.Errorf("give up the run %s: %w", r.ID, err)
		}
	}
	return e.endAttempt(ctx)
}

// runGivenUp is the rule of a run that ended the process too often.
const runGivenUp = "run-given-up"

// giveUpRun ends the record of a run that was given up, and lets go of the
// upload that it was reading.
func (e *Engine) giveUpRun(ctx context.Context, r Run) error {
	given := feed.Finding{
		Severity: feed.Error, Rule: runGivenUp,
		Message: fmt.Sprintf("the program ended unexpectedly %d times at the same place of this run; it is not tried again", mostCrashes),
		Hint: "Look into the system's log for what ended the program; often memory ran out. " +
			"What the run left undone, the next one plans anew; files that it was reading have to be uploaded again.",
	}
	findings, err := e.Runs.Findings(ctx, r.ID)
	if err != nil {
		return err
	}
	if err := e.Runs.PutFindings(ctx, r.ID, append(findings, given)); err != nil {
		return err
	}
	if r.Upload != "" && e.Inbox != nil {
		if err := e.Inbox.Taken(ctx, r.Upload); err != nil {
			return err
		}
	}
	r.fail("givenUp", given.Message+". "+given.Hint)
	end := e.Now().UTC()
	r.End = &end
	if err := e.Runs.Put(ctx, r); err != nil {
		return err
	}
	e.watched(Options{}).Abandoned(ctx, r)
	return nil
}
