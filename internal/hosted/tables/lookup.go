package tables

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/store"
)

// lookup leads from texts of one kind to nums, 0 for none, as of the present
// effect of a batch.
type lookup struct {
	hash    hasher
	stored  *places // before the batch
	written *places // by the batch
}

func (l lookup) get(text string) int64 {
	k := l.hash.key(text)
	if num, ok := l.written.get(k); ok {
		return num
	}
	num, _ := l.stored.get(k)
	return num
}

// move makes num findable by a new text instead of an old one.
func (l lookup) move(before, after string, num int64) {
	if before == after {
		return
	}
	if before != "" {
		l.written.set(l.hash.key(before), 0)
	}
	if after != "" {
		l.written.set(l.hash.key(after), num)
	}
}

// lookups are those of users, or of groups, which have no name that is unique.
type lookups struct {
	id, anchor, name lookup
}

// lookups find what is stored.
func (n nums) lookups(hash hasher) lookups {
	in := func(stored *places) lookup { return lookup{hash, stored, newPlaces(0)} }
	return lookups{in(n.id), in(n.anchor), in(n.name)}
}

// wanted are the keys that a batch will look up.
type wanted struct {
	id, anchor, name []string
}

// find looks the keys up in the table.
func (w wanted) find(ctx context.Context, tx store.Tx, hash hasher, table, nameColumn string) (lookups, error) {
	var n nums
	for _, one := range []struct {
		column string
		keys   []string
		to     **places
	}{{"id", w.id, &n.id}, {"anchor", w.anchor, &n.anchor}, {nameColumn, w.name, &n.name}} {
		var err error
		if *one.to, err = findNums(ctx, tx, hash, table, one.column, one.keys); err != nil {
			return lookups{}, err
		}
	}
	return n.lookups(hash), nil
}

func findNums(ctx context.Context, tx store.Tx, hash hasher, table, column string, keys []string) (*places, error) {
	found := newPlaces(int64(len(keys)))
	sql := "SELECT num, " + column + " FROM " + table + " WHERE " + column + " IN "
	err := inChunks(ctx, tx, sql, distinct(keys), func(row store.Row) error {
		var num int64
		var text string
		if err := row.Scan(&num, &text); err != nil {
			return err
		}
		found.set(hash.key(text), num)
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
		if err := store.Each(ctx, tx, sql+list, args, each); err != nil {
			return err
		}
	}
	return nil
}
