package store

import (
	"context"
	"fmt"
	"time"
)

// UploadOperation is the check of an upload.
type UploadOperation struct {
	ID         string
	Upload     string // its ID; "" for none
	Connector  string
	Status     string
	Created    time.Time
	LastAction time.Time
	Body       string // what came of it, as JSON
}

// The states of an operation that is not over.
const (
	OperationNotStarted = "notStarted"
	OperationRunning    = "running"
)

const operationColumns = `id, upload, connector, status, created, last_action, body`

// Close closes the connector's open upload for the operation, which it stores
// with the upload's ID. It returns ErrNoRows where no upload is open.
func (u Uploads) Close(ctx context.Context, op UploadOperation) error {
	err := u.DB.Write(ctx, func(tx Tx) error {
		upload, err := latestUpload(ctx, tx, op.Connector, UploadOpen)
		if err != nil {
			return err
		}
		if !upload.Expires.After(op.Created) {
			return ErrNoRows
		}
		if err := setUploadState(ctx, tx, upload.ID, UploadClosed); err != nil {
			return err
		}
		op.Upload = upload.ID
		return insertOperation(ctx, tx, op)
	})
	if err != nil {
		return fmt.Errorf("close upload: %w", err)
	}
	return nil
}

// Record stores an operation that has no upload.
func (u Uploads) Record(ctx context.Context, op UploadOperation) error {
	err := u.DB.Write(ctx, func(tx Tx) error { return insertOperation(ctx, tx, op) })
	if err != nil {
		return fmt.Errorf("record operation: %w", err)
	}
	return nil
}

func insertOperation(ctx context.Context, tx Tx, op UploadOperation) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO upload_operation (seq, `+operationColumns+`)
		VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM upload_operation), $1, $2, $3, $4, $5, $6, $7)`,
		op.ID, op.Upload, op.Connector, op.Status, op.Created.UnixMicro(), op.LastAction.UnixMicro(), op.Body)
	return err
}

func setUploadState(ctx context.Context, tx Tx, id, state string) error {
	_, err := tx.Exec(ctx, `UPDATE upload SET state = $2 WHERE id = $1`, id, state)
	return err
}

// Progress stores the operation's status and what came of it, and the state
// that its upload is in by that.
func (u Uploads) Progress(ctx context.Context, op UploadOperation, uploadState string) error {
	err := u.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE upload_operation SET status = $2, last_action = $3, body = $4 WHERE id = $1`,
			op.ID, op.Status, op.LastAction.UnixMicro(), op.Body)
		if err != nil {
			return err
		}
		return setUploadState(ctx, tx, op.Upload, uploadState)
	})
	if err != nil {
		return fmt.Errorf("store operation: %w", err)
	}
	return nil
}

// Operation returns an operation, or ErrNoRows.
func (u Uploads) Operation(ctx context.Context, id string) (UploadOperation, error) {
	var op UploadOperation
	err := u.DB.Read(ctx, func(tx Tx) error {
		var err error
		op, err = scanOperation(tx.QueryRow(ctx, `SELECT `+operationColumns+` FROM upload_operation WHERE id = $1`, id))
		return err
	})
	if err != nil {
		return UploadOperation{}, fmt.Errorf("get operation: %w", err)
	}
	return op, nil
}

// Operations returns all operations in the order of creation.
func (u Uploads) Operations(ctx context.Context) ([]UploadOperation, error) {
	var ops []UploadOperation
	err := u.DB.Read(ctx, func(tx Tx) error {
		ops = nil
		rows, err := tx.Query(ctx, `SELECT `+operationColumns+` FROM upload_operation ORDER BY seq, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			op, err := scanOperation(rows)
			if err != nil {
				return err
			}
			ops = append(ops, op)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list operations: %w", err)
	}
	return ops, nil
}

// Unfinished returns how many operations wait, and how many were begun and have
// not ended.
func (u Uploads) Unfinished(ctx context.Context) (waiting, begun int, err error) {
	err = u.DB.ReadRow(ctx, `
		SELECT COUNT(CASE WHEN status = $1 THEN 1 END), COUNT(CASE WHEN status = $2 THEN 1 END) FROM upload_operation`,
		[]any{OperationNotStarted, OperationRunning}, &waiting, &begun)
	if err != nil {
		return 0, 0, fmt.Errorf("count operations: %w", err)
	}
	return waiting, begun, nil
}

func scanOperation(row Row) (UploadOperation, error) {
	var op UploadOperation
	var created, last int64
	err := row.Scan(&op.ID, &op.Upload, &op.Connector, &op.Status, &created, &last, &op.Body)
	op.Created, op.LastAction = time.UnixMicro(created).UTC(), time.UnixMicro(last).UTC()
	return op, err
}
