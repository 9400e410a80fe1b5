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

// How long and how many records are kept, and how often the others are looked for.
const (
	auditRecords = 2_000_000
	pruneEvery   = time.Hour
)

// auditStore lets the audit log be kept in the store.
type auditStore struct {
	store.Audit
	keep   time.Duration // 0 for any
	now    func() time.Time
	pruned atomic.Int64 // when, in seconds since 1970
}

var _ audit.Log = (*auditStore)(nil)

func (a *auditStore) Add(ctx context.Context, r audit.Record) error {
	return a.Audit.Add(ctx, store.AuditRecord(r))
}

func (a *auditStore) Tidy(ctx context.Context) error {
	now, last := a.now(), a.pruned.Load()
	if now.Unix()-last < int64(pruneEvery/time.Second) || !a.pruned.CompareAndSwap(last, now.Unix()) {
		return nil
	}
	before := time.UnixMicro(0)
	if a.keep > 0 {
		before = now.Add(-a.keep)
	}
	return a.Prune(ctx, before, auditRecords)
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
		"method": "method", "path": "path", "status": "status", "code": "code", "target": "target",
		"requestId": "request_id", "clientRequestId": "client_request_id",
	}
}
