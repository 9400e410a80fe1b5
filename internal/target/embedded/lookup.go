package embedded

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/store"
)

// lookup leads from keys of one kind to nums, 0 for none, as of the present
// effect of a batch.
type lookup struct {
	stored  func(string) int64 // before the batch
	written map[string]int64   // by the batch
}

func (l lookup) get(key string) int64 {
	if num, ok := l.written[key]; ok {
		return num
	}
	return l.stored(key)
}

// move makes num findable by a new key instead of an old one.
func (l lookup) move(before, after string, num int64) {
	if before == after {
		return
	}
	if before != "" {
		l.written[before] = 0
	}
	if after != "" {
		l.written[after] = num
	}
}

// lookups are those of users, or of groups, which have no name that is unique.
type lookups struct {
	id, anchor, name lookup
}

func newLookups(id, anchor, name func(string) int64) lookups {
	from := func(stored func(string) int64) lookup { return lookup{stored, make(map[string]int64)} }
	return lookups{from(id), from(anchor), from(name)}
}

// lookups find everything in memory.
func (n nums) lookups() lookups {
	in := func(known *places) func(string) int64 {
		return func(text string) int64 { return known.get(n.hash.key(text)) }
	}
	return newLookups(in(n.id), in(n.anchor), in(n.name))
}

// wanted are the keys that a batch will look up.
type wanted struct {
	id, anchor, name []string
}

// find looks the keys up in the table.
func (w wanted) find(ctx context.Context, tx store.Tx, table, nameColumn string) (lookups, error) {
	found := make([]map[string]int64, 3)
	for i, one := range []struct {
		column string
		keys   []string
	}{{"id", w.id}, {"anchor", w.anchor}, {nameColumn, w.name}} {
		var err error
		if found[i], err = findNums(ctx, tx, table, one.column, one.keys); err != nil {
			return lookups{}, err
		}
	}
	in := func(found map[string]int64) func(string) int64 {
		return func(text string) int64 { return found[text] }
	}
	return newLookups(in(found[0]), in(found[1]), in(found[2])), nil
}

func findNums(ctx context.Context, tx store.Tx, table, column string, keys []string) (map[string]int64, error) {
	found := make(map[string]int64, len(keys))
	sql := "SELECT num, " + column + " FROM " + table + " WHERE " + column + " IN "
	err := inChunks(ctx, tx, sql, distinct(keys), func(row store.Row) error {
		var num int64
		var key string
		if err := row.Scan(&num, &key); err != nil {
			return err
		}
		found[key] = num
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", column, err)
	}
	return found, nil
}

func distinct[T string | int64](keys []T) []T {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// inChunks asks a query that ends in IN about the keys, some hundred at a time,
// and calls each for every row.
func inChunks[T string | int64](ctx context.Context, tx store.Tx, sql string, keys []T, each func(store.Row) error) error {
	for list, args := range store.InLists(keys) {
		if err := query(ctx, tx, sql+list, args, each); err != nil {
			return err
		}
	}
	return nil
}

func query(ctx context.Context, tx store.Tx, sql string, args []any, each func(store.Row) error) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
