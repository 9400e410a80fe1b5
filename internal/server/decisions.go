package server

import (
	"context"
	"iter"
	"time"

	"rollbook/internal/api"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
)

// decisions lets the surface of /rollbook/v1 read runs and plans, and decide.
type decisions struct{ *Parts }

var _ api.Store = decisions{}

// AllRuns implements api.Store.
func (d decisions) AllRuns(ctx context.Context) ([]run.Run, error) { return d.Runs().Runs(ctx) }

// Run implements api.Store.
func (d decisions) Run(ctx context.Context, id string) (run.Run, error) { return d.Runs().Run(ctx, id) }

// AllPlans implements api.Store.
func (d decisions) AllPlans(ctx context.Context) ([]ledger.Plan, error) {
	return d.Ledger().Plans(ctx, everyTarget, time.Time{}, 0)
}

// Plan implements api.Store.
func (d decisions) Plan(ctx context.Context, id int64) (ledger.Plan, []ledger.Part, error) {
	return d.Ledger().Plan(ctx, id)
}

// Changes implements api.Store.
func (d decisions) Changes(ctx context.Context, plan, after int64) iter.Seq2[ledger.Entry, error] {
	return d.Ledger().Changes(ctx, ledger.Query{Plan: plan, After: after})
}

// Schools implements api.Store.
func (d decisions) Schools(ctx context.Context) (func(string) string, error) {
	names, err := d.Names(ctx)
	if err != nil {
		return nil, err
	}
	return names.Schools(ctx)
}

// Called implements api.Store.
func (d decisions) Called(ctx context.Context, changes []ledger.Entry) (func(ledger.Record) string, error) {
	names, err := d.Names(ctx)
	if err != nil {
		return nil, err
	}
	return func(r ledger.Record) string { return names.Of(r.Kind, r.Source, r.ID) }, names.Learn(ctx, changes)
}

// FindingsNow implements api.Store.
func (d decisions) FindingsNow(ctx context.Context) ([]api.Finding, error) {
	lived, err := d.Findings(ctx)
	var all []api.Finding
	for _, l := range lived {
		all = append(all, shownFinding(l))
	}
	return all, err
}

// QuietUntil implements api.Store.
func (d decisions) QuietUntil(ctx context.Context, id string, until time.Time, note, by string) (api.Finding, error) {
	l, err := d.Parts.QuietUntil(ctx, id, until, note, by)
	return shownFinding(l), err
}

func shownFinding(l Lived) api.Finding {
	return api.Finding{
		ID: l.ID, Rule: string(l.Rule), Severity: string(l.Severity), State: string(l.State),
		File: l.File, Line: l.Line, Column: l.Column, Record: l.Record, Message: l.Message, Hint: l.Hint,
		FirstSeen: l.Since.Start, FirstRun: l.Since.ID, Runs: l.Runs,
		QuietUntil: l.Quiet.Until, QuietBy: l.Quiet.By, QuietNote: l.Quiet.Note,
	}
}
