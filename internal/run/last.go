package run

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/guard"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// markLast names what was applied last, which the guard measures plans against.
const markLast = "applied"

// last is the state that was applied last as a whole: a plan that was held is no
// part of it.
type last struct {
	Configuration int64                     `json:"configuration"`
	Feeds         map[int]roster.FeedNumber `json:"feeds"`  // by source
	Totals        guard.Totals              `json:"totals"` // of what the directory holds; null where it is to be weighed
	First         bool                      `json:"first"`  // no plan was applied yet without failures
}

// markFed names how many rows the latest feed of each stream had, and how many of
// them fell: a run without a feed is judged by them as well.
const markFed = "fed"

// fed is what is known of the latest feed of a stream.
type fed struct {
	Source int                       `json:"source"`
	Rows   int                       `json:"rows"`
	Fell   map[roster.FeedNumber]int `json:"fell"` // by the feed with which they came
}

// recallLast recalls what was applied last. Where that is not known, as after an
// upgrade or a crash, it is what the directory holds and the roster says now.
func (p *pass) recallLast(ctx context.Context) error {
	p.last = last{}
	if err := p.recallMark(ctx, markLast, &p.last); err != nil {
		return err
	}
	if p.last.Feeds == nil {
		if err := p.beginLast(ctx); err != nil {
			return err
		}
	}
	var err error
	if p.last.Totals == nil {
		p.last.Totals, err = p.maker().Weigh(ctx, p.sources())
	}
	return err
}

// beginLast takes what is now for what was applied last.
func (p *pass) beginLast(ctx context.Context) error {
	state, err := p.state(ctx)
	if err != nil {
		return err
	}
	p.last = last{Configuration: p.config.Version(), Feeds: state.Feeds}
	p.last.First, err = p.holdsNothing(ctx)
	return err
}

func (p *pass) recallMark(ctx context.Context, name string, into any) error {
	text, err := p.Marks.Mark(ctx, name)
	if err != nil || text == "" {
		return err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("recall %s: %w", name, err)
	}
	return nil
}

func (p *pass) setMark(ctx context.Context, name string, value any) error {
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return p.Marks.SetMark(ctx, name, string(text))
}

// sources returns the numbers of the source systems of the run.
func (p *pass) sources() []int {
	var sources []int
	for _, in := range p.leading() {
		sources = append(sources, in.source.Number)
	}
	return sources
}

// holdsNothing reports whether nothing was ever put into the target.
func (p *pass) holdsNothing(ctx context.Context) (bool, error) {
	for _, source := range p.sources() {
		for _, kind := range directory.Kinds() {
			for _, err := range p.Ledger.Objects(ctx, p.TargetID, kind, source) {
				return false, err
			}
		}
	}
	return true, nil
}

// noteLast notes that a plan was applied, whole or only its additions. What a
// directory holds where some of it failed is weighed by the next run.
func (p *pass) noteLast(ctx context.Context, m *plan.Measures, whole bool) error {
	failed := p.result.Applied.Failed > 0
	totals := maps.Clone(p.last.Totals)
	for school, more := range m.Became {
		if school != guard.All {
			totals.Add(school, more)
		}
	}
	if failed {
		totals = nil
	}
	p.last.Totals, p.last.First = totals, p.last.First && failed
	if whole {
		state, err := p.state(ctx)
		if err != nil {
			return err
		}
		p.last.Feeds, p.last.Configuration = state.Feeds, p.config.Version()
	}
	return p.setMark(ctx, markLast, p.last)
}

// noteFed notes how many rows a feed had that was stored, and how many fell.
func (p *pass) noteFed(ctx context.Context, flow string, f fed) error {
	before, had := p.fedBy[flow]
	if had && before.Fell == nil { // written by a release that did not tell them apart: none counts as new
		f.Fell = map[roster.FeedNumber]int{}
	}
	if reflect.DeepEqual(before, f) {
		return nil
	}
	p.fedBy[flow] = f
	if p.opts.DryRun {
		return nil
	}
	return p.setMark(ctx, markFed, p.fedBy)
}

// rows returns how many rows there are in the latest feeds, and how many of them
// fell that did not when a plan was applied last.
func (p *pass) rows() (rows, fallen int) {
	for _, f := range p.fedBy {
		rows += f.Rows
		for since, n := range f.Fell {
			if p.last.First || since > p.last.Feeds[f.Source] {
				fallen += n
			}
		}
	}
	return rows, fallen
}

// window is how long what was applied without a person counts beside a new plan.
const window = 24 * time.Hour

// lately returns what plans of the last hours did that no person approved.
func (p *pass) lately(ctx context.Context) (guard.Counts, error) {
	plans, err := p.Ledger.Plans(ctx, p.TargetID, p.Now().Add(-window), 0)
	if err != nil {
		return nil, err
	}
	counts := guard.Counts{}
	for _, one := range plans {
		if one.By == "" && (one.State == ledger.Applied || one.State == ledger.Applying) {
			counts = counts.Plus(one.Guard.Counts)
		}
	}
	return counts, nil
}

// markLimits names the limits of the guard that were set.
const markLimits = "limits"

// limits returns the limits of the guard.
func (p *pass) limits(ctx context.Context) (guard.Limits, error) { return p.Engine.Limits(ctx) }

// Limits returns the limits of the guard: the defaults, and what was set otherwise.
func (e *Engine) Limits(ctx context.Context) (guard.Limits, error) {
	limits := guard.Defaults()
	text, err := e.Marks.Mark(ctx, markLimits)
	if err != nil || text == "" {
		return limits, err
	}
	var set guard.Limits
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, fmt.Errorf("recall the limits of the guard: %w", err)
	}
	for _, l := range set {
		limits = limits.With(l)
	}
	return limits, nil
}

// SetLimit sets one limit of the guard.
func (e *Engine) SetLimit(ctx context.Context, limit guard.Limit) error {
	limits, err := e.Limits(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(limits.With(limit), json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("keep the limits of the guard: %w", err)
	}
	return e.Marks.SetMark(ctx, markLimits, string(text))
}

// fedOf counts the rows of a feed.
func fedOf(source int, r *feed.Report) fed {
	f := fed{Source: source, Fell: map[roster.FeedNumber]int{}}
	for _, file := range r.Files {
		f.Rows += file.Rows
	}
	for _, rows := range r.Fallen {
		f.Fell[rows.Since] += rows.Rows
	}
	return f
}
