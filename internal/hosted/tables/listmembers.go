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

// ListMembers returns a page of the accounts in a relation to a group, in the
// order in which they were made, or hosted.ErrNotFound where there is no such
// group. Query.After is the ID of the last one shown.
func (d *Directory) ListMembers(ctx context.Context, groupID string, relation hosted.Relation, q hosted.Query) ([]hosted.User, error) {
	var found []hosted.User
	err := d.db.Read(ctx, func(tx store.Tx) error {
		nums, err := related(ctx, tx, groupID, relation)
		if err != nil {
			return err
		}
		found, err = usersAmong(ctx, tx, nums, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %ss of a group: %w", relation, err)
	}
	return found, nil
}

// usersAmong returns a page of the accounts with the nums, which ascend.
func usersAmong(ctx context.Context, tx store.Tx, nums []int64, q hosted.Query) ([]hosted.User, error) {
	nums, err := following(ctx, tx, nums, q.After)
	if err != nil {
		return nil, err
	}
	var found []hosted.User
	for rest := (hosted.Query{Filter: q.Filter}); len(nums) > 0 && len(found) < top(q); {
		size := min(len(nums), chunkFor(q, top(q)-len(found)))
		some, err := among(ctx, tx, userList(), nums[:size], rest)
		if err != nil {
			return nil, err
		}
		found, nums = append(found, some...), nums[size:]
	}
	return found[:min(len(found), top(q))], nil
}

// chunkFor returns how many accounts are read at a time where so many are missing
// on a page: those, so that a large group costs no more than what is shown of it.
// With a filter nobody knows how many of them are; and some may be deleted.
func chunkFor(q hosted.Query, missing int) int {
	if q.Filter != nil {
		return 512
	}
	return min(max(missing, 64), 512)
}

// following returns those of the nums that come after an account, which may be
// deleted by now: IDs grow as nums do.
func following(ctx context.Context, tx store.Tx, nums []int64, after string) ([]int64, error) {
	if after == "" {
		return nums, nil
	}
	var last int64
	err := tx.QueryRow(ctx, "SELECT num FROM directory_user WHERE id <= $1 ORDER BY id DESC LIMIT 1", after).Scan(&last)
	if errors.Is(err, store.ErrNoRows) {
		return nums, nil
	}
	from, found := slices.BinarySearch(nums, last)
	if found {
		from++
	}
	return nums[from:], err
}

// CountMembers returns how many accounts the filter holds for of those in a relation
// to a group, or hosted.ErrNotFound where there is no such group.
func (d *Directory) CountMembers(ctx context.Context, groupID string, relation hosted.Relation, filter hosted.Filter) (int, error) {
	if filter != nil {
		found, err := d.ListMembers(ctx, groupID, relation, hosted.Query{Filter: filter, Top: math.MaxInt})
		return len(found), err
	}
	number := 0
	err := d.db.Read(ctx, func(tx store.Tx) error {
		nums, err := related(ctx, tx, groupID, relation)
		if err != nil {
			return err
		}
		number, err = countThere(ctx, tx, nums)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count %ss of a group: %w", relation, err)
	}
	return number, nil
}

// countThere counts those of the users who were not deleted.
func countThere(ctx context.Context, tx store.Tx, nums []int64) (int, error) {
	number := 0
	if len(nums) < 2000 {
		err := inChunks(ctx, tx, "SELECT num FROM directory_user WHERE num IN ", nums, func(store.Row) error {
			number++
			return nil
		})
		return number, err
	}
	sql := "SELECT num FROM directory_user WHERE num >= $1 AND num <= $2"
	err := store.Each(ctx, tx, sql, []any{nums[0], nums[len(nums)-1]}, func(row store.Row) error {
		var num int64
		err := row.Scan(&num)
		if _, found := slices.BinarySearch(nums, num); found {
			number++
		}
		return err
	})
	return number, err
}

// related returns the nums of who is in the relation to the group. There may be
// some of users who were deleted.
func related(ctx context.Context, tx store.Tx, groupID string, relation hosted.Relation) ([]int64, error) {
	column := "members"
	switch relation {
	case hosted.Member:
	case hosted.Owner:
		column = "owners"
	default:
		return nil, fmt.Errorf("relation %q: %w", relation, hosted.ErrInvalid)
	}
	var packed []byte
	sql := "SELECT " + column + " FROM directory_group LEFT JOIN directory_membership ON group_num = num WHERE id = $1"
	err := tx.QueryRow(ctx, sql, groupID).Scan(&packed)
	if errors.Is(err, store.ErrNoRows) {
		return nil, fmt.Errorf("group %s: %w", groupID, hosted.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return unpack(packed)
}

// among returns those of the objects that belong to a page or come after it.
func among[T any](ctx context.Context, tx store.Tx, l list[T], nums []int64, q hosted.Query) ([]T, error) {
	l, filter := l.tested(q.Filter)
	var found []T
	for set, args := range store.InLists(nums) {
		c := compiler{properties: l.properties, args: append(args, q.After)}
		sql := fmt.Sprintf("SELECT %s FROM %s WHERE num IN %s AND id > $%d AND ", l.columns, l.table, set, len(c.args))
		where, err := c.where(filter)
		if err != nil {
			return nil, err
		}
		err = l.each(ctx, tx, sql+where+" ORDER BY num", c.args, math.MaxInt, func(_ int64, value T) { found = append(found, value) })
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
