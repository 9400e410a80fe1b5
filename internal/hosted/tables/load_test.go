package tables_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// TestLoad loads in batches large enough to go without indexes, and goes on in
// ones so small that objects are looked up one by one: by the Directory that
// loaded, by another on the same tables, and by the first again, which must
// notice what the other did.
func TestLoad(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		first, second := open(db), open(db)
		ids := loadUsers(t, first, 3, 1200)
		if user, err := first.User(t.Context(), "l7.x@school.example"); err != nil || user.ID != ids[7] {
			t.Errorf("while loading: got %v, %v", user, err)
		}
		group := mustApply(t, first, newGroup("math"))[0]
		for i, target := range []*tables.Directory{second, first, second, first} {
			refuses(t, target, "l7 x")
			if i > 0 {
				refuses(t, target, fmt.Sprintf("NEW%d X", i-1))
			}
			created := mustApply(t, target, newUser(fmt.Sprintf("new%d X", i), true))[0]
			add := []hosted.Membership{{Relation: hosted.Member, UserID: ids[i]}, {Relation: hosted.Member, UserID: created}}
			mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: add})
			if number, err := target.CountMembers(t.Context(), group, hosted.Member, nil); err != nil || number != 2*i+2 {
				t.Errorf("counted %d members, want %d (%v)", number, 2*i+2, err)
			}
		}
		if number, err := second.CountUsers(t.Context(), nil); err != nil || number != 3604 {
			t.Errorf("counted %d users (%v)", number, err)
		}
	})
}

func loadUsers(t *testing.T, target *tables.Directory, batches, size int) (ids []string) {
	t.Helper()
	for batch := range batches {
		var effects []hosted.Effect
		for i := range size {
			effects = append(effects, newUser(fmt.Sprintf("L%d X", batch*size+i), true))
		}
		ids = append(ids, mustApply(t, target, effects...)...)
	}
	return ids
}

// refuses tests that the name is taken, in another case and under another
// anchor, and that its own anchor returns the account.
func refuses(t *testing.T, target *tables.Directory, name string) {
	t.Helper()
	other := newUser(name, true)
	other.Anchor = "user_other"
	outcomes, err := target.Apply(t.Context(), []hosted.Effect{other})
	if err != nil || !errors.Is(outcomes[0].Err, hosted.ErrConflict) {
		t.Errorf("got %v, %v; want a conflict", outcomes, err)
	}
}

// TestLoadGoesOn: a load that was cut off is gone on with by another process,
// which finds tables without indexes.
func TestLoadGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ids := loadUsers(t, open(db), 1, 1500)
		again := loadUsers(t, open(db), 2, 1500)
		if diff := cmp.Diff(ids, again[:1500]); diff != "" {
			t.Errorf("the batch done again has other IDs (-want +got)\n%s", diff)
		}
		found, err := open(db).FindUsers(t.Context(), hosted.PropertyMail, []string{"L1501@mail.example"})
		if err != nil || len(found["l1501@mail.example"]) != 1 {
			t.Errorf("got %v, %v", found, err)
		}
	})
}
