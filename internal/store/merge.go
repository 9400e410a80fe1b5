package store

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/roster"
)

// merge moves the pending changes into the roster, piece by piece in the order
// of kind and ID, and forgets each piece with the same transaction.
func (f Feeds) merge(ctx context.Context, stream roster.Stream, number roster.FeedNumber) error {
	err := f.eachPiece(ctx, stream, func(tx Tx, kind, id int64) error {
		for _, sql := range []string{mergeSaid, mergeInactive} {
			if _, err := tx.Exec(ctx, sql, stream.Source, stream.Flow, kind, id, int64(number)); err != nil {
				return err
			}
		}
		changed, err := merged(ctx, tx, stream, kind, id)
		if err != nil {
			return err
		}
		return f.index(stream).put(ctx, tx, number, changed)
	})
	if err == nil {
		err = f.DB.Write(ctx, func(tx Tx) error {
			_, err := tx.Exec(ctx, `UPDATE feed SET state = $3 WHERE source = $1 AND number = $2`, stream.Source, int64(number), feedMerged)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("merge the feed: %w", err)
	}
	return nil
}

// piece selects the pending changes of a stream up to a kind and ID.
const piece = ` FROM pending WHERE source = $1 AND flow = $2 AND (kind, id) <= ($3, $4)`

// mergeSaid and mergeInactive move a piece into the roster. A record that becomes
// inactive is there, and only found by inserting it: to join the two tables,
// PostgreSQL may compare each row with all, as long as it takes both for small.
const (
	mergeSaid = `INSERT INTO roster (source, flow, kind, id, record_key, digests, active, feed, body)
		SELECT source, flow, kind, id, record_key, digests, active, $5, body` + piece + ` AND body IS NOT NULL ORDER BY kind, id
		ON CONFLICT (source, kind, id, flow) DO UPDATE
		SET digests = excluded.digests, active = excluded.active, feed = excluded.feed, body = excluded.body`
	mergeInactive = `INSERT INTO roster (source, flow, kind, id, record_key, digests, active, feed, body)
		SELECT source, flow, kind, id, record_key, digests, FALSE, $5, digests` + piece + ` AND body IS NULL ORDER BY kind, id
		ON CONFLICT (source, kind, id, flow) DO UPDATE SET active = FALSE, feed = excluded.feed`
)

// merged returns the entries of what a piece has changed.
func merged(ctx context.Context, tx Tx, stream roster.Stream, kind, id int64) (entries blocks, err error) {
	err = Each(ctx, tx, `SELECT kind, id, record_key, digests, active`+piece+` ORDER BY kind, id`,
		[]any{stream.Source, stream.Flow, kind, id}, func(row Row) error {
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

// eachPiece calls fn with where each piece of the pending changes ends, and
// forgets the piece in the same transaction, until none is left.
func (f Feeds) eachPiece(ctx context.Context, stream roster.Stream, fn func(tx Tx, kind, id int64) error) error {
	for {
		kind, id, err := f.endOfPiece(ctx, stream)
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
			_, err := tx.Exec(ctx, `DELETE`+piece, stream.Source, stream.Flow, kind, id)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// endOfPiece finds where a piece of the pending changes ends.
func (f Feeds) endOfPiece(ctx context.Context, stream roster.Stream) (kind, id int64, err error) {
	err = f.DB.ReadRow(ctx, `SELECT kind, id FROM (
			SELECT kind, id FROM pending WHERE source = $1 AND flow = $2 ORDER BY kind, id LIMIT $3
		) AS first ORDER BY kind DESC, id DESC LIMIT 1`, []any{stream.Source, stream.Flow, rowsInTransaction}, &kind, &id)
	return kind, id, err
}
