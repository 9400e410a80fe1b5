package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rollbook/internal/store"
	"rollbook/internal/store/sqlite"
)

// TestLogStaysShort writes without a pause fifty times what the log may hold.
func TestLogStaysShort(t *testing.T) {
	t.Parallel()
	const page, longest = 16 << 10, 64
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqlite.OpenShort(t.Context(), path, longest/4, longest)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		err := db.WriteBulk(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), sql, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE large (id INTEGER PRIMARY KEY, body BLOB)`)
	for range 50 * longest {
		exec(`INSERT INTO large (body) VALUES ($1)`, make([]byte, page))
	}
	log, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if pages := log.Size() / page; pages > 10*longest {
		t.Errorf("the log has %d pages, though it was to begin anew at %d", pages, longest)
	}
	var rows int
	if err := errors.Join(db.ReadRow(t.Context(), `SELECT count(*) FROM large`, nil, &rows), db.Close()); err != nil || rows != 50*longest {
		t.Errorf("%d rows, want %d (%v)", rows, 50*longest, err)
	}
}
