package store

import (
	"context"
	"fmt"
	"time"
)

// Upload is one upload of a feed.
type Upload struct {
	ID             string
	Connector      string
	State          string
	SessionExpires time.Time
	Expires        time.Time
}

// The states of an upload.
const (
	UploadOpen   = "open"   // takes files until its session expires
	UploadClosed = "closed" // is being checked
	UploadValid  = "valid"  // waits for a run
	UploadGone   = "gone"   // taken, refused, superseded or expired: its files may go
)

// Uploads stores uploads and the operations that check them.
type Uploads struct{ DB DB }

const uploadColumns = `id, connector, state, session_expires, expires`

// Open returns the connector's open upload, or where there is none, or reset
// asks for a new one, stores the one given. That supersedes open ones.
func (u Uploads) Open(ctx context.Context, upload Upload, now time.Time, reset bool) (Upload, error) {
	var opened Upload
	err := u.DB.Write(ctx, func(tx Tx) error {
		var err error
		opened, err = latestUpload(ctx, tx, upload.Connector, UploadOpen)
		if err == nil && !reset && opened.SessionExpires.After(now) {
			return nil
		}
		if err := discardUploads(ctx, tx, upload.Connector, UploadOpen); err != nil {
			return err
		}
		opened = upload
		_, err = tx.Exec(ctx, `
			INSERT INTO upload (seq, `+uploadColumns+`)
			VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM upload), $1, $2, $3, $4, $5)`,
			upload.ID, upload.Connector, upload.State, upload.SessionExpires.UnixMicro(), upload.Expires.UnixMicro())
		return err
	})
	if err != nil {
		return Upload{}, fmt.Errorf("open upload: %w", err)
	}
	return opened, nil
}

func discardUploads(ctx context.Context, tx Tx, connector, state string) error {
	_, err := tx.Exec(ctx, `UPDATE upload SET state = $3 WHERE connector = $1 AND state = $2`, connector, state, UploadGone)
	return err
}

func latestUpload(ctx context.Context, tx Tx, connector, state string) (Upload, error) {
	return scanUpload(tx.QueryRow(ctx, `
		SELECT `+uploadColumns+` FROM upload
		WHERE connector = $1 AND state = $2 ORDER BY seq DESC LIMIT 1`, connector, state))
}

func scanUpload(row Row) (Upload, error) {
	var u Upload
	var session, expires int64
	err := row.Scan(&u.ID, &u.Connector, &u.State, &session, &expires)
	u.SessionExpires, u.Expires = time.UnixMicro(session).UTC(), time.UnixMicro(expires).UTC()
	return u, err
}

// Get returns an upload, or ErrNoRows.
func (u Uploads) Get(ctx context.Context, id string) (Upload, error) {
	var upload Upload
	err := u.DB.Read(ctx, func(tx Tx) error {
		var err error
		upload, err = scanUpload(tx.QueryRow(ctx, `SELECT `+uploadColumns+` FROM upload WHERE id = $1`, id))
		return err
	})
	if err != nil {
		return Upload{}, fmt.Errorf("get upload: %w", err)
	}
	return upload, nil
}

// Latest returns the connector's latest valid upload, or ErrNoRows.
func (u Uploads) Latest(ctx context.Context, connector string) (Upload, error) {
	var upload Upload
	err := u.DB.Read(ctx, func(tx Tx) error {
		var err error
		upload, err = latestUpload(ctx, tx, connector, UploadValid)
		return err
	})
	if err != nil {
		return Upload{}, fmt.Errorf("find a valid upload: %w", err)
	}
	return upload, nil
}

// Take lets go of a valid upload and of the valid ones before it, which are
// out of date by then. Taking it again does nothing.
func (u Uploads) Take(ctx context.Context, id string) error {
	err := u.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE upload SET state = $2
			WHERE state = $3
				AND connector = (SELECT connector FROM upload WHERE id = $1)
				AND seq <= (SELECT seq FROM upload WHERE id = $1)`, id, UploadGone, UploadValid)
		return err
	})
	if err != nil {
		return fmt.Errorf("take upload: %w", err)
	}
	return nil
}

// Discard lets go of all uploads of the connector.
func (u Uploads) Discard(ctx context.Context, connector string) error {
	err := u.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE upload SET state = $1 WHERE connector = $2 AND state <> $1`, UploadGone, connector)
		return err
	})
	if err != nil {
		return fmt.Errorf("discard uploads: %w", err)
	}
	return nil
}

// Expire lets go of the open uploads whose time is over, and of operations that
// were last active before a moment, and returns the IDs of the uploads whose
// files are still needed.
func (u Uploads) Expire(ctx context.Context, now, operationsBefore time.Time) ([]string, error) {
	var live []string
	err := u.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE upload SET state = $1 WHERE state = $2 AND expires <= $3`, UploadGone, UploadOpen, now.UnixMicro())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM upload_operation WHERE last_action < $1 AND status NOT IN ($2, $3)`,
			operationsBefore.UnixMicro(), OperationNotStarted, OperationRunning)
		if err != nil {
			return err
		}
		live, err = liveUploads(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("expire uploads: %w", err)
	}
	return live, nil
}

func liveUploads(ctx context.Context, tx Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM upload WHERE state <> $1`, UploadGone)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var live []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		live = append(live, id)
	}
	return live, rows.Err()
}
