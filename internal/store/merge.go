package store

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/roster"
)

// merge moves the pending changes into the roster, piece by piece in the order
// of kind and ID, and forgets each piece with the same transaction.
func (f Feeds) merge(ctx context.Context, source int, number roster.FeedNumber) error {
	err := f.eachPiece(ctx, source, func(tx Tx, kind, id int64) error {
		_, err := tx.Exec(ctx, `INSERT INTO roster (source, kind, id, record_key, digests, active, feed, body)
			SELECT source, kind, id, record_key, digests, active, $4, body`+piece+` AND body IS NOT NULL ORDER BY kind, id
			ON CONFLICT (source, kind, id) DO UPDATE
			SET digests = excluded.digests, active = excluded.active, feed = excluded.feed, body = excluded.body`,
			source, kind, id, int64(number))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE roster SET active = FALSE, feed = $4
			WHERE source = $1 AND (kind, id) IN (SELECT kind, id`+piece+` AND body IS NULL)`, source, kind, id, int64(number))
		if err != nil {
			return err
		}
		changed, err := merged(ctx, tx, source, kind, id)
		if err != nil {
			return err
		}
		return f.index(source).put(ctx, tx, number, changed)
	})
	if err == nil {
		err = f.DB.Write(ctx, func(tx Tx) error {
			_, err := tx.Exec(ctx, `UPDATE feed SET state = $3 WHERE source = $1 AND number = $2`, source, int64(number), feedMerged)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("merge the feed: %w", err)
	}
	return nil
}

// merged returns the entries of what a piece has changed. Of a record that it made
// inactive, the roster knows the rest.
func merged(ctx context.Context, tx Tx, source int, kind, id int64) (entries blocks, err error) {
	err = Each(ctx, tx, `SELECT kind, id, record_key, digests, active`+piece+` AND body IS NOT NULL
		UNION ALL SELECT kind, id, record_key, digests, active FROM roster
		WHERE source = $1 AND (kind, id) IN (SELECT kind, id`+piece+` AND body IS NULL) ORDER BY 1, 2`,
		[]any{source, kind, id}, func(row Row) error {
			var kind, id int64
			var e roster.Entry
			var digests []byte
			if err := row.Scan(&kind, &id, &e.Key, &digests, &e.Active); err != nil {
				return err
			}
			e.ID = roster.ID(id)
			err := splitDigests(digests, &e.Digests)
			entries.add(roster.Kind(kind), e)
			return err
		})
	return entries, err
}

// piece selects the pending changes up to a kind and ID.
const piece = ` FROM pending WHERE source = $1 AND (kind, id) <= ($2, $3)`

// eachPiece calls fn with where each piece of the pending changes ends, and
// forgets the piece in the same transaction, until none is left.
func (f Feeds) eachPiece(ctx context.Context, source int, fn func(tx Tx, kind, id int64) error) error {
	for {
		kind, id, err := f.endOfPiece(ctx, source)
		if err != nil {
			if errors.Is(err, ErrNoRows) {
				return nil
			}
			return err
		}
		err = f.DB.WriteBulk(ctx, func(tx Tx) error {
			if err := fn(tx, kind, id); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `DELETE`+piece, source, kind, id)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// endOfPiece finds where a piece of the pending changes ends.
func (f Feeds) endOfPiece(ctx context.Context, source int) (kind, id int64, err error) {
	err = f.DB.ReadRow(ctx, `SELECT kind, id FROM (
			SELECT kind, id FROM pending WHERE source = $1 ORDER BY kind, id LIMIT $2
		) AS first ORDER BY kind DESC, id DESC LIMIT 1`, []any{source, rowsInTransaction}, &kind, &id)
	return kind, id, err
}

// drop forgets the changes of a feed that is not complete: what is pending, and
// where the source has no feed yet, what the first one began to write.
func (f Feeds) drop(ctx context.Context, source int) error {
	err := f.eachPiece(ctx, source, func(Tx, int64, int64) error { return nil })
	if err == nil {
		err = f.dropFirst(ctx, source)
	}
	if err != nil {
		return fmt.Errorf("drop an incomplete feed: %w", err)
	}
	return nil
}

func (f Feeds) dropFirst(ctx context.Context, source int) error {
	var left bool
	err := f.DB.ReadRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM feed WHERE source = $1)
		AND (EXISTS (SELECT 1 FROM roster WHERE source = $1) OR EXISTS (SELECT 1 FROM roster_index WHERE source = $1))`,
		[]any{source}, &left)
	if err != nil || !left {
		return err
	}
	if err := f.index(source).drop(ctx); err != nil {
		return err
	}
	return deleteAll(ctx, f.DB, `DELETE FROM roster WHERE source = $1 AND (kind, id) IN (
		SELECT kind, id FROM roster WHERE source = $1 LIMIT $2)`, source, rowsInTransaction)
}

// deleteAll runs a statement that deletes some rows of a source until none is left.
func deleteAll(ctx context.Context, db DB, sql string, source, rows int) error {
	for {
		var n int64
		err := db.WriteBulk(ctx, func(tx Tx) (err error) {
			n, err = tx.Exec(ctx, sql, source, rows)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
