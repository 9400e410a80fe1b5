package store

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/roster"
)

// Recover implements run.Feeds.
func (f Feeds) Recover(ctx context.Context) error {
	streams, err := f.interrupted(ctx)
	if err != nil {
		return fmt.Errorf("look for interrupted feeds: %w", err)
	}
	for _, stream := range streams {
		if err := f.recover(ctx, stream); err != nil {
			return err
		}
	}
	return nil
}

// interrupted returns the streams of which a feed is complete and not merged, or
// of which one left something without being complete.
func (f Feeds) interrupted(ctx context.Context) ([]roster.Stream, error) {
	var streams []roster.Stream
	for stream, err := range Sequence(ctx, f.DB, func(rows Rows, s *roster.Stream) error { return rows.Scan(&s.Source, &s.Flow) }, `
		SELECT source, flow FROM feed WHERE state = $1
		UNION SELECT source, flow FROM pending
		UNION SELECT source, flow FROM roster_index AS x
			WHERE NOT EXISTS (SELECT 1 FROM feed WHERE source = x.source AND flow = x.flow)`, feedStored) {
		if err != nil {
			return nil, err
		}
		streams = append(streams, stream)
	}
	return streams, nil
}

// recover finishes the merge of a stream's feed that is complete, and drops what
// is left of one that is not.
func (f Feeds) recover(ctx context.Context, stream roster.Stream) error {
	var number int64
	err := f.DB.ReadRow(ctx, `SELECT number FROM feed WHERE source = $1 AND flow = $2 AND state = $3`,
		[]any{stream.Source, stream.Flow, feedStored}, &number)
	switch {
	case err == nil:
		return f.merge(ctx, stream, roster.FeedNumber(number))
	case errors.Is(err, ErrNoRows):
		return f.drop(ctx, stream)
	}
	return fmt.Errorf("look for an interrupted feed: %w", err)
}

// drop forgets the changes of a feed that is not complete: what is pending, and
// where the stream has no feed yet, what the first one began to write.
func (f Feeds) drop(ctx context.Context, stream roster.Stream) error {
	err := f.eachPiece(ctx, stream, func(Tx, int64, int64) error { return nil })
	if err == nil {
		err = f.dropFirst(ctx, stream)
	}
	if err != nil {
		return fmt.Errorf("drop an incomplete feed: %w", err)
	}
	return nil
}

// dropFirst drops the roster of a stream without a feed, and its index last: while
// there is one, something is left.
func (f Feeds) dropFirst(ctx context.Context, stream roster.Stream) error {
	var left bool
	err := f.DB.ReadRow(ctx, `SELECT EXISTS (SELECT 1 FROM roster_index WHERE source = $1 AND flow = $2)
		AND NOT EXISTS (SELECT 1 FROM feed WHERE source = $1 AND flow = $2)`, []any{stream.Source, stream.Flow}, &left)
	if err != nil || !left {
		return err
	}
	if err := (said{f.DB, stream}).drop(ctx); err != nil {
		return err
	}
	return f.index(stream).drop(ctx)
}

// drop deletes the records, which stand among those of other streams.
func (s said) drop(ctx context.Context) error {
	var kind, id int64 // that were deleted last
	for {
		from := []any{s.stream.Source, s.stream.Flow, kind, id}
		err := s.db.ReadRow(ctx, `SELECT kind, id FROM (
				SELECT kind, id FROM roster WHERE source = $1 AND flow = $2 AND (kind, id) > ($3, $4) ORDER BY kind, id LIMIT $5
			) AS next ORDER BY kind DESC, id DESC LIMIT 1`, append(from, rowsInTransaction), &kind, &id)
		if errors.Is(err, ErrNoRows) {
			return nil
		}
		if err == nil {
			err = s.db.WriteBulk(ctx, func(tx Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM roster WHERE source = $1 AND flow = $2 AND (kind, id) > ($3, $4) AND (kind, id) <= ($5, $6)`,
					append(from, kind, id)...)
				return err
			})
		}
		if err != nil {
			return err
		}
	}
}
