package tables

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

// load reads the rows of objects.
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

// written returns what the batch writes to the table. Changed rows are deleted
// and written anew, so that accounts can swap their names, and everything goes
// the fast way.
func (t *table[T]) written() (written, error) {
	w := written{table: t.sql, key: "num", columns: splitColumns(t.columns)}
	for _, num := range slices.Sorted(maps.Keys(t.rows)) {
		row := t.rows[num]
		if !row.dirty {
			continue
		}
		if row.stored {
			w.old = append(w.old, num)
		}
		if row.deleted {
			continue
		}
		var err error
		if w.values, err = t.append(w.values, num, row.value); err != nil {
			return w, err
		}
	}
	return w, nil
}
