package tables

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// PageUsers returns a page of the accounts that the filter holds for, in the
// order that the query wants or in one that costs least. Query.After is
// Page.Next of the page before. A property that cannot be compared is
// hosted.ErrInvalid, as is what was never a Next.
func (d *Directory) PageUsers(ctx context.Context, q hosted.Query) (hosted.Page[hosted.User], error) {
	return pageOf(ctx, d, userList(), q)
}

// PageGroups returns a page of groups, as PageUsers does.
func (d *Directory) PageGroups(ctx context.Context, q hosted.Query) (hosted.Page[hosted.Group], error) {
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
	if err != nil || c.Leg < 0 || c.Value < 0 || strings.Contains(c.Key, "\x00") {
		return c, fmt.Errorf("the place to go on from is none that was given out: %w", hosted.ErrInvalid)
	}
	return c, nil
}

// keyed is an object with its place.
type keyed[T any] struct {
	at    cursor
	value T
}

// enoughToScan is from how many matches on an order is read along, leaving out
// what does not match: fewer are all read and sorted.
const enoughToScan = 2000

// maxTries is how often it is looked on for a page that has nothing yet: many
// clients take an empty page for the end.
const maxTries = 50

func pageOf[T any](ctx context.Context, d *Directory, l list[T], q hosted.Query) (hosted.Page[T], error) {
	var page hosted.Page[T]
	at, err := cursorOf(q.After)
	if err != nil {
		return page, err
	}
	l, q.Filter = l.tested(q.Filter)
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
		begun := q.After != ""
		for range maxTries {
			var err error
			switch {
			case q.OrderBy == "":
				found, stopped, err = readLegs(ctx, tx, l, parts, at, top(q)+1)
			case q.Filter == nil || begun && !at.Few:
				found, stopped, err = readLegs(ctx, tx, l, []leg{ordered}, at, top(q)+1)
			default:
				found, stopped, err = readSorted(ctx, tx, l, parts, ordered, at, top(q)+1)
			}
			if err != nil || stopped == nil || len(found) > 0 {
				return err
			}
			at, begun = *stopped, true
		}
		return nil
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
func partsOf[T any](l list[T], q hosted.Query) (parts []leg, ordered leg, err error) {
	c := compiler{properties: l.properties}
	if _, err := c.where(q.Filter); err != nil {
		return nil, ordered, err
	}
	if q.OrderBy != "" {
		p, err := c.property(q.OrderBy)
		if err != nil || p.boolean || !p.indexed() {
			return nil, ordered, fmt.Errorf("order by %s: %w", q.OrderBy, hosted.ErrInvalid)
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
