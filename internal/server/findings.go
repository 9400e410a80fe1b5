package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"rollbook/internal/feed"
	"rollbook/internal/run"
	"rollbook/internal/store"
)

// Life is how a finding fares over the runs that read feeds.
type Life string

// The states of a finding.
const (
	NewFinding  Life = "new"  // the latest run found it, and the one before did not
	OpenFinding Life = "open" // the latest run found it again
	GoneFinding Life = "gone" // the run before the latest found it, and that did not
	// QuietFinding is an open one of which somebody said that it need not be told until
	// some time.
	QuietFinding Life = "quiet"
)

// Lived is a finding with its life.
type Lived struct {
	feed.Finding
	ID    string // the same in all runs
	State Life
	Since run.Run // the first of the runs that found it one after the other
	Runs  int     // how many these are
	Quiet store.Quiet
}

// NoFindingError says that no finding of the latest runs has an ID.
type NoFindingError struct{ ID string }

func (e *NoFindingError) Error() string {
	return fmt.Sprintf("no finding of the latest runs has the ID %q: rollbook findings --open shows them", e.ID)
}

// QuietUntil has a finding not be told as open until some time, or be told again where that is
// past. id may be the beginning of one. It returns a NoFindingError where there is no such
// finding.
func (p *Parts) QuietUntil(ctx context.Context, id string, until time.Time, note, by string) (Lived, error) {
	all, err := p.Findings(ctx)
	if err != nil {
		return Lived{}, err
	}
	for _, l := range all {
		if id == "" || !strings.HasPrefix(l.ID, id) {
			continue
		}
		now := p.Config.Now()
		l.Quiet = store.Quiet{ID: l.ID, Until: until, Note: note, By: by, At: now}
		if !until.After(now) {
			return l, p.quiets().End(ctx, l.ID)
		}
		return l, p.quiets().Put(ctx, l.Quiet)
	}
	return Lived{}, &NoFindingError{id}
}

func (p *Parts) quiets() store.Quiets { return store.Quiets{DB: p.DB} }

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
	quiet, err := p.quiets().List(ctx, p.Config.Now())
	if err != nil {
		return nil, err
	}
	all := lives(fed, found, order)
	for i, l := range all {
		if q, is := quiet[l.ID]; is && l.State != GoneFinding {
			all[i].State, all[i].Quiet = QuietFinding, q
		}
	}
	return all, nil
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
		l := Lived{State: OpenFinding, ID: idOf(key)}
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

// idOf returns the ID of the findings with a key, which names nobody.
func idOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])[:16]
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
