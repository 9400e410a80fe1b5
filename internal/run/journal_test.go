package run_test

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// TestChangesAreHandedOverBeforeTheyAreTried: whoever finds the ledger after a
// crash knows of every change that the directory may have seen.
func TestChangesAreHandedOverBeforeTheyAreTried(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		w := newWorld(t, db)
		watched := &watched{Target: w.target(), db: db}
		w.Target = watched
		w.sync(t)
		w.nextNight(t)
		w.sync(t)
		for _, failure := range watched.failures {
			t.Error(failure)
		}
		if watched.changes < 45 { // 37 accounts and 8 groups, and what the next night brings
			t.Errorf("only %d changes were tried", watched.changes)
		}
	})
}

// watched looks into the ledger before each change.
type watched struct {
	directory.Target
	db       store.DB
	changes  int
	failures []string
}

func (w *watched) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	return w.Target.Apply(ctx, func(yield func(directory.Change) bool) {
		for c := range changes {
			w.changes++
			var handed int64
			err := w.db.ReadRow(ctx, `SELECT handed FROM plan WHERE state = 'applying'`, nil, &handed)
			if err != nil || handed < c.Seq {
				w.failures = append(w.failures, fmt.Sprintf("change %d is tried, and those up to %d are handed over: %v", c.Seq, handed, err))
			}
			if !yield(c) {
				return
			}
		}
	}, report)
}
