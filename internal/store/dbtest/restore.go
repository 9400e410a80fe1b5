package dbtest

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // opens what a dump is read into
	_ "modernc.org/sqlite"             // the same

	"rollbook/internal/store"
	"rollbook/internal/store/postgres"
	"rollbook/internal/store/sqlite"
)

// Restored runs test as All does, with databases that an earlier release left:
// dump is the path of the SQL that makes one, without ".sqlite.sql" or
// ".postgres.sql".
func Restored(t *testing.T, dump string, test func(t *testing.T, db store.DB)) {
	t.Helper()
	RestoredWith(t, dump, "", test)
}

// RestoredWith is Restored with databases that were changed by a script since.
func RestoredWith(t *testing.T, dump, script string, test func(t *testing.T, db store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "test.db")
		restore(t, "sqlite", path, "", dump+".sqlite.sql", script)
		db, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeDB(t, db) })
		test(t, db)
	})
	t.Run("postgres", func(t *testing.T) {
		url := PostgresURL(t)
		restore(t, "pgx", url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public; ", dump+".postgres.sql", script)
		db, err := postgres.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeDB(t, db) })
		test(t, db)
	})
}

func restore(t *testing.T, driver, source, before, dump, after string) {
	t.Helper()
	script, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(context.Background(), before+string(script)+after); err != nil {
		t.Fatalf("restore %s: %v", dump, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
