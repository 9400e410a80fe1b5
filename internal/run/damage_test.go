package run_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// TestDamagedIndexOfTheRoster changes one byte in each block of the index, which is
// made anew without anybody noticing.
func TestDamagedIndexOfTheRoster(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		w := newWorld(t, db)
		w.sync(t)
		blocks := mustDamageIndex(t, db)
		if blocks == 0 {
			t.Fatal("the index has no blocks")
		}
		result := w.sync(t)
		if len(result.Findings) != 0 {
			t.Errorf("findings %v", result.Findings)
		}
		for name, file := range result.Feed {
			if file.Added+file.Changed+file.Deactivated != 0 || file.Unchanged == 0 {
				t.Errorf("%s: %+v", name, *file)
			}
		}
		want := w.sync(t)
		if diff := cmp.Diff(want.Feed, result.Feed); diff != "" {
			t.Errorf("the next night (-next +this):\n%s", diff)
		}
	})
}

// mustDamageIndex changes the last byte of every block, and returns how many there are.
func mustDamageIndex(t *testing.T, db store.DB) (blocks int) {
	t.Helper()
	err := db.Write(t.Context(), func(tx store.Tx) error {
		bodies := map[[2]int64][]byte{}
		err := store.Each(t.Context(), tx, `SELECT kind, first, body FROM roster_index`, nil, func(row store.Row) error {
			var kind, first int64
			var body []byte
			err := row.Scan(&kind, &first, &body)
			bodies[[2]int64{kind, first}] = body
			return err
		})
		for key, body := range bodies {
			if err == nil {
				body[len(body)-1] ^= 1
				_, err = tx.Exec(t.Context(), `UPDATE roster_index SET body = $3 WHERE kind = $1 AND first = $2`, key[0], key[1], body)
			}
		}
		blocks = len(bodies)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}
