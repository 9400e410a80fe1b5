package store

import "context"

// Audited returns the database with the audit log kept: the first write in a
// context of AttachAudit whose record is complete by then stores it too.
func Audited(db DB) DB { return audited{db} }

type audited struct{ DB }

// attachment is a record that the first write in its context takes along.
type attachment struct {
	record func() (r AuditRecord, complete bool)
	stored bool
}

type attachmentKey struct{}

// AttachAudit returns a context in which a write of an Audited database stores the
// record too. record is called in that transaction, when it has done all else, and
// reports whether the record is complete. Only one goroutine may write in the
// context.
func AttachAudit(ctx context.Context, record func() (r AuditRecord, complete bool)) context.Context {
	return context.WithValue(ctx, attachmentKey{}, &attachment{record: record})
}

// Unaudited returns a context for writes that belong to no record, such as the
// making of an index in between.
func Unaudited(ctx context.Context) context.Context {
	return context.WithValue(ctx, attachmentKey{}, (*attachment)(nil))
}

// AuditAttached reports whether a write in the context has stored the record.
func AuditAttached(ctx context.Context) bool {
	a := attached(ctx)
	return a != nil && a.stored
}

func attached(ctx context.Context) *attachment {
	a, _ := ctx.Value(attachmentKey{}).(*attachment)
	return a
}

// Write implements DB.
func (db audited) Write(ctx context.Context, fn func(Tx) error) error {
	a := attached(ctx)
	if a == nil || a.stored {
		return db.DB.Write(ctx, fn)
	}
	taken := false
	err := db.DB.Write(ctx, func(tx Tx) error {
		taken = false
		if err := fn(tx); err != nil {
			return err
		}
		r, complete := a.record()
		if !complete {
			return nil
		}
		taken = true
		return addAudit(ctx, tx, r)
	})
	a.stored = taken && err == nil
	return err
}
