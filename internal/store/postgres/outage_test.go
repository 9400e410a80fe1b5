package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/postgres"
)

func mustOpen(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// kindOf names the kind of an error.
func kindOf(err error) string {
	for kind, is := range map[string]func() bool{
		"unavailable": func() bool { _, ok := errors.AsType[*store.Unavailable](err); return ok },
		"full":        func() bool { _, ok := errors.AsType[*store.Full](err); return ok },
		"read-only":   func() bool { _, ok := errors.AsType[*store.ReadOnly](err); return ok },
		"damaged":     func() bool { _, ok := errors.AsType[*store.Damaged](err); return ok },
		"unique":      func() bool { return errors.Is(err, store.ErrUnique) },
	} {
		if is() {
			return kind
		}
	}
	return ""
}

func one(db store.DB) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		var one int64
		return db.ReadRow(ctx, `SELECT CAST(1 AS BIGINT)`, nil, &one)
	}
}

func set(name string) func(store.Tx) error {
	return func(tx store.Tx) error {
		_, err := tx.Exec(context.Background(), `INSERT INTO setting (name, value) VALUES ($1, 'x')`, name)
		return err
	}
}

// TestServerGone cuts the way to the server. Everything fails in a way that says
// that it passes, and works again when it has passed.
func TestServerGone(t *testing.T) {
	t.Parallel()
	link := dbtest.PostgresLink(t)
	db := mustOpen(t, link.URL)
	calls := map[string]func() error{
		"Write":     func() error { return db.Write(t.Context(), set(t.Name())) },
		"WriteBulk": func() error { return db.WriteBulk(t.Context(), func(tx store.Tx) error { return nil }) },
		"Read":      func() error { return db.Read(t.Context(), func(tx store.Tx) error { return nil }) },
		"ReadRow":   func() error { return one(db)(t.Context()) },
	}
	link.Cut()
	for name, call := range calls {
		err := call()
		gone, ok := errors.AsType[*store.Unavailable](err)
		if !ok || gone.After <= 0 || !strings.Contains(gone.Where, "/rollbook_test_") {
			t.Errorf("%s: %v", name, err)
		}
	}
	link.Mend()
	for name, call := range calls {
		if err := call(); err != nil {
			t.Errorf("%s once the server is back: %v", name, err)
		}
	}
}

// TestLostConnection ends the connection in the middle of a write, which takes
// place all the same, once.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, dbtest.PostgresURL(t))
	begun := 0
	err := db.Write(t.Context(), func(tx store.Tx) error {
		if err := set("a")(tx); err != nil {
			return err
		}
		if begun++; begun > 3 {
			return nil
		}
		_, err := tx.Exec(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`)
		return err
	})
	if err != nil || begun != 4 {
		t.Errorf("begun %d times, want 4 (%v)", begun, err)
	}
}

// TestCollidesForEver has a write collide with another whenever it is tried. That
// ends, with an error that says when to ask again.
func TestCollidesForEver(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, dbtest.PostgresURL(t))
	if err := db.Write(t.Context(), set("a")); err != nil {
		t.Fatal(err)
	}
	change := func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE setting SET value = value || 'x' WHERE name = 'a'`)
		return err
	}
	begun := 0
	err := db.Write(t.Context(), func(tx store.Tx) error {
		begun++
		var value string
		if err := tx.QueryRow(t.Context(), `SELECT value FROM setting WHERE name = 'a'`).Scan(&value); err != nil {
			return err
		}
		if err := db.Write(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		return change(tx)
	})
	if kindOf(err) != "unavailable" || begun != 20 {
		t.Errorf("begun %d times: %v", begun, err)
	}
}

func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	mark := "?"
	if strings.Contains(url, "?") {
		mark = "&"
	}
	db := mustOpen(t, url+mark+"default_transaction_read_only=on")
	if err := one(db)(t.Context()); err != nil {
		t.Error(err)
	}
	err := db.Write(t.Context(), set("a"))
	if kindOf(err) != "read-only" || !strings.Contains(err.Error(), "/rollbook_test_") || !strings.Contains(err.Error(), "takes writes") {
		t.Error(err)
	}
}

func TestKindsOfErrors(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"53100": "full", "25006": "read-only", "XX001": "damaged", "XX002": "damaged", "23505": "unique",
		"08006": "unavailable", "53300": "unavailable", "57P01": "unavailable", "57P03": "unavailable", "58030": "unavailable",
		"55P03": "unavailable", "57014": "unavailable", "42601": "", "22P02": "",
	}
	got := map[string]string{}
	for code := range want {
		got[code] = kindOf(postgres.Translate(&pgconn.PgError{Code: code}))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := postgres.Translate(nil); got != nil {
		t.Error(got)
	}
}

// TestPasswordIsNotTold: neither by an address that cannot be read nor by a server
// that is not there.
func TestPasswordIsNotTold(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:s3cret@127.0.0.1:1/x", "postgres://u:s3cret@127.0.0.1:x/x", "host=127.0.0.1 port=1 password=s3cret"} {
		_, err := postgres.Open(t.Context(), url)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
