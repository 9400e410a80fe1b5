package run

import (
	"context"
	"fmt"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
)

// Recover brings what an interrupted run left behind to an end: a feed that
// was complete is stored, one that was not is forgotten, a plan that was
// complete is applied to its end, one that was not is forgotten. Afterwards
// everything is as if the run had either not begun or gone on undisturbed.
func (e *Engine) Recover(ctx context.Context, progress Progress) error {
	_, err := e.recover(ctx, progress)
	return err
}

// recover does what Recover says, and counts what was left of a plan.
func (e *Engine) recover(ctx context.Context, progress Progress) (Applied, error) {
	config, err := e.Configuration.Snapshot(ctx)
	if err != nil {
		return Applied{}, err
	}
	if err := e.Feeds.Recover(ctx); err != nil {
		return Applied{}, fmt.Errorf("finish what an interrupted run left behind: %w", err)
	}
	applied, err := e.resume(ctx, config, progress)
	if err != nil {
		return Applied{}, fmt.Errorf("finish what an interrupted run left behind: %w", err)
	}
	return applied, e.closeInterrupted(ctx)
}

// closeInterrupted ends the records of runs that were cut off early. Those that
// were asked for are begun again.
func (e *Engine) closeInterrupted(ctx context.Context) error {
	unfinished, err := e.Runs.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, r := range unfinished {
		if r.Requested || r.Restart {
			continue
		}
		r.fail("interrupted", "The run was interrupted before it had planned anything; nothing of it took effect but the feed, if it had stored it.")
		end := e.Now().UTC()
		r.End = &end
		if err := e.Runs.Put(ctx, r); err != nil {
			return err
		}
		e.watched(Options{}).Abandoned(ctx, r)
	}
	return nil
}

// beginApproved begins to apply the plan that a person approved, where the process
// ended between the two.
func (e *Engine) beginApproved(ctx context.Context) error {
	plans, err := e.Ledger.Plans(ctx, e.TargetID, time.Time{}, recentPlans)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if p.State == ledger.Approved {
			return e.Ledger.Apply(ctx, p.ID, p.ApplyRun)
		}
	}
	return nil
}

// resume applies what is left of an interrupted plan, and counts it.
func (e *Engine) resume(ctx context.Context, config flow.Snapshot, progress Progress) (Applied, error) {
	if err := e.beginApproved(ctx); err != nil {
		return Applied{}, err
	}
	open, found, err := e.Ledger.Open(ctx, e.TargetID)
	if err != nil || !found {
		return Applied{}, err
	}
	// How much of it was applied is not known: what the guard measures by is weighed anew.
	if err := e.Marks.SetMark(ctx, markLast, ""); err != nil {
		return Applied{}, err
	}
	r, err := e.Runs.Run(ctx, open.AppliedBy())
	if err != nil {
		return Applied{}, err
	}
	if r.End != nil && r.Status != Failed {
		return Applied{}, e.Ledger.Close(ctx, open.ID)
	}
	findings, err := e.Runs.Findings(ctx, r.ID)
	if err != nil {
		return Applied{}, err
	}
	r.reopen()
	p := &pass{Engine: e, opts: Options{Progress: progress}, run: r, config: config, accounts: map[int]ledger.AccountIDs{}, result: Result{
		Run: ResultRun{ID: r.ID}, Feed: map[string]*feed.FileReport{}, Findings: findings, Plan: summaryOf(open),
	}}
	watch := e.watched(p.opts)
	watch.Resumed(ctx, r)
	if err := p.finish(ctx, open); err != nil {
		watch.Stopped(ctx, r, err)
		return Applied{}, err
	}
	watch.Ended(ctx, p.run, p.result)
	return p.result.Applied, e.Ledger.Close(ctx, open.ID)
}

// finish applies what is left of the plan of a run that was cut off, and ends the run.
func (p *pass) finish(ctx context.Context, open ledger.Plan) (err error) {
	p.begin(stageResume, 0)
	if err := p.apply(ctx, open); err != nil {
		return err
	}
	p.opts.Progress.Done()
	if p.result.Applied.Failed, err = p.Ledger.Failures(ctx, open.ID); err != nil {
		return err
	}
	p.end(nil)
	return p.save(ctx)
}
