package server_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/hosted"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/store"
)

// names are those by which the database could know the person who is erased: identifier,
// user name, given name. The family name is that of others too.
var names = []string{"p-2001", "aarcon27", "Alma"}

// whereNamed returns the tables of an SQLite database that hold a name, in any column.
func whereNamed(t *testing.T, db store.DB) []string {
	t.Helper()
	var tables, found []string
	err := db.Read(t.Context(), func(tx store.Tx) error {
		err := store.Each(t.Context(), tx, `SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'`, nil, func(r store.Row) error {
			var column string
			err := r.Scan(&column)
			tables = append(tables, column)
			return err
		})
		if err != nil {
			return err
		}
		for _, at := range tables {
			table, column, _ := strings.Cut(at, ".")
			for _, name := range names {
				var n int
				if err := tx.QueryRow(t.Context(), fmt.Sprintf(`SELECT COUNT(*) FROM "%s" WHERE instr(hex("%s"), hex($1)) > 0`, table, column), name).Scan(&n); err != nil {
					return err
				}
				if n > 0 {
					found = append(found, fmt.Sprintf("%s: %d × %s", at, n, name))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Who is gone is forgotten everywhere, the hashes of the ledger verify, and nothing is done
// to anybody else; should the person come back, it is as somebody new.
func TestErase(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		parts := mustOpen(t, cfg)
		if err := parts.Configure(t.Context(), "harbor.example"); err != nil {
			t.Fatal(err)
		}
		full, without := t.TempDir(), t.TempDir()
		for _, dir := range []string{full, without} {
			if err := os.CopyFS(dir, os.DirFS("../../examples/district")); err != nil {
				t.Fatal(err)
			}
		}
		files, err := filepath.Glob(filepath.Join(without, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			var kept []string
			for line := range strings.SplitAfterSeq(string(mustRead(t, file)), "\n") {
				if !strings.Contains(line, "p-2001") {
					kept = append(kept, line)
				}
			}
			mustWrite(t, file, []byte(strings.Join(kept, "")))
		}
		sync := func(dir string) run.Result {
			t.Helper()
			result, err := parts.Run(t.Context(), run.Options{Path: dir})
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		broken := t.TempDir() // so that there is a finding
		if err := os.CopyFS(broken, os.DirFS(full)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(broken, "enrollments.csv")
		mustWrite(t, path, []byte(strings.Replace(string(mustRead(t, path)), "p-2001,student", "p-2001,studnt", 1)))
		sync(full)
		sync(broken)
		sync(without)
		if _, err := parts.Erase(t.Context(), "p-2001"); !isNotGone(err) {
			t.Fatalf("who has an account: %v", err)
		}
		for u, err := range parts.Directory.Users(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(u.UserPrincipalName, "aarcon27@") {
				if _, err := parts.Directory.Change(t.Context(), hosted.Effect{Kind: hosted.DeleteUser, ID: u.ID}); err != nil {
					t.Fatal(err)
				}
			}
		}
		sync(without)
		name, err := parts.Erase(t.Context(), "p-2001")
		if err != nil || !strings.HasPrefix(name, "erased-") {
			t.Fatalf("erased as %q, %v", name, err)
		}
		if cfg.Database == "" {
			if found := whereNamed(t, parts.DB); len(found) > 0 {
				t.Errorf("the database still knows the person: %v", found)
			}
		}
		plans, err := parts.Ledger().Plans(t.Context(), ledger.Hosted, cfg.WithDefaults().Now().AddDate(-1, 0, 0), 0)
		if err != nil || len(plans) == 0 {
			t.Fatalf("%d plans, %v", len(plans), err)
		}
		for _, p := range plans {
			if err := parts.Ledger().Verify(t.Context(), p.ID); err != nil {
				t.Errorf("plan %d: %v", p.ID, err)
			}
		}
		if again := sync(without); again.Plan.Effects() > 0 || len(again.Findings) > 0 {
			t.Errorf("the night after plans %+v, finds %+v", again.Plan, again.Findings)
		}
		if _, err := parts.Erase(t.Context(), "p-2001"); !run.IsNotThere(err) {
			t.Errorf("erased twice: %v", err)
		}
		back := sync(full)
		if back.Applied.Users != 1 || back.Plan.Accounts.Create != 1 || back.Plan.Accounts.Update != 0 {
			t.Errorf("who comes back: %+v", back.Plan)
		}
	})
}

func isNotGone(err error) bool {
	_, is := errors.AsType[*server.NotGoneError](err)
	return is
}
