package store

import (
	"context"
	"errors"
	"iter"
)

// errStopped ends a read whose caller wants no more.
var errStopped = errors.New("stopped")

// Sequence yields the rows of a query, scanned, and an error as the last element.
func Sequence[T any](ctx context.Context, db DB, scan func(Rows, *T) error, sql string, args ...any) iter.Seq2[T, error] {
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
