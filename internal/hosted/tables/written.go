package tables

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/store"
)

// written is what a batch does to a table: rows that it deletes, and rows that
// it inserts, some of which may be the ones deleted.
type written struct {
	table   string
	key     string // the column of old
	old     []int64
	columns []string
	values  []any // of all columns of one row after the other
}

func (w written) empty() bool { return len(w.old)+len(w.values) == 0 }

func (w written) flush(ctx context.Context, tx store.Tx) error {
	if err := deleteRows(ctx, tx, w.table, w.key, w.old); err != nil {
		return err
	}
	if len(w.values) == 0 {
		return nil
	}
	_, err := tx.CopyIn(ctx, w.table, w.columns, func(yield func([]any) bool) {
		for row := range slices.Chunk(w.values, len(w.columns)) {
			if !yield(row) {
				return
			}
		}
	})
	return err
}

func deleteRows(ctx context.Context, tx store.Tx, table, column string, nums []int64) error {
	for list, args := range store.InLists(nums) {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE "+column+" IN "+list, args...); err != nil {
			return fmt.Errorf("delete from %s: %w", table, err)
		}
	}
	return nil
}
