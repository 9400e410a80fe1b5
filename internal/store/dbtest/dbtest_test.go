package dbtest_test

import (
	"testing"

	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func TestAllGivesEveryTestAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	for range 2 {
		dbtest.All(t, func(t *testing.T, db store.DB) {
			err := db.Write(t.Context(), func(tx store.Tx) error {
				_, err := tx.Exec(t.Context(), "CREATE TABLE only_here (id BIGINT)")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
