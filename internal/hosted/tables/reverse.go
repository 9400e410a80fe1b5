package tables

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// reverse leads from users to the groups that they belong to. Memberships
// are stored by group alone, because a load of millions would otherwise write
// each of them twice in random order. So this is worked out when somebody first
// asks, in less than a second for 7.5 million memberships and 40 MB of memory,
// and follows what changes after that.
type reverse struct {
	version int64
	starts  []uint32              // by num of user: where in groups its own begin
	groups  []uint32              // nums, doubled, and one more for an owner
	newer   map[int64]memberships // groups that changed since, with who is in them now
}

// maxNewer is how many groups may have changed before all is worked out anew.
const maxNewer = 2000

// of returns the nums of the groups that a user belongs to, in one relation or
// in any. They ascend.
func (r *reverse) of(user int64, relation hosted.Relation) []int64 {
	var all []int64
	if user+1 < int64(len(r.starts)) {
		for _, entry := range r.groups[r.starts[user]:r.starts[user+1]] {
			group, is := int64(entry>>1), hosted.Member
			if entry&1 == 1 {
				is = hosted.Owner
			}
			if _, changed := r.newer[group]; !changed && (relation == "" || relation == is) {
				all = append(all, group)
			}
		}
	}
	for group, now := range r.newer {
		_, owner := slices.BinarySearch(now.owners, user)
		_, member := slices.BinarySearch(now.members, user)
		if owner && relation != hosted.Member || member && relation != hosted.Owner {
			all = append(all, group)
		}
	}
	return distinct(all)
}

// withAny calls note for each group that one of the users is a member of, for
// some several times. It looks into each group that changed once, however many
// users there are.
func (r *reverse) withAny(users map[int64]string, note func(group int64)) {
	for user := range users {
		if user+1 >= int64(len(r.starts)) {
			continue
		}
		for _, entry := range r.groups[r.starts[user]:r.starts[user+1]] {
			group := int64(entry >> 1)
			if _, changed := r.newer[group]; !changed && entry&1 == 0 {
				note(group)
			}
		}
	}
	for group, now := range r.newer {
		if slices.ContainsFunc(now.members, func(user int64) bool { return users[user] != "" }) {
			note(group)
		}
	}
}

// groupsOf returns the nums of the groups that a user belongs to, as of the
// state that tx reads.
func (d *Directory) groupsOf(ctx context.Context, tx store.Tx, user int64, relation hosted.Relation) ([]int64, error) {
	var groups []int64
	err := d.reversed(ctx, tx, func(r *reverse) { groups = r.of(user, relation) })
	return groups, err
}

// reversed calls fn with what leads from users to groups in the state that tx
// reads.
func (d *Directory) reversed(ctx context.Context, tx store.Tx, fn func(*reverse)) error {
	if err := d.reversing.lock(ctx); err != nil {
		return err
	}
	defer d.reversing.unlock()
	s, err := readState(ctx, tx)
	if err != nil {
		return err
	}
	if d.reverse != nil {
		if err := d.reverse.follow(ctx, tx, s.version); err != nil {
			d.reverse = nil
			if !errors.Is(err, hosted.ErrForgotten) {
				return err
			}
		}
	}
	if d.reverse == nil {
		if d.reverse, err = newReverse(ctx, tx, s); err != nil {
			return err
		}
	}
	fn(d.reverse)
	return nil
}

// follow takes over what changed up to a version. For a reader that is behind
// another one it stays as it is.
func (r *reverse) follow(ctx context.Context, tx store.Tx, version int64) error {
	if version <= r.version {
		return nil
	}
	moved := map[int64]bool{}
	err := eachChange(ctx, tx, r.version, version, func(c changed) error {
		for _, group := range c.rosters {
			moved[group] = true
		}
		if len(moved)+len(r.newer) > maxNewer {
			return hosted.ErrForgotten
		}
		return nil
	})
	if err != nil {
		return err
	}
	nums := make([]int64, 0, len(moved))
	for group := range moved {
		r.newer[group] = memberships{}
		nums = append(nums, group)
	}
	sql := "SELECT group_num, owners, members FROM directory_membership WHERE group_num IN "
	err = inChunks(ctx, tx, sql, distinct(nums), func(row store.Row) error {
		group, now, err := scanMemberships(row)
		if err == nil {
			r.newer[group] = *now
		}
		return err
	})
	r.version = version
	return err
}

// newReverse reads all memberships twice: to count and to place them.
func newReverse(ctx context.Context, tx store.Tx, s state) (*reverse, error) {
	r := &reverse{version: s.version, starts: make([]uint32, s.nextUser+1), newer: map[int64]memberships{}}
	type roster struct {
		group           int64
		owners, members []byte
	}
	var rosters []roster
	err := store.Each(ctx, tx, "SELECT group_num, owners, members FROM directory_membership ORDER BY group_num", nil, func(row store.Row) error {
		var one roster
		if err := row.Scan(&one.group, &one.owners, &one.members); err != nil {
			return err
		}
		rosters = append(rosters, one)
		count := func(user int64) { r.starts[user+1]++ }
		return errors.Join(each(one.owners, count), each(one.members, count))
	})
	if err != nil {
		return nil, fmt.Errorf("read who is in which group: %w", err)
	}
	for i := 1; i < len(r.starts); i++ {
		r.starts[i] += r.starts[i-1]
	}
	r.groups = make([]uint32, r.starts[len(r.starts)-1])
	next := slices.Clone(r.starts)
	place := func(entry int64) func(int64) {
		return func(user int64) {
			r.groups[next[user]] = uint32(entry)
			next[user]++
		}
	}
	for _, one := range rosters {
		err = errors.Join(err, each(one.owners, place(2*one.group+1)), each(one.members, place(2*one.group)))
	}
	return r, err
}

// each calls do for the numbers that pack has packed, without a slice of them.
func each(packed []byte, do func(int64)) error {
	last := int64(0)
	for len(packed) > 0 {
		difference, size := binary.Uvarint(packed)
		if size <= 0 {
			return errPacked
		}
		last += int64(difference)
		packed = packed[size:]
		do(last)
	}
	return nil
}
