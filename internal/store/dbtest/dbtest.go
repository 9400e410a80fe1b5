package dbtest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rollbook/internal/store"
	"rollbook/internal/store/postgres"
	"rollbook/internal/store/sqlite"
)

// All runs test once on every engine, in a subtest named after it, each with a
// database of its own that has the schema and no rows. Where no PostgreSQL is to
// be had that subtest is skipped, and fails under CI=true.
func All(t *testing.T, test func(t *testing.T, db store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite returns a new SQLite database, closed when the test ends.
func SQLite(tb testing.TB) store.DB {
	tb.Helper()
	db, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "test.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeDB(tb, db) })
	return db
}

// Postgres returns a new PostgreSQL database, closed and dropped when the test
// ends.
func Postgres(tb testing.TB) store.DB {
	tb.Helper()
	db, err := postgres.Open(tb.Context(), PostgresURL(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeDB(tb, db) })
	return db
}

// PostgresURL returns the URL of a new PostgreSQL database, for tests that open
// it themselves.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	return postgresURL(tb, func(server *server) string { return server.template })
}

// PostgresCopy returns the URL of a new PostgreSQL database that holds what
// another one of PostgresURL does, which nobody may have open.
func PostgresCopy(tb testing.TB, address string) string {
	tb.Helper()
	return postgresURL(tb, func(*server) string { return nameOf(address) })
}

func postgresURL(tb testing.TB, original func(*server) string) string {
	tb.Helper()
	server, err := theServer()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true" {
		tb.Skipf("not tested on PostgreSQL: %v", err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	url, err := server.create(tb.Context(), original(server))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.drop(url); err != nil {
			tb.Error(err)
		}
	})
	return url
}

func closeDB(tb testing.TB, db store.DB) {
	if err := db.Close(); err != nil {
		tb.Errorf("close database: %v", err)
	}
}
