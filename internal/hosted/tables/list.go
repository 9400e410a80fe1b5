package tables

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// defaultTop is the size of a page where a query does not say, as Graph's.
const defaultTop = 100

// list is a kind of object as the reading side sees it.
type list[T any] struct {
	table, columns string
	properties     map[string]property
	scan           func(store.Row) (int64, T, error)

	within string       // a condition that is not the caller's, "" for none
	args   []any        // of within: $3 and so on of a page, $1 and so on of a count
	most   int          // objects to look at for a page; 0 for as many as is good
	key    string       // a column that is read too, by which objects are sorted; "" for none
	test   func(T) bool // which objects it has, of those that the rest leaves; nil for all
	tests  int          // how many objects are tested for one answer; 0 for maxTested
}

func userList() list[hosted.User] {
	return list[hosted.User]{table: "directory_user", columns: userColumns, properties: userProperties(), scan: scanUser}
}

func groupList() list[hosted.Group] {
	return list[hosted.Group]{table: "directory_group", columns: groupColumns, properties: groupProperties(), scan: scanGroup}
}

// ListUsers returns a page of the accounts that the filter holds for, in the
// order of their IDs. Query.After is the ID of the last one shown, and need not be there any more. A filter by a
// property that is not one of Graph's is refused with hosted.ErrInvalid.
func (d *Directory) ListUsers(ctx context.Context, q hosted.Query) ([]hosted.User, error) {
	return page(ctx, d, userList(), q)
}

// ListGroups returns a page of groups, as ListUsers does.
func (d *Directory) ListGroups(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
	return page(ctx, d, groupList(), q)
}

// CountUsers returns how many accounts the filter holds for; nil is all.
func (d *Directory) CountUsers(ctx context.Context, filter hosted.Filter) (int, error) {
	return count(ctx, d, userList(), filter)
}

// CountGroups returns how many groups the filter holds for; nil is all.
func (d *Directory) CountGroups(ctx context.Context, filter hosted.Filter) (int, error) {
	return count(ctx, d, groupList(), filter)
}

// User returns the account with the ID or the userPrincipalName, or
// hosted.ErrNotFound.
func (d *Directory) User(ctx context.Context, idOrUPN string) (hosted.User, error) {
	user, err := one(ctx, d, userList(), "id", idOrUPN)
	if errors.Is(err, hosted.ErrNotFound) {
		return one(ctx, d, userList(), "upn_folded", fold(idOrUPN))
	}
	return user, err
}

// Group returns the group with the ID, or hosted.ErrNotFound.
func (d *Directory) Group(ctx context.Context, id string) (hosted.Group, error) {
	return one(ctx, d, groupList(), "id", id)
}

// GroupByAnchor returns the group with the anchor, or hosted.ErrNotFound.
func (d *Directory) GroupByAnchor(ctx context.Context, anchor string) (hosted.Group, error) {
	return one(ctx, d, groupList(), "anchor", anchor)
}

func page[T any](ctx context.Context, d *Directory, l list[T], q hosted.Query) ([]T, error) {
	if err := d.indexToRead(ctx); err != nil {
		return nil, err
	}
	l, filter := l.tested(q.Filter)
	c := compiler{properties: l.properties, args: append([]any{q.After, l.rows(top(q))}, l.args...)}
	where, err := c.where(filter)
	if err != nil {
		return nil, err
	}
	if l.within != "" {
		where = l.within + " AND " + where
	}
	var found []T
	sql := "SELECT " + l.columns + " FROM " + l.table + " WHERE id > $1 AND " + where + " ORDER BY id LIMIT $2"
	err = d.db.Read(ctx, func(tx store.Tx) error {
		return l.each(ctx, tx, sql, c.args, top(q), func(_ int64, value T) { found = append(found, value) })
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", l.table, err)
	}
	return found, nil
}

func top(q hosted.Query) int {
	if q.Top <= 0 {
		return defaultTop
	}
	return q.Top
}

func count[T any](ctx context.Context, d *Directory, l list[T], filter hosted.Filter) (int, error) {
	l, filter = l.tested(filter)
	if err := d.indexFor(ctx, l.table, legs(filter, l.properties)); err != nil {
		return 0, err
	}
	c := compiler{properties: l.properties, args: slices.Clone(l.args)}
	where, err := c.where(filter)
	if err != nil {
		return 0, err
	}
	if l.within != "" {
		where = l.within + " AND " + where
	}
	var number int
	err = d.db.Read(ctx, func(tx store.Tx) error {
		if l.test != nil {
			sql := "SELECT " + l.columns + " FROM " + l.table + " WHERE " + where
			return l.each(ctx, tx, sql, c.args, math.MaxInt, func(int64, T) { number++ })
		}
		return tx.QueryRow(ctx, "SELECT count(*) FROM "+l.table+" WHERE "+where, c.args...).Scan(&number)
	})
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", l.table, err)
	}
	return number, nil
}

func one[T any](ctx context.Context, d *Directory, l list[T], column, key string) (T, error) {
	var value T
	if err := d.indexToRead(ctx); err != nil {
		return value, err
	}
	err := d.db.Read(ctx, func(tx store.Tx) (err error) {
		row := tx.QueryRow(ctx, "SELECT "+l.columns+" FROM "+l.table+" WHERE "+column+" = $1", key)
		_, value, err = l.scan(row)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		return value, fmt.Errorf("%s %q: %w", column, key, hosted.ErrNotFound)
	}
	if err != nil {
		return value, fmt.Errorf("read %s: %w", l.table, err)
	}
	return value, nil
}
