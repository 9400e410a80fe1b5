package run

import (
	"context"
	"fmt"

	"rollbook/internal/feed"
	"rollbook/internal/flow"
)

// Recover brings what an interrupted run left behind to an end: a feed that
// was complete is stored, one that was not is forgotten, a plan that was
// complete is applied to its end, one that was not is forgotten. Afterwards
// everything is as if the run had either not begun or gone on undisturbed.
func (e *Engine) Recover(ctx context.Context, progress Progress) error {
	config, err := e.Configuration.Snapshot(ctx)
	if err != nil {
		return err
	}
	for _, s := range config.SourceSystems {
		if err := e.Feeds.Recover(ctx, s.Number); err != nil {
			return fmt.Errorf("finish what an interrupted run left behind: %w", err)
		}
	}
	if err := e.resume(ctx, config, progress); err != nil {
		return fmt.Errorf("finish what an interrupted run left behind: %w", err)
	}
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
	}
	return nil
}

// resume applies what is left of an interrupted plan.
func (e *Engine) resume(ctx context.Context, config flow.Snapshot, progress Progress) error {
	open, found, err := e.Journal.Open(ctx)
	if err != nil || !found {
		return err
	}
	r, err := e.Runs.Run(ctx, open.Run)
	if err != nil {
		return err
	}
	if r.End != nil && r.Status != Failed {
		return e.Journal.Close(ctx, open.ID)
	}
	findings, err := e.Runs.Findings(ctx, r.ID)
	if err != nil {
		return err
	}
	r.reopen()
	p := &pass{Engine: e, opts: Options{Progress: progress}, run: r, config: config, result: Result{
		Run: ResultRun{ID: r.ID}, Feed: map[string]*feed.FileReport{}, Findings: findings, Plan: open.Summary,
	}}
	p.begin(stageResume, 0)
	if err := p.apply(ctx, open); err != nil {
		return err
	}
	progress.Done()
	if p.result.Applied.Failed, err = e.Journal.Failures(ctx, open.ID); err != nil {
		return err
	}
	p.end(nil)
	if err := p.save(ctx); err != nil {
		return err
	}
	return e.Journal.Close(ctx, open.ID)
}
