package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

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

// idsInQuery is how many records are looked up with one query.
const idsInQuery = 50

// Bodies calls fn with the contents of the records with these IDs, which are
// ascending, in their order.
func (r Roster) Bodies(ctx context.Context, source int, kind roster.Kind, ids []roster.ID, fn func(body []byte) error) error {
	if len(ids) == 0 {
		return nil
	}
	return r.DB.Read(ctx, func(tx Tx) error {
		for some := range slices.Chunk(ids, idsInQuery) {
			bodies, err := readBodies(ctx, tx, source, kind, some)
			if err != nil {
				return fmt.Errorf("read the contents of records: %w", err)
			}
			for _, body := range bodies {
				if err := fn(body); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// readBodies reads what one query can.
func readBodies(ctx context.Context, tx Tx, source int, kind roster.Kind, ids []roster.ID) ([][]byte, error) {
	args := []any{source, int(kind)}
	for i := range idsInQuery {
		args = append(args, int64(ids[min(i, len(ids)-1)])) // so many in any case: it is one statement
	}
	bodies := make([][]byte, len(ids))
	err := scanRange(ctx, tx, func(rows Rows) error {
		var id int64
		var body []byte
		err := rows.Scan(&id, &body)
		if i, ok := slices.BinarySearch(ids, roster.ID(id)); ok && err == nil {
			bodies[i] = body
		}
		return err
	}, bodiesByID(), args...)
	if i := slices.IndexFunc(bodies, func(body []byte) bool { return body == nil }); i >= 0 && err == nil {
		err = fmt.Errorf("%s %d: %w", kind, ids[i], ErrNoRows)
	}
	return bodies, err
}

// bodiesByID looks up each ID by itself. With a list of them, PostgreSQL would
// read all records of the kind, until it has learned how many there are.
func bodiesByID() string {
	var sql strings.Builder
	for i := range idsInQuery {
		if i > 0 {
			sql.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&sql, `SELECT id, body FROM roster WHERE source = $1 AND kind = $2 AND id = $%d`, i+3)
	}
	return sql.String()
}

// Records yields the records of a kind in the order of their IDs.
func (r Roster) Records(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Record, error] {
	sql := `SELECT id, record_key, active, feed, body FROM roster WHERE source = $1 AND kind = $2 ORDER BY id`
	if r.Pending {
		sql = recordsWithPending
	}
	return sequence(ctx, r.DB, func(rows Rows, record *roster.Record) error {
		var id, feed int64
		record.Kind = kind
		if err := rows.Scan(&id, &record.Key, &record.Active, &feed, &record.Body); err != nil {
			return err
		}
		record.ID, record.Feed = roster.ID(id), roster.FeedNumber(feed)
		return nil
	}, sql, source, int(kind))
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
