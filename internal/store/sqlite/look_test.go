package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
	"rollbook/internal/store/schema"
	"rollbook/internal/store/sqlite"
)

// closed makes a database and changes it.
func closed(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		execute(t, db, statement)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestLook(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	full := closed(t, "INSERT INTO setting (name, value) VALUES ('tenant', 'me')")
	for path, want := range map[string]schema.Known{
		filepath.Join(t.TempDir(), "missing.db"): {},
		empty:                                    {},
		full:                                     {Tables: true, Settings: map[string]string{"tenant": "me"}},
	} {
		got, err := sqlite.Look(t.Context(), path)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", filepath.Base(path), err, diff)
		}
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(empty), "missing.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking made a file: %v", err)
	}
}

// TestRefusedBeforeAnythingIsWritten compares the file byte by byte.
func TestRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	other, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "CREATE TABLE photo (id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	other.Close()
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"newer":        {closed(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)"), schema.ErrNewer},
		"out of order": {closed(t, "DELETE FROM goose_db_version WHERE version_id = 4"), schema.ErrOlder},
		"squashed since": {closed(t, "DELETE FROM goose_db_version WHERE version_id > 7",
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (8, true)"), schema.ErrOlder},
		"foreign": {foreign, schema.ErrForeign},
	} {
		before := mustRead(t, c.path)
		_, looked := sqlite.Look(t.Context(), c.path)
		_, opened := sqlite.Open(t.Context(), c.path)
		if !errors.Is(looked, c.want) || !errors.Is(opened, c.want) {
			t.Errorf("%s: got %v and %v, want %v", name, looked, opened, c.want)
		}
		if !bytes.Equal(before, mustRead(t, c.path)) {
			t.Errorf("%s: the file was written to", name)
		}
	}
}

func TestNoDatabaseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("got %v", err)
	}
}

// TestLookAfterADeathAtTheBeginning looks at a file that a program was making, in
// the way SQLite has before the log is turned on, when it died.
func TestLookAfterADeathAtTheBeginning(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sql.Open("sqlite", path+"?_pragma=cache_size(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE goose_db_version (version_id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for range 5000 { // so much that some of it is in the file, and a journal beside it
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO goose_db_version VALUES (0)"); err != nil {
			t.Fatal(err)
		}
	}
	died := filepath.Join(t.TempDir(), "a.db")
	for _, end := range []string{"", "-journal"} {
		if err := os.WriteFile(died+end, mustRead(t, path+end), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := sqlite.Look(t.Context(), died)
	if diff := cmp.Diff(schema.Known{Tables: true}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestFilesAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	path := closed(t)
	for _, mode := range []fs.FileMode{0o600, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		db := open(t, path)
		execute(t, db, "CREATE TABLE IF NOT EXISTS thing (id BIGINT)")
		if err := db.Read(t.Context(), func(store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		for _, end := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + end)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("a.db%s: %v, %v, want mode 0600", end, info.Mode(), err)
			}
		}
	}
}
