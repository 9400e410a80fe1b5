package run

import (
	"context"
	"fmt"

	"rollbook/internal/flow"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// linesInTransaction bounds how long other writers wait for a piece of a plan.
const linesInTransaction = 2000

// markSettled names the state of everything a plan depends on, at the end of a
// run that left nothing undone.
const markSettled = "settled"

// markDirectory names the version of the directory that agrees with what is remembered.
const markDirectory = "directory"

// nothingToPlan reports whether everything that a plan depends on is as it was
// when the last run settled: then the plan is empty, without looking.
func (p *pass) nothingToPlan(ctx context.Context) (bool, error) {
	if p.opts.DryRun && p.feeding != nil {
		return false, nil
	}
	settled, err := p.Marks.Mark(ctx, markSettled)
	if err != nil || settled == "" {
		return false, err
	}
	state, err := p.state(ctx)
	if err != nil || state != settled {
		return false, err
	}
	p.result.Plan = plan.NewWriter(nil).Summary()
	return true, nil
}

// state names the state of everything that a plan depends on; "" where the
// directory cannot tell its own.
func (p *pass) state(ctx context.Context) (string, error) {
	version, err := p.Target.Version(ctx)
	if err != nil || version == "" {
		return "", err
	}
	state := fmt.Sprintf("directory %s, configuration %d, day %s", version, p.config.Version(), roster.DateOf(p.Now()))
	for _, in := range p.inbound {
		number, err := p.Feeds.Version(ctx, in.source.Number)
		if err != nil {
			return "", err
		}
		state += fmt.Sprintf(", source %d feed %d", in.source.Number, number)
	}
	return state, nil
}

// planAndApply makes the plan of all sources and applies it.
func (p *pass) planAndApply(ctx context.Context) error {
	remembered, err := p.Marks.Mark(ctx, markDirectory)
	if err != nil {
		return err
	}
	maker := plan.Maker{Roster: p.Roster, Memory: p.Memory, Directory: p.Target, Remembered: remembered}
	if p.opts.DryRun {
		maker.Roster = p.PendingRoster
	}
	p.begin(stageMatch, 0)
	matchings, err := p.match(ctx, maker)
	if err != nil {
		return err
	}
	p.begin(stagePlan, 0)
	planID, err := p.plan(ctx, maker, matchings)
	if err != nil || p.opts.DryRun {
		return err
	}
	p.begin(stageApply, p.result.Plan.Effects())
	if err := p.apply(ctx, OpenPlan{ID: planID, Run: p.run.ID, Summary: p.result.Plan}); err != nil {
		return err
	}
	return p.settle(ctx)
}

// match finds the accounts of the people of each source, once each.
func (p *pass) match(ctx context.Context, maker plan.Maker) ([]*plan.Matching, error) {
	var matchings []*plan.Matching
	planned := map[int]bool{}
	for _, in := range p.inbound {
		if planned[in.source.Number] {
			continue
		}
		planned[in.source.Number] = true
		rules, err := plan.NewRules(p.config, in.source, in.year, roster.DateOf(p.Now()))
		if err != nil {
			return nil, fmt.Errorf("year %q: %w", in.year.DisplayName, err)
		}
		m, err := maker.Match(ctx, rules)
		if err != nil {
			return nil, err
		}
		if a := p.run.Activities[in.activity].Inbounds; a != nil {
			a.Matched, a.Unmatched = roleCounts(m.Found), roleCounts(m.Missing)
		}
		p.run.Totals.Matched = addRoles(p.run.Totals.Matched, m.Found)
		p.run.Totals.Unmatched = addRoles(p.run.Totals.Unmatched, m.Missing)
		matchings = append(matchings, m)
	}
	return matchings, nil
}

// plan makes the plan, and keeps it unless this is a dry run.
func (p *pass) plan(ctx context.Context, maker plan.Maker, matchings []*plan.Matching) (planID int64, err error) {
	var lines []plan.Line
	keep := func(context.Context, plan.Line) error { return nil }
	if !p.opts.DryRun {
		if planID, err = p.Journal.Begin(ctx, p.run.ID); err != nil {
			return 0, err
		}
		keep = func(ctx context.Context, line plan.Line) error {
			p.opts.Progress.Add(1)
			lines = append(lines, line)
			if len(lines) < linesInTransaction {
				return nil
			}
			err := p.Journal.Append(ctx, planID, lines)
			lines = lines[:0]
			return err
		}
	}
	writer := plan.NewWriter(keep)
	for _, m := range matchings {
		if err := maker.Make(ctx, m, writer, problems{p}); err != nil {
			return 0, err
		}
	}
	p.result.Plan = writer.Summary()
	if p.opts.DryRun {
		return 0, nil
	}
	return planID, p.finishPlan(ctx, planID, lines, matchings)
}

// finishPlan makes the plan one that is applied by whoever finds it.
func (p *pass) finishPlan(ctx context.Context, planID int64, rest []plan.Line, matchings []*plan.Matching) error {
	if err := p.Journal.Append(ctx, planID, rest); err != nil {
		return err
	}
	for _, m := range matchings {
		if accounts := m.Links(); len(accounts) > 0 {
			if err := p.Journal.Remember(ctx, m.Source(), accounts); err != nil {
				return err
			}
		}
	}
	return p.Journal.Finish(ctx, planID, p.result.Plan)
}

// settle notes that nothing is left to do until something changes.
func (p *pass) settle(ctx context.Context) error {
	state, err := p.state(ctx)
	if err != nil {
		return err
	}
	if p.result.Applied.Failed > 0 || len(p.problems.Findings()) > 0 {
		state = "" // to be tried, and reported, again
	}
	return p.Marks.SetMark(ctx, markSettled, state)
}

func roleCounts(counts map[string]int) []RoleCount { return addRoles(nil, counts) }

// activitiesOf returns the provisioning flows' activities.
func (p *pass) outbound(visit func(a *Activity, f flow.ProvisioningFlow)) {
	for i := range p.run.Activities {
		for _, f := range p.config.ProvisioningFlows {
			if a := &p.run.Activities[i]; !a.Inbound && a.FlowID == f.ID {
				visit(a, f)
			}
		}
	}
}
