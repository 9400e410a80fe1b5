package server

import (
	"context"
	"strings"
	"unicode"

	"rollbook/internal/feed"
	"rollbook/internal/run"
)

// Life is how a finding fares over the runs that read feeds.
type Life string

// The states of a finding.
const (
	NewFinding  Life = "new"  // the latest run found it, and the one before did not
	OpenFinding Life = "open" // the latest run found it again
	GoneFinding Life = "gone" // the run before the latest found it, and that did not
)

// Lived is a finding with its life.
type Lived struct {
	feed.Finding
	State Life
	Since run.Run // the first of the runs that found it one after the other
	Runs  int     // how many these are
}

// FindRunWithFeed returns the run with a name (FindRun); latest is the latest one that read
// a feed, if any did.
func (p *Parts) FindRunWithFeed(ctx context.Context, name string) (run.Run, error) {
	if name != "latest" {
		return p.FindRun(ctx, name)
	}
	fed, err := p.runsWithFeeds(ctx)
	if err != nil || len(fed) == 0 {
		return p.FindRun(ctx, name)
	}
	return fed[0], nil
}

// runsWithFeeds returns the last runs that read a feed, the newest first.
func (p *Parts) runsWithFeeds(ctx context.Context) ([]run.Run, error) {
	runs, err := p.Runs().Runs(ctx)
	var fed []run.Run
	for _, r := range runs {
		if r.Fed {
			fed = append(fed, r)
		}
	}
	return fed, err
}

// Findings returns what the latest runs that read feeds found: what the latest one did, and
// what only the one before it did. How long something stands is told as far as runs are
// listed.
func (p *Parts) Findings(ctx context.Context) ([]Lived, error) {
	fed, err := p.runsWithFeeds(ctx)
	if err != nil || len(fed) == 0 {
		return nil, err
	}
	found := make([]map[string]feed.Finding, len(fed))
	var order []string // of the keys, as they are told
	for i, r := range fed {
		all, err := p.Runs().Findings(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		found[i] = map[string]feed.Finding{}
		for _, f := range all {
			key := keyOf(f)
			if _, twice := found[i][key]; i < 2 && !twice {
				order = append(order, key)
			}
			found[i][key] = f
		}
	}
	return lives(fed, found, order), nil
}

// lives follows findings back from the latest run.
func lives(fed []run.Run, found []map[string]feed.Finding, order []string) []Lived {
	var all []Lived
	told := map[string]bool{}
	for _, key := range order {
		if told[key] {
			continue
		}
		told[key] = true
		l := Lived{State: OpenFinding}
		from := 0
		if _, there := found[0][key]; !there {
			l.State, from = GoneFinding, 1
		}
		for i := from; i < len(fed); i++ {
			if _, there := found[i][key]; !there {
				break
			}
			l.Since = fed[i]
			l.Runs++
		}
		if l.Finding = found[from][key]; l.State == OpenFinding && l.Runs == 1 && len(fed) > 1 {
			l.State = NewFinding
		}
		all = append(all, l)
	}
	return all
}

// keyOf tells findings apart over runs. Lines move, and so do numbers of rows.
func keyOf(f feed.Finding) string {
	words := strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return '#'
		}
		return c
	}, f.Message)
	return strings.Join([]string{string(f.Rule), f.File, f.Record, words}, "\x00")
}
