package server

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"rollbook/internal/audit"
	"rollbook/internal/store"
)

// How many records are kept, how often the others are looked for, and how often new ones
// are put into the chain: a transaction for each would wait for the disk twice.
const (
	auditRecords = 2_000_000
	pruneEvery   = time.Hour
	chainEvery   = time.Second
)

// auditStore lets the audit log be kept in the store.
type auditStore struct {
	store.Audit
	keep    time.Duration // 0 for any
	now     func() time.Time
	pruned  atomic.Int64 // when, in microseconds since 1970
	chained atomic.Int64 // the same
}

var _ audit.Log = (*auditStore)(nil)

func (a *auditStore) Add(ctx context.Context, r audit.Record) error {
	return a.Audit.Add(ctx, store.AuditRecord(r))
}

func (a *auditStore) Tidy(ctx context.Context) error {
	now := a.now()
	if isTime(now, &a.chained, chainEvery) {
		if err := a.Chain(ctx); err != nil {
			return err
		}
	}
	if !isTime(now, &a.pruned, pruneEvery) {
		return nil
	}
	before := time.UnixMicro(0)
	if a.keep > 0 {
		before = now.Add(-a.keep)
	}
	return a.Prune(ctx, before, auditRecords)
}

// isTime reports whether something is to be done again that was done last at some time, and
// sets that time: of several who ask at once one does it.
func isTime(now time.Time, last *atomic.Int64, every time.Duration) bool {
	before := last.Load()
	return now.Sub(time.UnixMicro(before)) >= every && last.CompareAndSwap(before, now.UnixMicro())
}

func (a *auditStore) Verify(ctx context.Context, noted *audit.Head) (audit.Check, error) {
	if err := a.Chain(ctx); err != nil {
		return audit.Check{}, err
	}
	found, err := a.CheckChain(ctx, (*store.AuditHead)(noted))
	check := audit.Check{Records: found.Records, Deleted: found.Deleted, Head: audit.Head(found.Head), Erased: found.Erased}
	for _, b := range found.Broken {
		check.Broken = append(check.Broken, audit.Broken{Sequence: b.Sequence, Message: brokenMessage(b)})
	}
	return check, err
}

// brokenMessage says where the chain of the audit log is not as it was made.
func brokenMessage(b store.AuditBroken) string {
	switch b.Problem {
	case store.AuditAltered:
		return fmt.Sprintf("record %d (%s) was altered", b.Sequence, b.ID)
	case store.AuditMoved:
		return fmt.Sprintf("record %d does not follow the one before it: records were put in another order, or chained anew", b.Sequence)
	case store.AuditMissing:
		if b.Last > b.Sequence {
			return fmt.Sprintf("records %d to %d are missing", b.Sequence, b.Last)
		}
		return fmt.Sprintf("record %d is missing", b.Sequence)
	case store.AuditOther:
		return fmt.Sprintf("record %d has another hash than the one that was noted: the log was made anew", b.Sequence)
	}
	return fmt.Sprintf("record %d: %s", b.Sequence, b.Problem)
}

func (a *auditStore) Attach(ctx context.Context, record func() (audit.Record, bool)) context.Context {
	return store.AttachAudit(ctx, func() (store.AuditRecord, bool) {
		r, complete := record()
		return store.AuditRecord(r), complete
	})
}

func (a *auditStore) Attached(ctx context.Context) bool { return store.AuditAttached(ctx) }

func (a *auditStore) List(ctx context.Context, q audit.Query) ([]audit.Record, error) {
	w := &auditWhere{}
	where, err := w.condition(q.Where)
	if err != nil {
		return nil, err
	}
	if q.Before != nil {
		where = joined(where, "(at, id) < ("+w.argument(q.Before.Time.UnixMicro())+", "+w.argument(q.Before.ID)+")")
	}
	found, err := a.Audit.List(ctx, store.AuditQuery{Where: where, Args: w.args, Limit: q.Limit})
	records := make([]audit.Record, len(found))
	for i, r := range found {
		records[i] = audit.Record(r)
	}
	return records, err
}

func (a *auditStore) Count(ctx context.Context, c audit.Condition) (int, error) {
	w := &auditWhere{}
	where, err := w.condition(c)
	if err != nil {
		return 0, err
	}
	return a.Audit.Count(ctx, store.AuditQuery{Where: where, Args: w.args})
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " AND " + b
}

// auditWhere writes a condition as SQL.
type auditWhere struct{ args []any }

func (w *auditWhere) argument(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

func (w *auditWhere) condition(c audit.Condition) (string, error) {
	switch c := c.(type) {
	case nil:
		return "", nil
	case audit.And:
		return w.pair(c.Left, " AND ", c.Right)
	case audit.Or:
		return w.pair(c.Left, " OR ", c.Right)
	case audit.Not:
		inner, err := w.condition(c.Inner)
		return "NOT (" + inner + ")", err
	case audit.Test:
		return w.test(c)
	}
	return "", fmt.Errorf("audit log: no such condition: %T", c)
}

func (w *auditWhere) pair(left audit.Condition, between string, right audit.Condition) (string, error) {
	l, err := w.condition(left)
	if err != nil {
		return "", err
	}
	r, err := w.condition(right)
	return "(" + l + between + r + ")", err
}

func (w *auditWhere) test(t audit.Test) (string, error) {
	column, ok := auditColumns()[t.Member]
	if !ok {
		return "", fmt.Errorf("audit log: no such member: %s", t.Member)
	}
	if t.Op == "startswith" {
		escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(fmt.Sprint(t.Value)))
		return "LOWER(" + column + ") LIKE " + w.argument(escaped+"%") + ` ESCAPE '\'`, nil
	}
	op, ok := map[string]string{"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}[t.Op]
	if !ok {
		return "", fmt.Errorf("audit log: no such comparison: %s", t.Op)
	}
	switch v := t.Value.(type) {
	case time.Time:
		return column + " " + op + " " + w.argument(v.UnixMicro()), nil
	case string:
		return "LOWER(" + column + ") " + op + " " + w.argument(strings.ToLower(v)), nil
	default:
		return column + " " + op + " " + w.argument(v), nil
	}
}

func auditColumns() map[string]string {
	return map[string]string{
		"id": "id", "time": "at", "callerId": "caller_id", "callerName": "caller_name", "appId": "app_id", "address": "address",
		"method": "method", "path": "path", "status": "status", "sequence": "sequence", "code": "code", "target": "target",
		"requestId": "request_id", "clientRequestId": "client_request_id",
	}
}
