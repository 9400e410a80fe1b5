package embedded

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollbook/internal/store"
)

// table is one of directory_user and directory_group as a batch sees it: what
// it needs of the rows before it, and what it does to them.
type table[T any] struct {
	sql     string // the name
	columns string
	scan    func(store.Row) (int64, T, error)
	append  func([]any, int64, T) ([]any, error)
	lookups
	rows map[int64]*row[T]
}

// row is an object that a batch writes or may write.
type row[T any] struct {
	value   T
	stored  bool // in the database
	dirty   bool
	deleted bool
}

// load reads the rows of objects, those that are not read yet.
func (t *table[T]) load(ctx context.Context, tx store.Tx, nums []int64) error {
	err := inChunks(ctx, tx, "SELECT "+t.columns+" FROM "+t.sql+" WHERE num IN ", distinct(nums), func(found store.Row) error {
		num, value, err := t.scan(found)
		t.rows[num] = &row[T]{value: value, stored: true}
		return err
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", t.sql, err)
	}
	return nil
}

// present returns the row with the ID, nil for none.
func (t *table[T]) present(id string) (int64, *row[T]) {
	num := t.id.get(id)
	if num == 0 {
		return 0, nil
	}
	return num, t.rows[num]
}

// flush writes what the batch did. Changed rows are deleted and written anew,
// so that accounts can swap their names, and everything goes the fast way.
func (t *table[T]) flush(ctx context.Context, tx store.Tx) (changed bool, err error) {
	var old, written []int64
	for _, num := range slices.Sorted(maps.Keys(t.rows)) {
		row := t.rows[num]
		if !row.dirty {
			continue
		}
		if row.stored {
			old = append(old, num)
		}
		if !row.deleted {
			written = append(written, num)
		}
	}
	if err := deleteRows(ctx, tx, t.sql, "num", old); err != nil {
		return false, err
	}
	if err := t.insert(ctx, tx, written); err != nil {
		return false, err
	}
	return len(old)+len(written) > 0, nil
}

func deleteRows(ctx context.Context, tx store.Tx, table, column string, nums []int64) error {
	for chunk := range slices.Chunk(nums, 512) {
		list, args := inList(chunk)
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE "+column+" IN "+list, args...); err != nil {
			return fmt.Errorf("delete from %s: %w", table, err)
		}
	}
	return nil
}

func (t *table[T]) insert(ctx context.Context, tx store.Tx, nums []int64) error {
	if len(nums) == 0 {
		return nil
	}
	var failed error
	_, err := tx.CopyIn(ctx, t.sql, splitColumns(t.columns), func(yield func([]any) bool) {
		var values []any
		for _, num := range nums {
			if values, failed = t.append(values[:0], num, t.rows[num].value); failed != nil || !yield(values) {
				return
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}
