package tables

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// maxMoves is how many members a page of changes names. A group with more goes
// on on the next one.
const maxMoves = 5000

// DeltaGroups returns a page of the groups that changed, as DeltaUsers does of
// accounts.
func (d *Directory) DeltaGroups(ctx context.Context, q hosted.DeltaQuery) (hosted.Delta[hosted.GroupChange], error) {
	var page hosted.Delta[hosted.GroupChange]
	l := groupList()
	if q.Classes {
		l.within = classColumn
	}
	err := d.readDelta(ctx, q, func(tx store.Tx, at position) error {
		groups, w, err := deltaOf(ctx, tx, l, q, at, func() (window, error) { return d.changedGroups(ctx, tx, q, at) })
		if err != nil {
			return err
		}
		if q.Classes {
			groups.found = slices.DeleteFunc(groups.found, func(one numbered[hosted.Group]) bool {
				_, _, class := one.value.Class()
				return !class
			})
			for num, was := range w.deleted {
				if !was.Class {
					delete(w.deleted, num)
				}
			}
		}
		page, err = pageOfGroups(ctx, tx, q, at, groups, w)
		return err
	})
	if err != nil {
		return page, fmt.Errorf("changes of groups: %w", err)
	}
	return page, nil
}

// changedGroups returns what changed of groups. Where members are asked for, a
// group changed too when one of them was deleted.
func (d *Directory) changedGroups(ctx context.Context, tx store.Tx, q hosted.DeltaQuery, at position) (window, error) {
	w, err := readWindow(ctx, tx, at, func(c changed) ([]int64, []deleted) {
		if q.Members {
			return slices.Concat(c.groups, c.rosters), c.Groups
		}
		return c.groups, c.Groups
	})
	if err != nil || !q.Members || len(w.users) == 0 {
		return w, err
	}
	return w, d.reversed(ctx, tx, func(r *reverse) {
		r.withAny(w.users, func(group int64) { w.nums[group] = true })
	})
}

func pageOfGroups(ctx context.Context, tx store.Tx, q hosted.DeltaQuery, at position, groups stretch[hosted.Group], w window) (hosted.Delta[hosted.GroupChange], error) {
	page := hosted.Delta[hosted.GroupChange]{Deleted: w.gone(groups)}
	left, began := maxMoves, at
	for _, one := range groups.found {
		after := int64(0)
		if at.Full && one.value.ID == began.After || !at.Full && one.num == began.AfterNo {
			after = began.Within
		}
		at.After, at.AfterNo = one.value.ID, one.num
		change := hosted.GroupChange{Group: one.value}
		if q.Members {
			more, err := moves(ctx, tx, w, at.Full, one.num, after, left, &change)
			if err != nil {
				return page, err
			}
			left -= len(change.Came) + len(change.Went)
			if more != 0 {
				page.Changed = append(page.Changed, change)
				at.Within = more
				page.Next = at.token()
				return page, nil
			}
		}
		page.Changed = append(page.Changed, change)
	}
	page.Next, page.Done = groups.ending(at)
	return page, nil
}

// moves fills in who came to a group and went, at most so many after a member,
// and returns the one that it got to; 0 for all.
func moves(ctx context.Context, tx store.Tx, w window, full bool, group, after int64, limit int, to *hosted.GroupChange) (int64, error) {
	moved := w.moves[group]
	if !full && moved == nil && len(w.users) == 0 {
		return 0, nil
	}
	var packed []byte
	err := tx.QueryRow(ctx, "SELECT members FROM directory_group LEFT JOIN directory_membership ON group_num = num WHERE num = $1", group).Scan(&packed)
	if err != nil {
		return 0, err
	}
	present, err := unpack(packed)
	if err != nil {
		return 0, err
	}
	who := w.movedIn(moved, present, full)
	from, found := slices.BinarySearch(who, after)
	if found {
		from++
	}
	who = who[from:]
	more := int64(0)
	if len(who) > limit {
		// At least one each time, so that it goes on.
		who = who[:max(1, limit)]
		more = who[len(who)-1]
	}
	return more, nameMoves(ctx, tx, w, who, present, to)
}

// movedIn returns who may have come to a group or gone, of which the members are
// present: those who were deleted still are.
func (w window) movedIn(moved *moved, present []int64, full bool) []int64 {
	if full {
		return present
	}
	var who []int64
	if moved != nil {
		who = slices.Collect(maps.Keys(moved.who))
	}
	for _, user := range present {
		if moved != nil && moved.all || w.users[user] != "" {
			who = append(who, user)
		}
	}
	return distinct(who)
}

func nameMoves(ctx context.Context, tx store.Tx, w window, who, present []int64, to *hosted.GroupChange) error {
	ids := make(map[int64]string, len(who))
	err := inChunks(ctx, tx, "SELECT num, id FROM directory_user WHERE num IN ", who, func(row store.Row) error {
		var num int64
		var id string
		err := row.Scan(&num, &id)
		ids[num] = id
		return err
	})
	for _, user := range who {
		id, there := ids[user]
		_, in := slices.BinarySearch(present, user)
		switch {
		case there && in:
			to.Came = append(to.Came, id)
		case there:
			to.Went = append(to.Went, id)
		case w.users[user] != "":
			to.Went = append(to.Went, w.users[user])
		}
	}
	return err
}
