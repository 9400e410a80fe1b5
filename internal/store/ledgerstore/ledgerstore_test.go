package ledgerstore_test

import (
	"errors"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/ledger/ledgertest"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/store/ledgerstore"
)

func TestLedger(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		ledgertest.Run(t, func(t *testing.T) ledger.Ledger { return ledgerstore.Ledger{DB: dbtest.SQLite(t)} })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		ledgertest.Run(t, func(t *testing.T) ledger.Ledger { return ledgerstore.Ledger{DB: dbtest.Postgres(t)} })
	})
}

// Whoever changes the ledger beside the program is found out.
func TestVerifyFindsWhatWasChanged(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		l := ledgerstore.Ledger{DB: db}
		w, err := l.Begin(t.Context(), ledger.Draft{Target: ledger.Hosted, Run: "run", Purpose: ledger.ForFeed, Created: time.Unix(1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"North", "South"} {
			err := w.Add(t.Context(), ledger.Change{
				Wave: 1, Part: part, Verb: directory.Create, Record: ledger.Record{Kind: directory.Account, Source: 1, ID: 1},
				Set: directory.Values{{Property: directory.DisplayName, Text: "Ana"}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := w.Finish(t.Context(), ledger.Planned, ledger.Guard{}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			sql, back string
			want      ledger.Damaged
		}{
			{`UPDATE plan_change SET body = '{"set":{"displayName":"Eve"}}' WHERE seq = 2`, `UPDATE plan_change SET body = '{"set":{"displayName":"Ana"}}' WHERE seq = 2`, ledger.Damaged{Plan: 1, Part: "South", Seq: 2}},
			{`UPDATE plan_change SET part = 'North' WHERE seq = 2`, `UPDATE plan_change SET part = 'South' WHERE seq = 2`, ledger.Damaged{Plan: 1, Part: "North"}},
			{`UPDATE plan_change SET part = 'West' WHERE seq = 2`, `UPDATE plan_change SET part = 'South' WHERE seq = 2`, ledger.Damaged{Plan: 1, Part: "South"}},
			{`UPDATE plan SET hash = 'x'`, ``, ledger.Damaged{Plan: 1}},
		} {
			if err := l.Verify(t.Context(), 1); err != nil {
				t.Fatalf("before %s: %v", test.sql, err)
			}
			exec(t, db, test.sql)
			var got ledger.Damaged
			if err := l.Verify(t.Context(), 1); !errors.As(err, &got) || got != test.want {
				t.Errorf("%s: %v, want %v", test.sql, err, test.want)
			}
			if test.back != "" {
				exec(t, db, test.back)
			}
		}
	})
}

func exec(t *testing.T, db store.DB, sql string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
