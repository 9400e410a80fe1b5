package store

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"rollbook/internal/roster"
)

// Roster keeps what the school says.
type Roster struct {
	DB DB
	// Pending makes reads see the changes of the feed that is being read, as if
	// it were stored: a dry run plans on them.
	Pending bool
}

// errStopped ends a read whose caller wants no more.
var errStopped = errors.New("stopped")

// sequence yields the rows of a query, scanned, and an error as the last element.
func sequence[T any](ctx context.Context, db DB, scan func(Rows, *T) error, sql string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var row T
		err := db.Read(ctx, func(tx Tx) error {
			rows, err := tx.Query(ctx, sql, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := scan(rows, &row); err != nil {
					return err
				}
				if !yield(row, nil) {
					return errStopped
				}
			}
			return rows.Err()
		})
		if err != nil && !errors.Is(err, errStopped) {
			var none T
			yield(none, err)
		}
	}
}

// Entries yields the entries of a kind in the order of their IDs.
func (r Roster) Entries(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	var digests []byte
	return sequence(ctx, r.DB, func(rows Rows, e *roster.Entry) error {
		var id int64
		if err := rows.Scan(&id, &e.Key, &digests, &e.Active); err != nil {
			return err
		}
		e.ID = roster.ID(id)
		return splitDigests(digests, &e.Digests)
	}, `SELECT id, record_key, digests, active FROM roster WHERE source = $1 AND kind = $2 ORDER BY id`, source, int(kind))
}

// Bodies calls fn with the contents of the records with these IDs, which are
// ascending, in their order.
func (r Roster) Bodies(ctx context.Context, source int, kind roster.Kind, ids []roster.ID, fn func(body []byte) error) error {
	type content struct {
		id   roster.ID
		body []byte
	}
	bodies := lookup[content]{
		`SELECT id, body FROM roster WHERE source = $1 AND kind = $2 AND id`, []any{source, int(kind)},
		func(rows Rows, c *content) error {
			var id int64
			err := rows.Scan(&id, &c.body)
			c.id = roster.ID(id)
			return err
		},
		func(c content) roster.ID { return c.id },
	}.rows(ctx, r.DB, ids)
	for c, err := range bodies {
		if err != nil {
			return fmt.Errorf("read the contents of records: %w", err)
		}
		if c.id != ids[0] {
			break
		}
		if err := fn(c.body); err != nil {
			return err
		}
		ids = ids[1:]
	}
	if len(ids) > 0 {
		return fmt.Errorf("read the contents of records: %s %d: %w", kind, ids[0], ErrNoRows)
	}
	return nil
}

// Records yields the records of a kind in the order of their IDs.
func (r Roster) Records(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Record, error] {
	sql := `SELECT id, record_key, active, feed, body FROM roster WHERE source = $1 AND kind = $2 ORDER BY id`
	if r.Pending {
		sql = recordsWithPending
	}
	return sequence(ctx, r.DB, scanRecord(kind), sql, source, int(kind))
}

// scanRecord scans id, record_key, active, feed and body of a record of a kind.
func scanRecord(kind roster.Kind) func(Rows, *roster.Record) error {
	return func(rows Rows, record *roster.Record) error {
		var id, feed int64
		record.Kind = kind
		err := rows.Scan(&id, &record.Key, &record.Active, &feed, &record.Body)
		record.ID, record.Feed = roster.ID(id), roster.FeedNumber(feed)
		return err
	}
}

// recordsWithPending lays the pending changes over the roster.
const recordsWithPending = `
SELECT id, record_key, active, 0, body FROM pending WHERE source = $1 AND kind = $2 AND body IS NOT NULL
UNION ALL
SELECT r.id, r.record_key, r.active AND p.id IS NULL, CASE WHEN p.id IS NULL THEN r.feed ELSE 0 END, r.body
FROM roster r LEFT JOIN pending p ON p.source = r.source AND p.kind = r.kind AND p.id = r.id
WHERE r.source = $1 AND r.kind = $2 AND (p.id IS NULL OR p.body IS NULL)
ORDER BY 1`

// joinDigests returns the digests of the parts that a kind has, as they are stored.
func joinDigests(kind roster.Kind, digests roster.Digests) []byte {
	joined := make([]byte, 0, len(digests)*len(roster.Digest{}))
	for _, d := range digests[:kind.Parts()] {
		joined = append(joined, d[:]...)
	}
	return joined
}

func splitDigests(joined []byte, digests *roster.Digests) error {
	const size = len(roster.Digest{})
	if len(joined)%size != 0 || len(joined) > size*len(digests) {
		return fmt.Errorf("the digests of a record have %d bytes", len(joined))
	}
	*digests = roster.Digests{}
	for i := range len(joined) / size {
		digests[i] = roster.Digest(joined[i*size : (i+1)*size])
	}
	return nil
}
