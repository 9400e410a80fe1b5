package postgres_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/postgres"
	"rollbook/internal/store/schema"
)

// changed returns the URL of a database to which statements were done.
func changed(t *testing.T, statements ...string) string {
	t.Helper()
	url := dbtest.PostgresURL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return url
}

const empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"

func TestLook(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statements []string
		want       schema.Known
		err        error
	}{
		"empty":   {[]string{empty}, schema.Known{}, nil},
		"ours":    {[]string{"INSERT INTO setting VALUES ('tenant', 'me')"}, schema.Known{Tables: true, Settings: map[string]string{"tenant": "me"}}, nil},
		"newer":   {[]string{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)"}, schema.Known{}, schema.ErrNewer},
		"older":   {[]string{"DELETE FROM goose_db_version WHERE version_id = 4"}, schema.Known{}, schema.ErrOlder},
		"foreign": {[]string{empty, "CREATE TABLE photo (id INTEGER)"}, schema.Known{}, schema.ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := changed(t, c.statements...)
			got, err := postgres.Look(t.Context(), url)
			if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, c.err) {
				t.Errorf("got %v, want %v\n%s", err, c.err, diff)
			}
			db, err := postgres.Open(t.Context(), url)
			if !errors.Is(err, c.err) {
				t.Errorf("opened: got %v, want %v", err, c.err)
			}
			if err == nil {
				db.Close()
			}
		})
	}
}

// TestPasswordFile: the password need not stand in the URL, which others can read
// in the list of processes.
func TestPasswordFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(path, []byte("db.example:5432:rollbook:me:hidden\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSFILE", path)
	if got := postgres.Password("postgres://me@db.example/rollbook"); got != "hidden" {
		t.Errorf("got %q", got)
	}
}
