package tables

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// memberships are the nums of who is in a group, ascending.
type memberships struct {
	owners, members []int64
	stored          bool // in the database
	dirty           bool
	before          *memberships // as they are in the database, nil where they are not
}

func (b *batch) loadMemberships(ctx context.Context, tx store.Tx, groups []int64) error {
	groups = distinct(groups)
	sql := "SELECT group_num, owners, members FROM directory_membership WHERE group_num IN "
	err := inChunks(ctx, tx, sql, groups, func(row store.Row) error {
		num, found, err := scanMemberships(row)
		b.within[num] = found
		return err
	})
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	return nil
}

func scanMemberships(row store.Row) (int64, *memberships, error) {
	var num int64
	var owners, members []byte
	if err := row.Scan(&num, &owners, &members); err != nil {
		return 0, nil, err
	}
	found := &memberships{stored: true}
	var err error
	if found.owners, err = unpack(owners); err != nil {
		return 0, nil, fmt.Errorf("group %d: %w", num, err)
	}
	if found.members, err = unpack(members); err != nil {
		return 0, nil, fmt.Errorf("group %d: %w", num, err)
	}
	found.before = &memberships{owners: found.owners, members: found.members}
	return num, found, nil
}

func (b *batch) changeMembers(effect hosted.Effect, out *hosted.Outcome) error {
	num := b.groups.id.get(effect.ID)
	if num == 0 {
		return fmt.Errorf("group %s: %w", effect.ID, hosted.ErrNotFound)
	}
	owners, members, err := b.changes(effect)
	if err != nil {
		return err
	}
	within := b.within[num]
	if within == nil {
		within = &memberships{}
		b.within[num] = within
	}
	out.Unchanged = slices.Concat(owners.unchanged(within.owners), members.unchanged(within.members))
	out.Missing = slices.Concat(owners.missing, members.missing)
	nextOwners, nextMembers := owners.apply(within.owners), members.apply(within.members)
	if !slices.Equal(nextOwners, within.owners) || !slices.Equal(nextMembers, within.members) {
		within.owners, within.members, within.dirty = nextOwners, nextMembers, true
	}
	if len(out.Missing) > 0 {
		more := ""
		if len(out.Missing) > 1 {
			more = fmt.Sprintf(" nor %d others", len(out.Missing)-1)
		}
		return fmt.Errorf("user %s%s: %w", out.Missing[0].UserID, more, hosted.ErrNotFound)
	}
	return nil
}

// change is what an effect does to the users in one relation to a group.
type change struct {
	add, remove []int64
	added       []hosted.Membership // those of add
	removed     []hosted.Membership // those to remove, of users who are there or not
	gone        []hosted.Membership // those of them whose users are not there
	missing     []hosted.Membership // to add, of users that are not there
}

// unchanged returns what a set has already, or has not, as the change wants it.
func (c change) unchanged(set []int64) []hosted.Membership {
	so := slices.Clone(c.gone)
	for i, num := range c.add {
		if _, in := slices.BinarySearch(set, num); in {
			so = append(so, c.added[i])
		}
	}
	for i, num := range c.remove {
		if _, in := slices.BinarySearch(set, num); !in {
			so = append(so, c.removed[i])
		}
	}
	return so
}

func (b *batch) changes(effect hosted.Effect) (owners, members change, err error) {
	of := map[hosted.Relation]*change{hosted.Owner: &owners, hosted.Member: &members}
	for _, one := range effect.Add {
		change := of[one.Relation]
		if change == nil {
			return owners, members, fmt.Errorf("relation %q: %w", one.Relation, hosted.ErrInvalid)
		}
		if num := b.users.id.get(one.UserID); num != 0 {
			change.add, change.added = append(change.add, num), append(change.added, one)
		} else {
			change.missing = append(change.missing, one)
		}
	}
	for _, one := range effect.Remove {
		change := of[one.Relation]
		if change == nil {
			return owners, members, fmt.Errorf("relation %q: %w", one.Relation, hosted.ErrInvalid)
		}
		if num := b.users.id.get(one.UserID); num != 0 {
			change.remove, change.removed = append(change.remove, num), append(change.removed, one)
		} else {
			change.gone = append(change.gone, one)
		}
	}
	return owners, members, nil
}

// apply returns the set with the change made to it, and leaves set as it is.
func (c change) apply(set []int64) []int64 {
	if len(c.add) > 0 {
		set = distinct(slices.Concat(set, c.add))
	}
	if len(c.remove) == 0 {
		return set
	}
	removed := distinct(c.remove)
	return slices.DeleteFunc(slices.Clone(set), func(num int64) bool {
		_, found := slices.BinarySearch(removed, num)
		return found
	})
}

// writtenMemberships returns what the batch writes to directory_membership.
// Groups that nobody belongs to have no row there.
func (b *batch) writtenMemberships() written {
	w := written{table: "directory_membership", key: "group_num", columns: []string{"group_num", "owners", "members"}}
	for _, num := range slices.Sorted(maps.Keys(b.within)) {
		within := b.within[num]
		if !within.dirty {
			continue
		}
		if within.stored {
			w.old = append(w.old, num)
		}
		if !within.empty() {
			w.values = append(w.values, num, pack(within.owners), pack(within.members))
		}
	}
	return w
}

func (m *memberships) empty() bool { return len(m.owners)+len(m.members) == 0 }
