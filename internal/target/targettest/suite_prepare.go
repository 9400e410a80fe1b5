package targettest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"rollbook/internal/directory"
)

// testPrepare prepares batches ahead of applying them, while others are applied
// in between, are cut off, or are prepared and given up: each must do what it
// would have done unprepared. A Target that cannot prepare passes.
func testPrepare(t *testing.T, b bench) {
	target, ok := b.target.(directory.Preparer)
	if !ok {
		return
	}
	p := &pipeline{twins: newTwins(t, b), preparer: target}
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if err := p.step(t); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.compare(); err != nil {
			t.Fatal(err)
		}
	})
}

// pipeline are batches that were prepared and not applied, in their order.
type pipeline struct {
	*twins
	preparer directory.Preparer
	waiting  []preparedBatch
}

type preparedBatch struct {
	effects []directory.Effect
	apply   directory.Prepared
}

func (p *pipeline) step(t *rapid.T) error {
	switch what := rapid.SampledFrom([]string{"prepare", "prepare", "apply", "apply", "other", "cut off", "give up"}).Draw(t, "step"); {
	case what == "other":
		return p.apply(p.drawBatch(t))
	case what == "prepare" || len(p.waiting) == 0:
		effects := p.drawBatch(t)
		apply, err := p.preparer.Prepare(p.ctx, "model", p.translate(effects))
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		p.waiting = append(p.waiting, preparedBatch{effects, apply})
		return nil
	case what == "cut off":
		ctx, cancel := context.WithCancel(p.ctx)
		cancel()
		if _, err := p.next().apply(ctx); err == nil {
			return errors.New("a prepared batch was applied although its context was done")
		}
		return nil
	case what == "give up":
		p.next()
		return nil
	}
	next := p.next()
	got, err := next.apply(p.ctx)
	if err != nil {
		return fmt.Errorf("apply what was prepared: %w", err)
	}
	return p.applied(next.effects, got)
}

func (p *pipeline) next() preparedBatch {
	next := p.waiting[0]
	p.waiting = p.waiting[1:]
	return next
}
