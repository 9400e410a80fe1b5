package run

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// markSettled names the state of everything a plan depends on, at the end of a
// run that left nothing undone.
const markSettled = "settled"

// markDirectory names the version of the directory that agrees with what is remembered.
const markDirectory = "directory"

// settled is the state of everything that a plan depends on.
type settled struct {
	Directory     string                    `json:"directory"` // its version; "" where it cannot tell
	Configuration int64                     `json:"configuration"`
	Day           roster.Date               `json:"day"`
	Until         roster.Date               `json:"until,omitempty"` // the first day on which a session, year or role begins or has ended
	Feeds         map[int]roster.FeedNumber `json:"feeds"`           // by source
	Streams       Streams                   `json:"streams"`
}

// same reports whether all but the feeds is as it was before, and what day it is
// makes no difference.
func (s settled) same(before settled) bool {
	return s.Directory != "" && s.Directory == before.Directory && s.Configuration == before.Configuration &&
		maps.EqualFunc(s.Streams, before.Streams, slices.Equal) &&
		(s.Day == before.Day || before.Day < s.Day && s.Day < before.Until)
}

// nothingToPlan reports whether everything that a plan depends on is as it was
// when the last run settled: then the plan is empty, without looking. Where only
// feeds came since, it notes them for the plan.
func (p *pass) nothingToPlan(ctx context.Context) (bool, error) {
	taken := p.taken
	p.taken = nil // a feed takes memory
	text, err := p.Marks.Mark(ctx, markSettled)
	if err != nil || text == "" {
		return false, err
	}
	var before settled
	if err := json.Unmarshal([]byte(text), &before); err != nil {
		return false, fmt.Errorf("recall the last settled run: %w", err)
	}
	now, err := p.state(ctx)
	if err != nil || !now.same(before) {
		return false, err
	}
	p.settled, p.until = before.Feeds, before.Until
	if len(p.feeding) > 0 {
		return false, nil
	}
	if !maps.Equal(now.Feeds, before.Feeds) {
		return false, p.findSince(ctx, text, before, now, taken)
	}
	if p.result.Plan, err = plan.NewWriter(nil).Finish(ctx); err != nil {
		return false, err
	}
	return true, p.recallRoles(ctx)
}

// state returns the state of everything that a plan depends on.
func (p *pass) state(ctx context.Context) (settled, error) {
	s := settled{Configuration: p.config.Version(), Day: roster.DateOf(p.Now()), Feeds: map[int]roster.FeedNumber{}, Streams: p.streams}
	var err error
	if s.Directory, err = p.Target.Version(ctx); err != nil {
		return s, err
	}
	for source := range p.streams {
		latest, err := p.Feeds.Latest(ctx, source)
		if err != nil {
			return s, err
		}
		for _, number := range latest {
			s.Feeds[source] = max(s.Feeds[source], number)
		}
	}
	return s, nil
}

// planAndApply makes the plan and applies it.
func (p *pass) planAndApply(ctx context.Context) error {
	remembered, err := p.remembered(ctx)
	if err != nil {
		return err
	}
	maker := plan.Maker{Roster: p.Roster(p.streams, p.opts.DryRun), Memory: p.Memory, Directory: p.Target, Remembered: remembered, Settled: p.settled, Until: p.until, Since: p.since}
	p.day = roster.DateOf(p.Now())
	kept, err := p.beginPlan(ctx)
	if err != nil {
		return err
	}
	if err := p.plan(ctx, maker, kept); err != nil {
		kept.Drop()
		return err
	}
	// Whoever finds the plan complete applies it, and then ends the run.
	if err := p.save(ctx); err != nil {
		kept.Drop()
		return err
	}
	if err := kept.Finish(ctx, p.result.Plan); err != nil || p.opts.DryRun {
		return err
	}
	if err := p.honorResets(ctx); err != nil {
		return err
	}
	p.begin(stageApply, p.result.Plan.Effects())
	if err := p.apply(ctx, OpenPlan{ID: kept.ID(), Run: p.run.ID, Summary: p.result.Plan}); err != nil {
		return err
	}
	return p.settle(ctx)
}

// plan makes the plan of every source system.
func (p *pass) plan(ctx context.Context, maker plan.Maker, kept PlanWriter) error {
	writer := plan.NewWriter(func(ctx context.Context, sheet plan.Sheet) error {
		p.opts.Progress.Add(int64(sheet.Lines))
		return kept.Add(ctx, sheet)
	})
	for _, in := range p.leading() {
		if err := p.planSource(ctx, maker, in, writer); err != nil {
			return err
		}
	}
	var err error
	p.result.Plan, err = writer.Finish(ctx)
	return err
}

// planSource matches the people of a source system and plans what they and
// their classes need.
func (p *pass) planSource(ctx context.Context, maker plan.Maker, in inbound, writer *plan.Writer) error {
	rules, err := plan.NewRules(p.config, in.source, in.year, p.day)
	if err != nil {
		return fmt.Errorf("year %q: %w", in.year.DisplayName, err)
	}
	p.begin(stageMatch, 0)
	findings := problems{p, problemWords()}
	m, err := maker.Match(ctx, rules, writer, findings)
	if err != nil {
		return err
	}
	p.countRoles(in, m.Found, m.Missing)
	p.begin(stagePlan, 0)
	if err := maker.Make(ctx, m, writer, findings); err != nil || p.opts.DryRun {
		return err
	}
	p.turns = append(p.turns, m.Until())
	p.matched[in.flow.ID] = settledRoles(m.Matched)
	p.accounts[m.Source()], p.stand[m.Source()] = m.Accounts(), m.Standings()
	people, classes := m.Forgotten()
	if err := p.Journal.Forget(ctx, m.Source(), people, classes); err != nil {
		return err
	}
	// What was matched is remembered before the plan is complete: applying it
	// needs to know whose account is whose.
	return p.Journal.Remember(ctx, m.Source(), m.Links())
}

// beginPlan begins a plan, or, for a dry run, one that is not kept.
func (p *pass) beginPlan(ctx context.Context) (PlanWriter, error) {
	if p.opts.DryRun {
		return unkept{}, nil
	}
	return p.Journal.Begin(ctx, p.run.ID)
}

// unkept is a plan of which only the summary is wanted.
type unkept struct{}

func (unkept) ID() int64                                  { return 0 }
func (unkept) Add(context.Context, plan.Sheet) error      { return nil }
func (unkept) Finish(context.Context, plan.Summary) error { return nil }
func (unkept) Drop()                                      {}

// settle notes that nothing is left to do until something changes.
func (p *pass) settle(ctx context.Context) error {
	if err := p.keepRoles(ctx); err != nil {
		return err
	}
	if p.result.Applied.Failed > 0 || len(p.problems.Findings()) > 0 {
		return p.Marks.SetMark(ctx, markSettled, "") // to be tried, and reported, again
	}
	state, err := p.state(ctx)
	if err != nil {
		return err
	}
	state.Day, state.Until = p.day, slices.Min(p.turns)
	text, err := json.Marshal(state, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("note that the run is settled: %w", err)
	}
	if err := p.keepStandings(ctx, string(text)); err != nil {
		return err
	}
	return p.Marks.SetMark(ctx, markSettled, string(text))
}
