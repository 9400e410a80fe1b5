package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// markSettled names the state of everything a plan depends on, at the end of a
// run that left nothing undone.
const markSettled = "settled"

// settled is the state of everything that a plan depends on.
type settled struct {
	Configuration int64                     `json:"configuration"`
	Day           roster.Date               `json:"day"`
	Until         roster.Date               `json:"until,omitempty"` // the first day on which a session, year or role begins or has ended
	Feeds         map[int]roster.FeedNumber `json:"feeds"`           // by source
	Streams       Streams                   `json:"streams"`
}

// same reports whether all but the feeds is as it was before, and what day it is
// makes no difference.
func (s settled) same(before settled) bool {
	return s.Configuration == before.Configuration && maps.EqualFunc(s.Streams, before.Streams, slices.Equal) &&
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
	if err != nil || !now.same(before) || !p.seen.Nothing() {
		return false, err
	}
	p.settled, p.until = before.Feeds, before.Until
	if len(p.feeding) > 0 {
		return false, nil
	}
	if !maps.Equal(now.Feeds, before.Feeds) {
		return false, p.findSince(ctx, text, before, now, taken)
	}
	p.result.Plan.Hash = ledger.HashOf(p.TargetID, ledger.ForFeed, nil)
	if err := p.keepMark(ctx); err != nil {
		return false, err
	}
	if err := p.recallMark(ctx, markLeft, &p.left); err != nil {
		return false, err
	}
	p.result.NotProvisioned = p.left
	return true, p.recallRoles(ctx)
}

// markLeft names the counts of what is not provisioned, as the last settled run left
// them.
const markLeft = "notProvisioned"

// state returns the state of everything that a plan depends on.
func (p *pass) state(ctx context.Context) (settled, error) {
	s := settled{Configuration: p.config.Version(), Day: p.day, Feeds: map[int]roster.FeedNumber{}, Streams: p.streams}
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

// observe compares the target with what it holds by the ledger.
func (p *pass) observe(ctx context.Context) error {
	if err := p.awaitWritten(ctx); err != nil {
		return err
	}
	mark, err := p.remembered(ctx)
	if err != nil {
		return err
	}
	var sources []int
	for _, in := range p.leading() {
		sources = append(sources, in.source.Number)
	}
	p.seen, err = plan.Observe(ctx, p.Target, p.Ledger, p.TargetID, sources, mark)
	if err != nil || p.opts.DryRun {
		return err
	}
	return p.Ledger.Hold(ctx, p.TargetID, p.seen.Identified)
}

// keepMark notes up to where the target was read, unless something there is to be
// seen again: an object that is gone, or one that was not put right.
func (p *pass) keepMark(ctx context.Context) error {
	if p.opts.DryRun || p.unsure() || p.seen.Next == "" {
		return nil
	}
	mark, err := p.Ledger.Mark(ctx, p.TargetID)
	if err != nil || mark == p.seen.Next {
		return err
	}
	return p.Ledger.SetMark(ctx, p.TargetID, p.seen.Next)
}

// plan makes the plan: the accounts of all source systems, then their groups.
func (p *pass) plan(ctx context.Context, maker plan.Maker, to plan.Changes) error {
	changes, findings := shown{to, p.opts.Progress}, problems{p, problemWords()}
	leading := p.leading()
	matched := make([]*plan.Matching, len(leading))
	for i, in := range leading {
		var err error
		if matched[i], err = p.planAccounts(ctx, maker, in, changes, findings); err != nil {
			return err
		}
	}
	var renames []ledger.Change
	for _, m := range matched {
		some, err := maker.MakeRenames(ctx, m, findings)
		if err != nil {
			return err
		}
		renames = append(renames, some...)
	}
	slices.SortStableFunc(renames, func(a, b ledger.Change) int { return a.Wave - b.Wave })
	for _, c := range renames {
		maker.Seen.Renaming = c.Wave - 1
		if err := changes.Add(ctx, c); err != nil {
			return err
		}
	}
	for i, in := range leading {
		if err := maker.MakeGroups(ctx, matched[i], changes, findings); err != nil {
			return err
		}
		for reason, n := range matched[i].Left() {
			p.left[reason] += n
		}
		if err := p.remember(ctx, in, matched[i]); err != nil {
			return err
		}
	}
	return nil
}

// planAccounts matches the people of a source system and plans their accounts.
func (p *pass) planAccounts(ctx context.Context, maker plan.Maker, in inbound, to plan.Changes, findings plan.Findings) (*plan.Matching, error) {
	rules, err := plan.NewRules(p.config, in.source, in.year, p.day)
	if err != nil {
		return nil, fmt.Errorf("year %q: %w", in.year.DisplayName, err)
	}
	p.begin(stageMatch, 0)
	m, err := maker.Match(ctx, rules, to, findings)
	if err != nil {
		return nil, err
	}
	p.countRoles(in, m.Found, m.Missing)
	p.begin(stagePlan, 0)
	return m, maker.MakeAccounts(ctx, m, to, findings)
}

// remember keeps what planning a source found out, before the plan is complete:
// applying it needs to know whose account is whose.
func (p *pass) remember(ctx context.Context, in inbound, m *plan.Matching) error {
	if p.opts.DryRun {
		return nil
	}
	p.turns = append(p.turns, m.Until())
	p.matched[in.flow.ID] = settledRoles(m.Matched)
	p.accounts[m.Source()], p.stand[m.Source()] = m.Accounts(), m.Standings()
	if err := p.Ledger.Forget(ctx, p.TargetID, m.Forgotten()); err != nil {
		return err
	}
	return p.Ledger.Hold(ctx, p.TargetID, m.Unwritten())
}

// shown shows how many changes are planned.
type shown struct {
	plan.Changes
	progress Progress
}

func (s shown) Add(ctx context.Context, c ledger.Change) error {
	s.progress.Add(1)
	return s.Changes.Add(ctx, c)
}

// settle notes that nothing is left to do until something changes.
func (p *pass) settle(ctx context.Context) error {
	if err := errors.Join(p.keepRoles(ctx), p.setMark(ctx, markLeft, p.left)); err != nil {
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
