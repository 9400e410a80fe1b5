package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rollbook/internal/store"
	"rollbook/internal/store/sqlite"
)

// TestDiskFull lets the file have no more pages than it has, which SQLite reports
// as it does a full disk. What is written then is not there, what was is, and all
// goes on when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	execute(t, db, "CREATE TABLE thing (id INTEGER PRIMARY KEY, body BLOB)")
	execute(t, db, "INSERT INTO thing (body) VALUES ('small')")
	mustAllowPages(t, db, 1)
	large := func(write func(context.Context, func(store.Tx) error) error) error {
		return write(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO thing (body) VALUES ($1)", make([]byte, 1<<20))
			return err
		})
	}
	for name, write := range map[string]func(context.Context, func(store.Tx) error) error{"Write": db.Write, "WriteBulk": db.WriteBulk} {
		full, ok := errors.AsType[*store.Full](large(write))
		if !ok || full.Where != path || !strings.Contains(full.Error(), "make room") {
			t.Errorf("%s: %v", name, full)
		}
	}
	if got := count(t, db); got != 1 {
		t.Errorf("%d rows are there, want 1", got)
	}
	mustAllowPages(t, db, 1<<30)
	if err := large(db.Write); err != nil {
		t.Error(err)
	}
}

// mustAllowPages bounds the pages of the file; it never is below what it has.
func mustAllowPages(t *testing.T, db *sqlite.DB, pages int) {
	t.Helper()
	err := db.Write(t.Context(), func(tx store.Tx) error {
		var set int
		return tx.QueryRow(t.Context(), "PRAGMA max_page_count = "+strconv.Itoa(pages)).Scan(&set)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestReadOnlyFile says which file it is and what to do.
func TestReadOnlyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	execute(t, db, "CREATE TABLE thing (id BIGINT)")
	execute(t, db, "PRAGMA query_only = 1")
	err := db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO thing VALUES (1)")
		return err
	})
	refused, ok := errors.AsType[*store.ReadOnly](err)
	if !ok || refused.Where != path || !strings.Contains(refused.Error(), "may write to it and to its folder") {
		t.Errorf("got %v", err)
	}
	if got := count(t, db); got != 0 {
		t.Errorf("%d rows", got)
	}
}

// TestFileInAReadOnlyFolder opens a file beside which no log can be written.
func TestFileInAReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "a.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), os.Chmod(folder, 0o500)); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(folder, 0o700)
	if _, err := sqlite.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "may write to it and to its folder") || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// TestDamagedFile is a file of which the beginning was written over.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), path)
	damaged, ok := errors.AsType[*store.Damaged](err)
	if !ok || damaged.Where != path {
		t.Errorf("got %v", err)
	}
}
