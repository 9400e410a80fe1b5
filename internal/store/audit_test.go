package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func auditRecord(n int) store.AuditRecord {
	return store.AuditRecord{
		ID: fmt.Sprintf("id-%04d", n), Time: time.UnixMicro(int64(n) * 1_000_000).UTC(), CallerID: "c", CallerName: "Caller", AppID: "a", Address: "192.0.2.1",
		Method: "PATCH", Path: "/beta/x", Status: 204, Code: "code", Target: "t", RequestID: "r", ClientRequestID: "cr",
		Changes: []byte(`[{"before":null,"after":{"id":"é"}}]`), Unrecorded: 3,
	}
}

func mustListAudit(t *testing.T, a store.Audit) []string {
	t.Helper()
	all, err := a.List(t.Context(), store.AuditQuery{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestAuditIsKept(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		a := store.Audit{DB: db}
		for n := range 3 {
			if err := a.Add(t.Context(), auditRecord(n)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := a.List(t.Context(), store.AuditQuery{Where: "at < $1", Args: []any{int64(2_000_000)}, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]store.AuditRecord{auditRecord(1)}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if n, err := a.Count(t.Context(), store.AuditQuery{Where: "caller_id = $1", Args: []any{"c"}}); err != nil || n != 3 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestAuditIsPruned(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		a := store.Audit{DB: db}
		for n := range 10 {
			if err := a.Add(t.Context(), auditRecord(n)); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			before time.Time
			keep   int
			left   int
		}{{time.UnixMicro(0), 10, 10}, {time.UnixMicro(3_000_000), 10, 7}, {time.UnixMicro(0), 2, 2}, {time.UnixMicro(1 << 60), 10, 0}} {
			if err := a.Prune(t.Context(), step.before, step.keep); err != nil {
				t.Fatal(err)
			}
			ids := mustListAudit(t, a)
			if len(ids) != step.left || step.left > 0 && ids[0] != "id-0009" {
				t.Errorf("before %v, keeping %d: left %v", step.before, step.keep, ids)
			}
		}
	})
}

// counting counts the writes of a database.
type counting struct {
	store.DB
	writes int
}

func (c *counting) Write(ctx context.Context, fn func(store.Tx) error) error {
	c.writes++
	return c.DB.Write(ctx, fn)
}

// A record is stored with the first change in its context: in the same
// transaction, so that there is neither one without the other nor a second sync of
// the disk.
func TestAuditGoesWithTheChange(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, plain store.DB) {
		counted := &counting{DB: plain}
		db, a := store.Audited(counted), store.Audit{DB: plain}
		known := "nothing"
		ctx := store.AttachAudit(t.Context(), func() (store.AuditRecord, bool) {
			r := auditRecord(1)
			r.Path = known
			return r, known != "nothing"
		})
		if err := db.Write(ctx, func(store.Tx) error { return nil }); err != nil || store.AuditAttached(ctx) {
			t.Errorf("a write of something else takes the record along: %v", err)
		}
		change := func(tx store.Tx) error {
			known = "what was changed"
			_, err := tx.Exec(ctx, `UPDATE configuration SET name = $1 WHERE one = 1`, "x")
			return err
		}
		failure := errors.New("no")
		if err := db.Write(ctx, func(tx store.Tx) error { return errors.Join(change(tx), failure) }); !errors.Is(err, failure) {
			t.Error(err)
		}
		if got := mustListAudit(t, a); len(got) != 0 || store.AuditAttached(ctx) {
			t.Errorf("a change that failed is recorded: %v", got)
		}
		for range 2 {
			if err := db.Write(ctx, change); err != nil {
				t.Fatal(err)
			}
		}
		got, err := a.List(t.Context(), store.AuditQuery{Limit: 9})
		if err != nil || len(got) != 1 || got[0].Path != "what was changed" || !store.AuditAttached(ctx) {
			t.Errorf("%+v, %v", got, err)
		}
		if counted.writes != 4 {
			t.Errorf("%d transactions for four writes", counted.writes)
		}
		if err := db.Write(t.Context(), change); err != nil || store.AuditAttached(t.Context()) {
			t.Errorf("without a record: %v", err)
		}
	})
}
