package run

import (
	"context"
	"fmt"
	"iter"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// A block is what the ledger says is handed over to the target at once. Its size
// bounds how much is tried again after a crash.
const (
	changesInBlock = 2000
	linksInBlock   = 40_000
)

// apply carries out what is left of a plan. It does exactly what the plan says,
// wave after wave, and notes what became of every change. Blocks are read while
// those before them are applied.
func (p *pass) apply(ctx context.Context, open ledger.Plan) error {
	a := applier{pass: p, plan: open, began: p.Now(), people: people{
		ledger: p.Ledger, target: p.TargetID, all: p.accounts,
		bulk: open.Counts.Memberships.Add+open.Counts.Memberships.Remove > bulkLookups,
	}}
	if err := p.noteAttempt(ctx, attempt{Plan: open.ID, Handed: open.Handed}); err != nil {
		return err
	}
	err := a.waves(ctx)
	if err == nil && a.accepted {
		a.last = true
		err = a.waves(ctx)
	}
	if err != nil {
		return err
	}
	if err := p.noteWritten(ctx); err != nil {
		return err
	}
	p.applied = open.ID
	return nil
}

// waves applies what is left, wave after wave.
func (a *applier) waves(ctx context.Context) error {
	blocks := newPuller(ahead(ctx, a.blocks))
	defer blocks.stop()
	for blocks.more() {
		if err := a.wave(ctx, blocks); err != nil {
			return err
		}
	}
	return blocks.err
}

// unsure reports whether what was seen in the target must be seen again: a change
// failed that was to put right what another hand did, an object is gone, or the
// plan was cut off, so that nobody knows what was seen before it.
func (p *pass) unsure() bool {
	return p.result.Applied.Failed > 0 || p.gone || p.stage == stageResume
}

// applier applies one plan.
type applier struct {
	*pass
	plan     ledger.Plan
	people   people
	began    time.Time
	accepted bool // the target does some changes later: they are asked for again at the end
	last     bool // this is the end
}

// block is what is handed over at once, with what the target held before of the
// records in it.
type block struct {
	wave  int
	links int
	left  []ledger.Left
	held  map[ledger.Record]ledger.Object
}

// full reports whether a change belongs into the next block.
func (b *block) full(c ledger.Left) bool {
	return len(b.left) > 0 && (b.wave != c.Wave || len(b.left) == changesInBlock || b.links >= linksInBlock)
}

func (b *block) add(c ledger.Left) {
	b.left, b.wave = append(b.left, c), c.Wave
	b.links += c.Size()
}

// blocks yields what is left of the plan, in blocks of one wave.
func (a *applier) blocks(ctx context.Context) iter.Seq2[*block, error] {
	return func(yield func(*block, error) bool) {
		b := &block{}
		for left, err := range a.Ledger.Left(ctx, a.plan.ID) {
			if err != nil {
				yield(nil, err)
				return
			}
			if b.full(left) {
				if err := a.recall(ctx, b); !yield(b, err) || err != nil {
					return
				}
				b = &block{}
			}
			b.add(left)
		}
		if len(b.left) > 0 {
			yield(b, a.recall(ctx, b))
		}
	}
}

// recall reads what the target held of the records in a block. A plan changes no
// object twice, so that no earlier block makes a difference.
func (a *applier) recall(ctx context.Context, b *block) error {
	ids := map[directory.Kind]map[int]ledger.IDs{}
	for _, c := range b.left {
		if c.Verb == directory.Create && c.Tried.IsZero() {
			continue
		}
		r := holder(c.Change)
		if ids[r.Kind] == nil {
			ids[r.Kind] = map[int]ledger.IDs{}
		}
		ids[r.Kind][r.Source] = append(ids[r.Kind][r.Source], r.ID)
	}
	b.held = map[ledger.Record]ledger.Object{}
	for kind, sources := range ids {
		for source, of := range sources {
			for held, err := range a.Ledger.ObjectsOf(ctx, a.TargetID, kind, source, ledger.IDs{}.With(of)) {
				if err != nil {
					return fmt.Errorf("recall what the directory holds: %w", err)
				}
				b.held[held.Record] = held
			}
		}
	}
	return nil
}
