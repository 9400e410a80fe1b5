package server

import (
	"context"
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/jobs"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/target"
	"rollbook/internal/target/retry"
)

// withEngine calls fn with what does runs for a target, by its number in the ledger.
func (p *Parts) withEngine(ctx context.Context, number ledger.Target, fn func(*run.Engine) error) error {
	engine := p.Engine(nil)
	if number == ledger.Hosted {
		return fn(engine)
	}
	all, err := p.Targets(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if ledger.Target(t.Number) == number {
			return p.withTarget(t, func(opened directory.Target) error {
				p.turn(engine, t, opened)
				return fn(engine)
			})
		}
	}
	return fmt.Errorf("the directory that the plan is for was removed: %w", ledger.ErrNotFound)
}

// numbers returns the numbers of all directories in the ledger.
func (p *Parts) numbers(ctx context.Context) ([]ledger.Target, error) {
	all, err := p.Targets(ctx)
	numbers := []ledger.Target{ledger.Hosted}
	for _, t := range all {
		numbers = append(numbers, ledger.Target(t.Number))
	}
	return numbers, err
}

// everywhere calls fn with what does runs for each directory, as the one process at work.
func (p *Parts) everywhere(ctx context.Context, fn func(*run.Engine) error) error {
	return p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error {
		numbers, err := p.numbers(ctx)
		if err != nil {
			return err
		}
		for _, number := range numbers {
			if err := p.withEngine(ctx, number, fn); err != nil {
				return err
			}
		}
		return nil
	})
}

// turn turns the engine of the hosted directory into that of another one.
func (p *Parts) turn(engine *run.Engine, t flow.Target, opened directory.Target) {
	engine.TargetID, engine.External = ledger.Target(t.Number), true
	engine.Target = retry.Target{Target: opened, Policy: retry.Usual(), Clock: target.System{}}
	engine.Marks = run.MarksOf(engine.Marks, engine.TargetID)
	engine.Configuration = partOf{engine.Configuration, t}
	engine.Standings = noStandings{}
}

// partOf is the part of the configuration that is provisioned to a target.
type partOf struct {
	run.Configuration
	target flow.Target
}

func (c partOf) Snapshot(ctx context.Context) (flow.Snapshot, error) {
	all, err := c.Configuration.Snapshot(ctx)
	return c.target.For(all), err
}

// noStandings keeps nothing: a directory that is read whole each night is planned whole.
type noStandings struct{}

var _ run.Standings = noStandings{}

func (noStandings) Settle(context.Context, int, string, []byte) error { return nil }

func (noStandings) Settled(context.Context, int, string) ([]byte, error) { return nil, nil }

// follow does what a run did to the hosted directory to all others, with engines that
// prepare has made ready. A directory that cannot be reached holds up none.
func (p *Parts) follow(ctx context.Context, opts run.Options, prepare func(*run.Engine)) ([]run.TargetResult, error) {
	all, err := p.Targets(ctx)
	if err != nil {
		return nil, err
	}
	opts.Path, opts.Flow, opts.Follow = "", "", true
	var results []run.TargetResult
	for _, t := range all {
		result := run.TargetResult{Name: t.Name}
		result.Err = p.withEngine(ctx, ledger.Target(t.Number), func(engine *run.Engine) (err error) {
			prepare(engine)
			result.Result, err = engine.Run(ctx, opts)
			return err
		})
		if err := ctx.Err(); err != nil {
			return results, err
		}
		results = append(results, result)
	}
	return results, nil
}

// everyDirectory does the runs that were asked for, for all directories.
type everyDirectory struct {
	*run.Engine
	parts   *Parts
	prepare func(*run.Engine) // so that they are watched
}

// Work implements jobs.Engine.
func (e everyDirectory) Work(ctx context.Context) error {
	if err := e.Engine.Work(ctx); err != nil {
		return err
	}
	results, err := e.parts.follow(ctx, run.Options{}, e.prepare)
	for _, r := range results {
		if r.Err != nil {
			e.parts.Config.Log.Warn("nothing was done to a directory", "target", r.Name, "error", r.Err)
		}
	}
	return err
}
