package ledgerstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
	"rollbook/internal/store"
)

// undoneBody is what is kept as JSON of what was taken back of a record.
type undoneBody struct {
	Object bool           `json:"object,omitempty"`
	Values values         `json:"values,omitempty"`
	Links  []ledger.Links `json:"links,omitempty"`
}

// Undone implements ledger.Holdings.
func (l Ledger) Undone(ctx context.Context, t ledger.Target) iter.Seq2[ledger.Undone, error] {
	return store.Sequence(ctx, l.DB, scanUndone, `SELECT source, kind, record, body FROM undone WHERE target = $1 ORDER BY source, kind, record`, int(t))
}

func scanUndone(rows store.Rows, u *ledger.Undone) error {
	var record int64
	var kind, body string
	*u = ledger.Undone{}
	if err := rows.Scan(&u.Record.Source, &kind, &record, &body); err != nil {
		return err
	}
	u.Record.Kind, u.Record.ID = directory.Kind(kind), roster.ID(record)
	return decodeUndone(body, u)
}

func decodeUndone(body string, u *ledger.Undone) error {
	var b undoneBody
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		return fmt.Errorf("what was taken back of record %d: %w", u.Record.ID, err)
	}
	u.Object, u.Values, u.Links = b.Object, directory.Values(b.Values), b.Links
	return nil
}

// SetUndone implements ledger.Holdings.
func (l Ledger) SetUndone(ctx context.Context, t ledger.Target, all []ledger.Undone) error {
	for piece := range slices.Chunk(all, rowsInTransaction) {
		err := l.DB.Write(ctx, func(tx store.Tx) error {
			for _, u := range piece {
				if err := putUndone(ctx, tx, t, u); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("keep what was taken back: %w", err)
		}
	}
	return nil
}

// putUndone keeps what is taken back of a record.
func putUndone(ctx context.Context, tx store.Tx, t ledger.Target, u ledger.Undone) error {
	key := []any{int(t), u.Record.Source, string(u.Record.Kind), int64(u.Record.ID)}
	if u.Size() == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM undone WHERE target = $1 AND source = $2 AND kind = $3 AND record = $4`, key...)
		return err
	}
	body, err := json.Marshal(undoneBody{u.Object, values(u.Values), u.Links})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO undone (target, source, kind, record, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (target, source, kind, record) DO UPDATE SET body = excluded.body`, append(key, string(body))...)
	return err
}

// addUndone keeps what is taken back of a record, beside what was before.
func addUndone(ctx context.Context, tx store.Tx, t ledger.Target, more ledger.Undone) error {
	before := ledger.Undone{Record: more.Record}
	var body string
	err := tx.QueryRow(ctx, `SELECT body FROM undone WHERE target = $1 AND source = $2 AND kind = $3 AND record = $4`,
		int(t), more.Record.Source, string(more.Record.Kind), int64(more.Record.ID)).Scan(&body)
	if err == nil {
		err = decodeUndone(body, &before)
	}
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return err
	}
	return putUndone(ctx, tx, t, before.And(more))
}
