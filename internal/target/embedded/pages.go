package embedded

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/directory"
	"rollbook/internal/store"
)

// PageUsers returns a page of the accounts that the filter holds for, in the
// order that the query wants or in one that costs least. Query.After is
// Page.Next of the page before. A property that cannot be compared is
// directory.ErrInvalid, as is what was never a Next.
func (d *Directory) PageUsers(ctx context.Context, q directory.Query) (directory.Page[directory.User], error) {
	return pageOf(ctx, d, userList(), q)
}

// PageGroups returns a page of groups, as PageUsers does.
func (d *Directory) PageGroups(ctx context.Context, q directory.Query) (directory.Page[directory.Group], error) {
	return pageOf(ctx, d, groupList(), q)
}

// cursor is where a page ended: in which leg, at which of its values or at
// which key, and at which num.
type cursor struct {
	Leg   int    `json:"l,omitzero"`
	Value int    `json:"v,omitzero"`
	Key   string `json:"k,omitzero"`
	Num   int64  `json:"n,omitzero"`
	Few   bool   `json:"f,omitzero"` // all were read and sorted
}

func (c cursor) next() string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // of numbers and a text: cannot be
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func cursorOf(after string) (cursor, error) {
	var c cursor
	if after == "" {
		return c, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(after)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.Leg < 0 || c.Value < 0 {
		return c, fmt.Errorf("the place to go on from is none: %w", directory.ErrInvalid)
	}
	return c, nil
}

// keyed is an object with its place.
type keyed[T any] struct {
	at    cursor
	value T
}

// maxScanned is how many objects are looked at for a page where an index cannot
// tell which of them are on it. A page may so have fewer than it could, and even
// none, and still not be the last. Along an index the rows lie scattered, and
// each costs more.
const (
	maxScanned      = 20_000
	maxScannedAlong = 5_000
)

// enoughToScan is from how many matches on an order is read along, leaving out
// what does not match: fewer are all read and sorted.
const enoughToScan = 2000

func pageOf[T any](ctx context.Context, d *Directory, l list[T], q directory.Query) (directory.Page[T], error) {
	var page directory.Page[T]
	at, err := cursorOf(q.After)
	if err != nil {
		return page, err
	}
	parts, ordered, err := partsOf(l, q)
	if err != nil {
		return page, err
	}
	if err := d.indexFor(ctx, l.table, append(slices.Clone(parts), ordered)); err != nil {
		return page, err
	}
	var found []keyed[T]
	var stopped *cursor
	err = d.db.Read(ctx, func(tx store.Tx) error {
		var err error
		switch {
		case q.OrderBy == "":
			found, stopped, err = readLegs(ctx, tx, l, parts, at, top(q)+1)
		case q.Filter == nil || q.After != "" && !at.Few:
			found, stopped, err = readLegs(ctx, tx, l, []leg{ordered}, at, top(q)+1)
		default:
			found, stopped, err = readSorted(ctx, tx, l, parts, ordered, at, top(q)+1)
		}
		return err
	})
	if err != nil {
		return page, fmt.Errorf("list %s: %w", l.table, err)
	}
	for _, one := range found[:min(len(found), top(q))] {
		page.Items = append(page.Items, one.value)
	}
	if len(found) > top(q) {
		page.Next = found[top(q)-1].at.next()
	} else if stopped != nil {
		page.Next = stopped.next()
	}
	return page, nil
}

// partsOf returns the legs of a query, and the one that reads along its order.
func partsOf[T any](l list[T], q directory.Query) (parts []leg, ordered leg, err error) {
	c := compiler{properties: l.properties}
	if _, err := c.where(q.Filter); err != nil {
		return nil, ordered, err
	}
	if q.OrderBy != "" {
		p, err := c.property(q.OrderBy)
		if err != nil || p.boolean || !p.indexed() {
			return nil, ordered, fmt.Errorf("order by %s: %w", q.OrderBy, directory.ErrInvalid)
		}
		ordered = leg{column: p.column, descending: q.Descending, where: q.Filter, exact: q.Filter == nil}
	}
	return legs(q.Filter, l.properties), ordered, nil
}

// readSorted reads few matches to sort them, and along the order where they are
// many.
func readSorted[T any](ctx context.Context, tx store.Tx, l list[T], parts []leg, ordered leg, at cursor, size int) ([]keyed[T], *cursor, error) {
	all, stopped, err := readLegs(ctx, tx, sortedList(l, ordered), parts, cursor{}, enoughToScan+1)
	if err != nil {
		return nil, nil, err
	}
	if len(all) > enoughToScan || stopped != nil {
		return readLegs(ctx, tx, l, []leg{ordered}, cursor{Key: at.Key, Num: at.Num}, size)
	}
	compare := func(a, b keyed[T]) int {
		order := cmp.Or(cmp.Compare(a.at.Key, b.at.Key), cmp.Compare(a.at.Num, b.at.Num))
		if ordered.descending {
			return -order
		}
		return order
	}
	slices.SortFunc(all, compare)
	if at.Few {
		from, found := slices.BinarySearchFunc(all, keyed[T]{at: at}, compare)
		if found {
			from++
		}
		all = all[from:]
	}
	for i := range all {
		all[i].at = cursor{Key: all[i].at.Key, Num: all[i].at.Num, Few: true}
	}
	return all[:min(size, len(all))], nil, nil
}

// sortedList is the list with the key of an order for each object.
func sortedList[T any](l list[T], ordered leg) list[T] {
	l.key = ordered.column
	return l
}

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
	sql := "SELECT " + l.columns + ", " + key + " FROM " + l.table + " WHERE " + along + " AND " + where + " ORDER BY " + order + " LIMIT " + c.bind(size)
	var found []keyed[T]
	err = query(ctx, tx, sql, c.args, func(row store.Row) error {
		one := keyed[T]{at: at}
		var err error
		one.at.Num, one.value, err = l.scan(withMore{row, []any{&one.at.Key}})
		found = append(found, one)
		return err
	})
	return found, stop, err
}

// stopOf returns how far a leg may be looked along from a place, nil for to its
// end. The index alone tells.
func stopOf[T any](ctx context.Context, tx store.Tx, l list[T], part leg, at cursor) (*cursor, error) {
	if part.exact {
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

// indexFor makes the indexes that the legs of a list are read along and that a
// load would rather not fill: when somebody first asks, which takes a second at
// a million rows.
func (d *Directory) indexFor(ctx context.Context, table string, parts []leg) error {
	if err := d.indexToRead(ctx); err != nil || !d.indexed.Load() {
		return err
	}
	for _, part := range parts {
		sql := ""
		if table == "directory_user" {
			switch part.column {
			case "given_folded":
				sql = "CREATE INDEX IF NOT EXISTS directory_user_given ON directory_user (given_folded)"
			case "surname_folded":
				sql = "CREATE INDEX IF NOT EXISTS directory_user_surname ON directory_user (surname_folded)"
			case "account_enabled":
				sql = "CREATE INDEX IF NOT EXISTS directory_user_enabled ON directory_user (account_enabled)"
			}
		}
		if sql == "" {
			continue
		}
		if _, done := d.made.Load(sql); done {
			continue
		}
		if err := d.exec(ctx, sql); err != nil {
			return fmt.Errorf("index directory: %w", err)
		}
		d.made.Store(sql, true)
	}
	return nil
}
