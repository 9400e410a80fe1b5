package embedded_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/target/embedded"
)

// TestPrepareBesideAnotherProcess: what is known of the objects is of before
// another process wrote.
func TestPrepareBesideAnotherProcess(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		first, second := open(db), open(db)
		loadUsers(t, first, 1, 20)
		mustApply(t, second, newUser("taken X", true))
		refusesPrepared(t, prepare(t, first, newUserAs("taken X", "user_other")))
		apply := prepare(t, first, newUserAs("taken later X", "user_another"))
		mustApply(t, second, newUser("taken later X", true))
		refusesPrepared(t, apply)
	})
}

// TestPrepareAfterLoss: a batch is prepared after one that comes to nothing,
// and then another process brings the directory to the version that it would
// have had.
func TestPrepareAfterLoss(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		t.Run("failed", func(t *testing.T) {
			failing := &failing{DB: db}
			prepareAfterLoss(t, open(failing), open(db), func(lost directory.Prepared) {
				failing.fail = errors.New("the disk is full")
				if _, err := lost(t.Context()); !errors.Is(err, failing.fail) {
					t.Fatalf("got %v, want %v", err, failing.fail)
				}
				failing.fail = nil
			})
		})
		t.Run("given up", func(t *testing.T) {
			prepareAfterLoss(t, open(db), open(db), func(directory.Prepared) {})
		})
	})
}

func prepareAfterLoss(t *testing.T, target, other *embedded.Directory, lose func(lost directory.Prepared)) {
	t.Helper()
	loadUsers(t, target, 1, 20)
	lost := prepare(t, target, newUser("lost "+t.Name(), true))
	apply := prepare(t, target, newUser("next "+t.Name(), true))
	lose(lost)
	want := mustApply(t, other, newUser("next "+t.Name(), true))
	outcomes, err := apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]directory.Outcome{{ID: want[0]}}, outcomes); diff != "" {
		t.Errorf("the account that is there (-want +got)\n%s", diff)
	}
}

// failing is a DB whose bulk writes are rolled back where fail is set.
type failing struct {
	store.DB
	fail error
}

func (f *failing) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	return f.DB.WriteBulk(ctx, func(tx store.Tx) error {
		return errors.Join(fn(tx), f.fail)
	})
}

func newUserAs(name, anchor string) directory.Effect {
	effect := newUser(name, true)
	effect.Anchor = anchor
	return effect
}

func prepare(t *testing.T, target *embedded.Directory, effects ...directory.Effect) directory.Prepared {
	t.Helper()
	apply, err := target.Prepare(t.Context(), "batch", effects)
	if err != nil {
		t.Fatal(err)
	}
	return apply
}

func refusesPrepared(t *testing.T, apply directory.Prepared) {
	t.Helper()
	outcomes, err := apply(t.Context())
	if err != nil || !errors.Is(outcomes[0].Err, directory.ErrConflict) {
		t.Errorf("got %v, %v; want a conflict", outcomes, err)
	}
}
