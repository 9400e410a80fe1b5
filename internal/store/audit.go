package store

import (
	"context"
	"fmt"
	"time"
)

// AuditRecord is one request that changed something or was refused, as it is stored.
type AuditRecord struct {
	ID              string
	Time            time.Time
	CallerID        string
	CallerName      string
	AppID           string
	Address         string
	Method, Path    string
	Status          int
	Code, Target    string
	RequestID       string
	ClientRequestID string
	Changes         []byte // JSON; nil for none
	Unrecorded      int

	Salt     string // with which the changes are hashed, so that the hash does not tell what they were
	Sequence int64  // number in the chain, from 1; 0 for one that is not in it yet
	Hash     string // of the record and of all before it
}

// Audit stores the audit log.
type Audit struct{ DB DB }

const auditColumns = `at, id, caller_id, caller_name, app_id, address, method, path, status, code, target,
	request_id, client_request_id, changes, unrecorded, salt, changes_digest, COALESCE(sequence, 0), digest, hash`

// Add stores a record.
func (a Audit) Add(ctx context.Context, r AuditRecord) error {
	err := a.DB.Write(ctx, func(tx Tx) error { return addAudit(ctx, tx, r) })
	if err != nil {
		return fmt.Errorf("add audit record: %w", err)
	}
	return nil
}

func addAudit(ctx context.Context, tx Tx, r AuditRecord) error {
	var changes any
	if r.Changes != nil {
		changes = string(r.Changes)
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit (at, id, caller_id, caller_name, app_id, address, method, path, status, code, target,
		request_id, client_request_id, changes, unrecorded, salt, changes_digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		r.Time.UnixMicro(), r.ID, r.CallerID, r.CallerName, r.AppID, r.Address, r.Method, r.Path, r.Status, r.Code, r.Target,
		r.RequestID, r.ClientRequestID, changes, r.Unrecorded, r.Salt, digestChanges(r.Salt, r.Changes))
	return err
}

// AuditQuery says which records are wanted. Where is a condition in SQL whose
// parameters are Args, $1 first; "" for none.
type AuditQuery struct {
	Where string
	Args  []any
	Limit int
}

// List returns records, the newest first.
func (a Audit) List(ctx context.Context, q AuditQuery) ([]AuditRecord, error) {
	var records []AuditRecord
	err := a.DB.Read(ctx, func(tx Tx) error {
		sql := `SELECT ` + auditColumns + ` FROM audit` + q.where() + fmt.Sprintf(` ORDER BY at DESC, id DESC LIMIT %d`, q.Limit)
		rows, err := tx.Query(ctx, sql, q.Args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scanAudit(rows)
			if err != nil {
				return err
			}
			records = append(records, r.AuditRecord)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list audit records: %w", err)
	}
	return records, nil
}

// Count returns how many records meet a condition.
func (a Audit) Count(ctx context.Context, q AuditQuery) (int, error) {
	var n int64
	if err := a.DB.ReadRow(ctx, `SELECT COUNT(*) FROM audit`+q.where(), q.Args, &n); err != nil {
		return 0, fmt.Errorf("count audit records: %w", err)
	}
	return int(n), nil
}

func (q AuditQuery) where() string {
	if q.Where == "" {
		return ""
	}
	return ` WHERE ` + q.Where
}

func scanAudit(row Row) (chained, error) {
	var r chained
	var at, status, unrecorded int64
	var changes *string
	err := row.Scan(&at, &r.ID, &r.CallerID, &r.CallerName, &r.AppID, &r.Address, &r.Method, &r.Path, &status, &r.Code, &r.Target,
		&r.RequestID, &r.ClientRequestID, &changes, &unrecorded, &r.Salt, &r.changesDigest, &r.Sequence, &r.digest, &r.Hash)
	r.Time, r.Status, r.Unrecorded = time.UnixMicro(at).UTC(), int(status), int(unrecorded)
	if changes != nil {
		r.Changes = []byte(*changes)
	}
	return r, err
}

// pruneBatch is how many records one transaction deletes.
const pruneBatch = 10_000

// Prune deletes the records at the begin of the chain that are from before a time, and the
// first of more than keep. What the chain begins with then is kept.
func (a Audit) Prune(ctx context.Context, before time.Time, keep int) error {
	if err := a.Chain(ctx); err != nil {
		return err
	}
	for {
		var deleted int64
		err := a.DB.Write(ctx, func(tx Tx) (err error) {
			deleted, err = pruneAudit(ctx, tx, before, keep)
			return err
		})
		if err != nil {
			return fmt.Errorf("prune audit log: %w", err)
		}
		if deleted < pruneBatch {
			return nil
		}
	}
}

func pruneAudit(ctx context.Context, tx Tx, before time.Time, keep int) (int64, error) {
	deleted, end, err := chainEnds(ctx, tx)
	if err != nil {
		return 0, err
	}
	from, head := deleted.Sequence, end.Sequence
	var young int64
	err = tx.QueryRow(ctx, `SELECT COALESCE(MIN(sequence), $2) FROM audit WHERE at >= $1 AND sequence IS NOT NULL`, before.UnixMicro(), head+1).Scan(&young)
	if err != nil {
		return 0, err
	}
	last := min(max(young-1, head-int64(keep)), from+pruneBatch)
	if last <= from {
		return 0, nil
	}
	// Where that record is missing the hash is not known, and stays as it was: CheckChain tells.
	_, err = tx.Exec(ctx, `UPDATE audit_chain SET deleted = $1, deleted_hash = COALESCE((SELECT hash FROM audit WHERE sequence = $1), deleted_hash) WHERE one = 1`, last)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM audit WHERE sequence <= $1`, last); err != nil {
		return 0, err
	}
	return last - from, nil
}
