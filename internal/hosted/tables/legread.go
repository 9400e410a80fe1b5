package tables

import (
	"cmp"
	"context"
	"errors"

	"rollbook/internal/store"
)

// maxScanned is how many objects are looked at for a page where an index cannot
// tell which of them are on it. A page may so have fewer than it could, and even
// none, and still not be the last. Along an index the rows lie scattered, and
// each costs more.
const (
	maxScanned      = 20_000
	maxScannedAlong = 5_000
)

// readLegs reads so many objects from a place on. Where it has looked at too
// many for that it returns where it stopped.
func readLegs[T any](ctx context.Context, tx store.Tx, l list[T], parts []leg, at cursor, size int) ([]keyed[T], *cursor, error) {
	var found []keyed[T]
	for ; at.Leg < len(parts) && len(found) < size; at = (cursor{Leg: at.Leg + 1}) {
		part := parts[at.Leg]
		for ; at.Value < max(1, len(part.values)) && len(found) < size; at.Value, at.Num = at.Value+1, 0 {
			some, stopped, err := readLeg(ctx, tx, l, part, at, size-len(found))
			if err != nil {
				return nil, nil, err
			}
			found = append(found, some...)
			if stopped != nil && len(found) < size {
				return found, stopped, nil
			}
		}
	}
	return found, nil, nil
}

// readLeg reads objects of a leg, or of one of its values.
func readLeg[T any](ctx context.Context, tx store.Tx, l list[T], part leg, at cursor, size int) ([]keyed[T], *cursor, error) {
	key := cmp.Or(l.key, part.column, "''")
	if part.values != nil && l.key == "" {
		key = "''"
	}
	stop, err := stopOf(ctx, tx, l, part, at)
	if err != nil {
		return nil, nil, err
	}
	c := compiler{properties: l.properties}
	where, err := c.where(part.where)
	if err != nil {
		return nil, nil, err
	}
	along, order, err := c.along(part, at)
	if err != nil {
		return nil, nil, err
	}
	if stop != nil {
		where += " AND " + c.upTo(part, *stop)
	}
	sql := "SELECT " + l.columns + ", " + key + " FROM " + l.table + " WHERE " + along + " AND " + where + " ORDER BY " + order + " LIMIT " + c.bind(l.rows(size))
	one := keyed[T]{at: at}
	scan := l.scan
	l.scan = func(row store.Row) (int64, T, error) { return scan(withMore{row, []any{&one.at.Key}}) }
	var found []keyed[T]
	err = l.each(ctx, tx, sql, c.args, size, func(num int64, value T) {
		one.at.Num, one.value = num, value
		found = append(found, one)
	})
	return found, stop, err
}

// stopOf returns how far a leg may be looked along from a place, nil for to its
// end. The index alone tells.
func stopOf[T any](ctx context.Context, tx store.Tx, l list[T], part leg, at cursor) (*cursor, error) {
	if part.exact && l.test == nil {
		return nil, nil
	}
	c := compiler{properties: l.properties}
	along, order, err := c.along(part, at)
	if err != nil {
		return nil, err
	}
	key, most := "''", maxScanned
	if part.column != "" {
		most = maxScannedAlong
	}
	if part.values == nil {
		key = cmp.Or(part.column, key)
	}
	stop := at
	sql := "SELECT num, " + key + " FROM " + l.table + " WHERE " + along + " ORDER BY " + order + " LIMIT 1 OFFSET " + c.bind(cmp.Or(l.most, most))
	err = tx.QueryRow(ctx, sql, c.args...).Scan(&stop.Num, &stop.Key)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	return &stop, err
}

// upTo returns the condition that a leg is read no further than a place.
func (c *compiler) upTo(part leg, stop cursor) string {
	num := c.bind(stop.Num)
	if part.values != nil || part.column == "" {
		return "num <= " + num
	}
	before := "<"
	if part.descending {
		before = ">"
	}
	key := c.bind(stop.Key)
	return "(" + part.column + " " + before + " " + key + " OR " + part.column + " = " + key + " AND num " + before + "= " + num + ")"
}

// along returns the condition that makes a leg go on behind a place, and its order.
func (c *compiler) along(part leg, at cursor) (where, order string, err error) {
	if part.values != nil {
		where, err = c.where(part.values[at.Value])
		return where + " AND num > " + c.bind(at.Num), "num", err
	}
	if part.column == "" {
		return "num > " + c.bind(at.Num), "num", nil
	}
	column, from := part.column, max(part.from, at.Key)
	if part.descending {
		if at.Num == 0 {
			return "TRUE", column + " DESC, num DESC", nil
		}
		return column + " <= " + c.bind(at.Key) + " AND (" + column + " < " + c.bind(at.Key) + " OR num < " + c.bind(at.Num) + ")",
			column + " DESC, num DESC", nil
	}
	where = column + " >= " + c.bind(from)
	if part.to != "" {
		where += " AND " + column + " < " + c.bind(part.to)
	}
	if at.Num > 0 {
		where += " AND (" + column + " > " + c.bind(at.Key) + " OR num > " + c.bind(at.Num) + ")"
	}
	return where, column + ", num", nil
}
