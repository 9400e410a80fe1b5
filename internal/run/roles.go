package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"rollbook/internal/plan"
)

// markMatched names the counts of people by role as the last settled run left
// them, for the runs after it that have nothing to plan.
const markMatched = "matched"

// roles counts the people of a source who have an account, and who have none.
type roles struct {
	Matched   map[string]int `json:"matched"`
	Unmatched map[string]int `json:"unmatched"`
}

// settledRoles counts the accounts that a plan makes as made.
func settledRoles(m plan.Matched) roles {
	r := roles{Matched: map[string]int{}, Unmatched: map[string]int{}}
	for role, n := range m.Found {
		r.Matched[role] += n
	}
	for role, n := range m.Missing {
		r.Matched[role] += m.Created[role]
		if left := n - m.Created[role]; left > 0 {
			r.Unmatched[role] = left
		}
	}
	return r
}

// countRoles takes counts into the statistics of a flow and of the run.
func (p *pass) countRoles(in inbound, matched, unmatched map[string]int) {
	if a := p.run.Activities[in.activity].Inbounds; a != nil {
		a.Matched, a.Unmatched = addRoles(nil, matched), addRoles(nil, unmatched)
	}
	p.run.Totals.Matched = addRoles(p.run.Totals.Matched, matched)
	p.run.Totals.Unmatched = addRoles(p.run.Totals.Unmatched, unmatched)
}

func (p *pass) keepRoles(ctx context.Context) error {
	text, err := json.Marshal(p.matched, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("keep the counts of people: %w", err)
	}
	return p.Marks.SetMark(ctx, markMatched, string(text))
}

func (p *pass) recallRoles(ctx context.Context) error {
	text, err := p.Marks.Mark(ctx, markMatched)
	if err != nil || text == "" {
		return err
	}
	matched := map[string]roles{}
	if err := json.Unmarshal([]byte(text), &matched); err != nil {
		return fmt.Errorf("recall the counts of people: %w", err)
	}
	for _, in := range p.inbound {
		p.countRoles(in, matched[in.flow.ID].Matched, matched[in.flow.ID].Unmatched)
	}
	return nil
}

// addRoles adds counts to others, sorted by role.
func addRoles(to []RoleCount, counts map[string]int) []RoleCount {
	sum := map[string]int{}
	for _, c := range to {
		sum[c.Role] += c.Count
	}
	for role, n := range counts {
		sum[role] += n
	}
	var all []RoleCount
	for role, n := range sum {
		all = append(all, RoleCount{role, n})
	}
	slices.SortFunc(all, func(a, b RoleCount) int { return strings.Compare(a.Role, b.Role) })
	return all
}
