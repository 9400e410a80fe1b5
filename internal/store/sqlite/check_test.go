package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/store"
	"rollbook/internal/store/sqlite"
)

// filled is a database file, closed, with rows that fill some hundred pages.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
	execute(t, db, "CREATE INDEX thing_name ON thing (name)")
	err = db.Write(t.Context(), func(tx store.Tx) error {
		for id := range 3000 {
			if _, err := tx.Exec(t.Context(), "INSERT INTO thing VALUES ($1, $2)", id, fmt.Sprintf("name %06d %s", id, strings.Repeat("x", 300))); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustCheck(t *testing.T, db *sqlite.DB, thorough bool) store.Checked {
	t.Helper()
	checked, err := db.Check(t.Context(), thorough)
	if err != nil {
		t.Fatal(err)
	}
	return checked
}

// overwrite writes 16 bytes over the beginning of every page of the file from one on
// that begins with a kind of page: 0x0d is one of a table, 0x0a one of an index.
func overwrite(t *testing.T, path string, from int, kind byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	first := make([]byte, 1)
	for page := int64(from); ; page++ {
		if _, err := file.ReadAt(first, page*logPage); err != nil {
			t.Fatalf("no page of that kind: %v", err)
		}
		if first[0] == kind {
			if _, err := file.WriteAt([]byte("sixteen bytes of"), page*logPage); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

func TestSoundFile(t *testing.T) {
	t.Parallel()
	db := open(t, filled(t))
	for _, thorough := range []bool{false, true} {
		if got := mustCheck(t, db, thorough); len(got.Problems)+len(got.Mended) > 0 || got.Err() != nil {
			t.Errorf("thorough %t: %+v", thorough, got)
		}
	}
}

// TestDamagedPageIsFound by a quick look and by a thorough one, and neither makes
// it worse.
func TestDamagedPageIsFound(t *testing.T) {
	t.Parallel()
	path := filled(t)
	overwrite(t, path, 60, 0x0d)
	db := open(t, path)
	for _, thorough := range []bool{false, true} {
		got := mustCheck(t, db, thorough)
		damaged, ok := errors.AsType[*store.Damaged](got.Err())
		if !ok || damaged.Where != path || len(got.Problems) > 20 || !strings.Contains(damaged.Error(), "rollbook verify") {
			t.Errorf("thorough %t: %+v", thorough, got)
		}
	}
}

// TestDamagedIndexIsMadeAnew takes rows out of an index, of which a quick look sees
// nothing.
func TestDamagedIndexIsMadeAnew(t *testing.T) {
	t.Parallel()
	path := filled(t)
	db := open(t, path)
	execute(t, db, "PRAGMA writable_schema = 1")
	execute(t, db, "UPDATE sqlite_schema SET sql = 'CREATE INDEX thing_name ON thing (name) WHERE id > 2990' WHERE name = 'thing_name'")
	execute(t, db, "PRAGMA writable_schema = RESET")
	execute(t, db, "REINDEX thing_name")
	execute(t, db, "PRAGMA writable_schema = 1")
	execute(t, db, "UPDATE sqlite_schema SET sql = 'CREATE INDEX thing_name ON thing (name)' WHERE name = 'thing_name'")
	execute(t, db, "PRAGMA writable_schema = RESET")
	again := open(t, path)
	got := mustCheck(t, again, true)
	if len(got.Problems) != 0 || len(got.Mended) == 0 || got.Err() != nil {
		t.Fatalf("%+v", got)
	}
	if got := mustCheck(t, again, true); len(got.Problems)+len(got.Mended) != 0 {
		t.Errorf("once it was made anew: %+v", got)
	}
}
