package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/roster"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// mustChain makes a log of ten records, of which the last two come later.
func mustChain(t *testing.T, db store.DB) store.Audit {
	t.Helper()
	a := store.Audit{DB: db}
	for n := range 10 {
		r := auditRecord(n)
		r.Salt = fmt.Sprint("salt", n)
		if err := a.Add(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if n == 7 || n == 9 {
			if err := a.Chain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return a
}

func mustCheckChain(t *testing.T, a store.Audit, noted *store.AuditHead) store.AuditCheck {
	t.Helper()
	c, err := a.CheckChain(t.Context(), noted)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What another hand does to the log is named: each kind of harm, and where.
func TestHarmToTheAuditLogIsNamed(t *testing.T) {
	t.Parallel()
	altered := func(n int64) store.AuditBroken {
		return store.AuditBroken{Sequence: n, Last: n, ID: fmt.Sprintf("id-%04d", n-1), Problem: store.AuditAltered}
	}
	moved := func(n, is int64) store.AuditBroken {
		return store.AuditBroken{Sequence: n, Last: n, ID: fmt.Sprintf("id-%04d", is-1), Problem: store.AuditMoved}
	}
	missing := func(from, to int64) store.AuditBroken {
		return store.AuditBroken{Sequence: from, Last: to, Problem: store.AuditMissing}
	}
	for name, c := range map[string]struct {
		harm []string
		want []store.AuditBroken
	}{
		"none":               {},
		"another caller":     {[]string{`UPDATE audit SET caller_name = 'nobody' WHERE sequence = 3`}, []store.AuditBroken{altered(3)}},
		"another time":       {[]string{`UPDATE audit SET at = at + 1 WHERE sequence = 3`}, []store.AuditBroken{altered(3)}},
		"another answer":     {[]string{`UPDATE audit SET status = 403 WHERE sequence = 10`}, []store.AuditBroken{altered(10)}},
		"other changes":      {[]string{`UPDATE audit SET changes = '[]' WHERE sequence = 5`}, []store.AuditBroken{altered(5)}},
		"changes left out":   {[]string{`UPDATE audit SET changes = NULL WHERE sequence = 5`}, []store.AuditBroken{altered(5)}},
		"one deleted":        {[]string{`DELETE FROM audit WHERE sequence = 4`}, []store.AuditBroken{missing(4, 4)}},
		"the first deleted":  {[]string{`DELETE FROM audit WHERE sequence <= 3`}, []store.AuditBroken{missing(1, 3)}},
		"the last deleted":   {[]string{`DELETE FROM audit WHERE sequence >= 9`}, []store.AuditBroken{missing(9, 10)}},
		"all deleted":        {[]string{`DELETE FROM audit`}, []store.AuditBroken{missing(1, 10)}},
		"two in other order": {[]string{`UPDATE audit SET sequence = 99 WHERE sequence = 3`, `UPDATE audit SET sequence = 3 WHERE sequence = 6`, `UPDATE audit SET sequence = 6 WHERE sequence = 99`}, []store.AuditBroken{moved(3, 6), moved(4, 4), moved(6, 3), moved(7, 7)}},
		"deleted and closed": {[]string{`DELETE FROM audit WHERE sequence = 10`, `UPDATE audit_chain SET head = 9`}, []store.AuditBroken{{Sequence: 9, Last: 9, Problem: store.AuditMoved}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.All(t, func(t *testing.T, db store.DB) {
				a := mustChain(t, db)
				for _, sql := range c.harm {
					err := db.Write(t.Context(), func(tx store.Tx) error {
						_, err := tx.Exec(t.Context(), sql)
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(c.want, mustCheckChain(t, a, nil).Broken); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// What is deleted for its age, or erased with a person, breaks nothing.
func TestTheAuditLogStaysWhole(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		a := mustChain(t, db)
		head := mustCheckChain(t, a, nil).Head
		if err := a.Prune(t.Context(), time.UnixMicro(3_000_000), 100); err != nil {
			t.Fatal(err)
		}
		if err := a.Prune(t.Context(), time.UnixMicro(0), 5); err != nil {
			t.Fatal(err)
		}
		if err := store.EraseMentions(t.Context(), db, store.Person{ID: roster.ID(1), Names: []string{"é"}}); err != nil {
			t.Fatal(err)
		}
		want := store.AuditCheck{Records: 5, Deleted: 5, Head: head, Erased: 5}
		if diff := cmp.Diff(want, mustCheckChain(t, a, &head)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// A log that was made anew is whole, and is not the one that was noted.
func TestTheAuditLogIsTheOneThatWasNoted(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		a := mustChain(t, db)
		for name, c := range map[string]struct {
			noted store.AuditHead
			want  []store.AuditBroken
		}{
			"another":     {store.AuditHead{Sequence: 4, Hash: "other"}, []store.AuditBroken{{Sequence: 4, Last: 4, ID: "id-0003", Problem: store.AuditOther}}},
			"not reached": {store.AuditHead{Sequence: 11, Hash: "other"}, []store.AuditBroken{{Sequence: 11, Last: 11, Problem: store.AuditMissing}}},
		} {
			if diff := cmp.Diff(c.want, mustCheckChain(t, a, &c.noted).Broken); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", name, diff)
			}
		}
	})
}
