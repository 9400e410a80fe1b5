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

// direction is which way groups are followed from one: to those in it, or to those
// that it is in.
type direction string

const (
	inward  direction = "SELECT member_num FROM directory_subgroup JOIN directory_group ON num = member_num WHERE group_num IN "
	outward direction = "SELECT group_num FROM directory_subgroup JOIN directory_group ON num = group_num WHERE member_num IN "
)

// follow returns the groups that lead on from some, each once: those next to them
// or, transitively, all. Groups may lead around in a circle.
func (d direction) follow(ctx context.Context, tx store.Tx, from []int64, transitively bool) ([]int64, error) {
	seen, found := map[int64]bool{}, []int64{}
	for next := from; len(next) > 0; {
		var met []int64
		err := inChunks(ctx, tx, string(d), distinct(next), func(row store.Row) error {
			var num int64
			err := row.Scan(&num)
			if !seen[num] {
				seen[num] = true
				met = append(met, num)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("follow groups: %w", err)
		}
		found = append(found, met...)
		if next = met; !transitively {
			break
		}
	}
	return distinct(found), nil
}

// groupNum returns the num of the group with the ID, or hosted.ErrNotFound.
func groupNum(ctx context.Context, tx store.Tx, id string) (int64, error) {
	var num int64
	err := tx.QueryRow(ctx, "SELECT num FROM directory_group WHERE id = $1", id).Scan(&num)
	if errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("group %s: %w", id, hosted.ErrNotFound)
	}
	return num, err
}

// ListSubgroups returns a page of the groups that are members of a group, directly or
// also of those that are, in the order of their IDs; or hosted.ErrNotFound.
func (d *Directory) ListSubgroups(ctx context.Context, groupID string, transitively bool, q hosted.Query) ([]hosted.Group, error) {
	return d.listNested(ctx, groupID, inward, transitively, q)
}

// ListSupergroups returns a page of the groups that a group is a member of, as
// ListSubgroups does.
func (d *Directory) ListSupergroups(ctx context.Context, groupID string, transitively bool, q hosted.Query) ([]hosted.Group, error) {
	return d.listNested(ctx, groupID, outward, transitively, q)
}

func (d *Directory) listNested(ctx context.Context, groupID string, way direction, transitively bool, q hosted.Query) ([]hosted.Group, error) {
	var found []hosted.Group
	err := d.db.Read(ctx, func(tx store.Tx) error {
		num, err := groupNum(ctx, tx, groupID)
		if err != nil {
			return err
		}
		nums, err := way.follow(ctx, tx, []int64{num}, transitively)
		if err != nil {
			return err
		}
		found, err = among(ctx, tx, groupList(), nums, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list groups around a group: %w", err)
	}
	return found[:min(len(found), top(q))], nil
}

// ListTransitiveMembers returns a page of the accounts that are members of a group or
// of one in it, as ListMembers does.
func (d *Directory) ListTransitiveMembers(ctx context.Context, groupID string, q hosted.Query) ([]hosted.User, error) {
	var found []hosted.User
	err := d.db.Read(ctx, func(tx store.Tx) error {
		nums, err := relatedTransitively(ctx, tx, groupID)
		if err != nil {
			return err
		}
		found, err = usersAmong(ctx, tx, nums, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list members of groups: %w", err)
	}
	return found, nil
}

// CountTransitiveMembers returns how many accounts the filter holds for of those.
func (d *Directory) CountTransitiveMembers(ctx context.Context, groupID string, filter hosted.Filter) (int, error) {
	found, err := d.ListTransitiveMembers(ctx, groupID, hosted.Query{Filter: filter, Top: math.MaxInt})
	return len(found), err
}

// relatedTransitively returns the nums of the members of a group and of all in it.
func relatedTransitively(ctx context.Context, tx store.Tx, groupID string) ([]int64, error) {
	num, err := groupNum(ctx, tx, groupID)
	if err != nil {
		return nil, err
	}
	groups, err := inward.follow(ctx, tx, []int64{num}, true)
	if err != nil {
		return nil, err
	}
	var users []int64
	sql := "SELECT group_num, owners, members FROM directory_membership WHERE group_num IN "
	err = inChunks(ctx, tx, sql, distinct(append(groups, num)), func(row store.Row) error {
		_, within, err := scanMemberships(row)
		if err == nil {
			users = append(users, within.members...)
		}
		return err
	})
	return distinct(users), err
}

// ListTransitiveGroupsOf returns a page of the groups that an account is a member of
// and those that these are in, as ListGroupsOf does.
func (d *Directory) ListTransitiveGroupsOf(ctx context.Context, idOrUPN string, q hosted.Query) ([]hosted.Group, error) {
	if err := d.indexToRead(ctx); err != nil {
		return nil, err
	}
	var found []hosted.Group
	err := d.db.Read(ctx, func(tx store.Tx) error {
		user, err := userNum(ctx, tx, idOrUPN)
		if err != nil {
			return err
		}
		direct, err := d.groupsOf(ctx, tx, user, hosted.Member)
		if err != nil {
			return err
		}
		outer, err := outward.follow(ctx, tx, slices.Clone(direct), true)
		if err != nil {
			return err
		}
		found, err = among(ctx, tx, groupList(), distinct(slices.Concat(direct, outer)), q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list groups of a user: %w", err)
	}
	return found[:min(len(found), top(q))], nil
}
