package run_test

import (
	"context"
	"fmt"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// TestEffectsAreNotedBeforeTheyAreTried: whoever finds the journal after a crash
// knows of every effect that the directory may have seen.
func TestEffectsAreNotedBeforeTheyAreTried(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		w := newWorld(t, db)
		watched := &watched{Target: w.directory, db: db}
		w.Target = watched
		w.sync(t)
		w.nextNight(t)
		w.sync(t)
		for _, failure := range watched.failures {
			t.Error(failure)
		}
		if watched.batches < 5 { // accounts, groups and memberships, then at least two of them
			t.Errorf("only %d batches were tried", watched.batches)
		}
	})
}

// watched looks into the journal before each batch.
type watched struct {
	directory.Target
	db       store.DB
	batches  int
	failures []string
}

func (w *watched) Apply(ctx context.Context, batch string, effects []directory.Effect) ([]directory.Outcome, error) {
	var plan, first, tried int64
	if _, err := fmt.Sscanf(batch, "%d/%d", &plan, &first); err != nil {
		return nil, err
	}
	if err := w.db.ReadRow(ctx, `SELECT tried FROM plan WHERE id = $1`, []any{plan}, &tried); err != nil {
		return nil, err
	}
	w.batches++
	if last := first + int64(len(effects)) - 1; tried < last {
		w.failures = append(w.failures, fmt.Sprintf("batch %s goes to %d, and only those up to %d are noted as tried", batch, last, tried))
	}
	return w.Target.Apply(ctx, batch, effects)
}
