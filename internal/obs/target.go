package obs

import (
	"context"
	"errors"

	"rollbook/internal/directory"
)

// Target is a directory whose writes are counted.
type Target struct {
	directory.Target
	Metrics *Metrics
}

var _ directory.Preparer = Target{}

// Apply implements directory.Target.
func (t Target) Apply(ctx context.Context, batch string, effects []directory.Effect) ([]directory.Outcome, error) {
	outcomes, err := t.Target.Apply(ctx, batch, effects)
	t.count(effects, outcomes)
	return outcomes, err
}

// Prepare implements directory.Preparer, as well as the directory can.
func (t Target) Prepare(ctx context.Context, batch string, effects []directory.Effect) (directory.Prepared, error) {
	apply, err := directory.Prepare(ctx, t.Target, batch, effects)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) ([]directory.Outcome, error) {
		outcomes, err := apply(ctx)
		t.count(effects, outcomes)
		return outcomes, err
	}, nil
}

// count counts what became of effects. A batch can have many thousands of them,
// of few kinds.
func (t Target) count(effects []directory.Effect, outcomes []directory.Outcome) {
	type label struct {
		kind    directory.EffectKind
		outcome string
	}
	counted := map[label]int{}
	for i, o := range outcomes {
		counted[label{effects[i].Kind, outcome(o.Err)}]++
	}
	for l, n := range counted {
		t.Metrics.effects.WithLabelValues(l.kind.String(), l.outcome).Add(float64(n))
	}
}

// outcome returns what became of an effect in a word.
func outcome(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, directory.ErrNotFound):
		return "notFound"
	case errors.Is(err, directory.ErrConflict):
		return "conflict"
	case errors.Is(err, directory.ErrInvalid):
		return "invalid"
	}
	return "failed"
}
