package tables

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// DeltaUsers returns a page of the accounts that changed, or
// hosted.ErrForgotten where that cannot be told from the token on.
func (d *Directory) DeltaUsers(ctx context.Context, q hosted.DeltaQuery) (hosted.Delta[hosted.User], error) {
	var page hosted.Delta[hosted.User]
	err := d.readDelta(ctx, q, func(tx store.Tx, at position) error {
		users, changes, err := deltaOf(ctx, tx, userList(), q, at, func() (window, error) {
			return readWindow(ctx, tx, at, func(c changed) ([]int64, []deleted) { return c.users, c.Users })
		})
		if err != nil {
			return err
		}
		page.Deleted = changes.gone(users)
		for _, one := range users.found {
			page.Changed = append(page.Changed, one.value)
			at.After, at.AfterNo = one.value.ID, one.num
		}
		page.Next, page.Done = users.ending(at)
		return nil
	})
	if err != nil {
		return page, fmt.Errorf("changes of users: %w", err)
	}
	return page, nil
}

// readDelta calls fn with the position that a query goes on from.
func (d *Directory) readDelta(ctx context.Context, q hosted.DeltaQuery, fn func(store.Tx, position) error) error {
	if err := d.indexToRead(ctx); err != nil {
		return err
	}
	return d.db.Read(ctx, func(tx store.Tx) error {
		s, err := readState(ctx, tx)
		if err != nil {
			return err
		}
		at, err := positionOf(q.Token, s.version)
		if err != nil {
			return err
		}
		return fn(tx, at)
	})
}

// numbered is an object with its num.
type numbered[T any] struct {
	num   int64
	value T
}

// stretch is what one page reads.
type stretch[T any] struct {
	found []numbered[T]
	nums  []int64 // that were looked for, of changes
	more  bool
}

// ending returns the tokens that a page ends with; at is where it got to.
func (s stretch[T]) ending(at position) (next, done string) {
	if !s.more {
		return "", position{Since: max(at.UpTo, at.Since)}.token()
	}
	if !at.Full {
		at.After = ""
		at.AfterNo = s.nums[len(s.nums)-1]
	}
	at.Within = 0
	return at.token(), ""
}

// window is what changed from one version to another.
type window struct {
	nums    map[int64]bool
	deleted map[int64]deleted
	users   map[int64]string // IDs of users who were deleted
	moves   map[int64]*moved // by group
}

// moved are the members of a group who may have come or gone, or everybody.
type moved struct {
	who map[int64]bool
	all bool
}

// gone returns the IDs of what was looked for and is not there.
func (w window) gone(s interface{ missing() []int64 }) []string {
	var ids []string
	for _, num := range s.missing() {
		if was, ok := w.deleted[num]; ok {
			ids = append(ids, was.ID)
		}
	}
	return ids
}

func (s stretch[T]) missing() []int64 {
	there := make(map[int64]bool, len(s.found))
	for _, one := range s.found {
		there[one.num] = true
	}
	return slices.DeleteFunc(slices.Clone(s.nums), func(num int64) bool { return there[num] })
}

// deltaOf reads the objects of a page: of everything, or of those that changed.
func deltaOf[T any](ctx context.Context, tx store.Tx, l list[T], q hosted.DeltaQuery, at position,
	changes func() (window, error),
) (stretch[T], window, error) {
	size := top(hosted.Query{Top: q.Top})
	if at.Full {
		s, err := everything(ctx, tx, l, at, size)
		return s, window{}, err
	}
	w, err := changes()
	if err != nil {
		return stretch[T]{}, w, err
	}
	s := stretch[T]{nums: slices.Sorted(maps.Keys(w.nums))}
	from, found := slices.BinarySearch(s.nums, at.AfterNo)
	if found && at.Within == 0 {
		from++
	}
	s.nums = s.nums[from:]
	s.more = len(s.nums) > size
	s.nums = s.nums[:min(size, len(s.nums))]
	err = inChunks(ctx, tx, "SELECT "+l.columns+" FROM "+l.table+" WHERE num IN ", s.nums, func(row store.Row) error {
		num, value, err := l.scan(row)
		s.found = append(s.found, numbered[T]{num, value})
		return err
	})
	slices.SortFunc(s.found, func(a, b numbered[T]) int { return int(a.num - b.num) })
	return s, w, err
}

// everything reads what there is after a position.
func everything[T any](ctx context.Context, tx store.Tx, l list[T], at position, size int) (stretch[T], error) {
	after := "id > $1"
	if at.Within > 0 {
		after = "id >= $1"
	}
	if l.within != "" {
		after += " AND " + l.within
	}
	var s stretch[T]
	sql := "SELECT " + l.columns + " FROM " + l.table + " WHERE " + after + " ORDER BY id LIMIT $2"
	err := store.Each(ctx, tx, sql, []any{at.After, size + 1}, func(row store.Row) error {
		num, value, err := l.scan(row)
		s.found = append(s.found, numbered[T]{num, value})
		return err
	})
	s.more = len(s.found) > size
	s.found = s.found[:min(size, len(s.found))]
	return s, err
}

func readWindow(ctx context.Context, tx store.Tx, at position, of func(changed) ([]int64, []deleted)) (window, error) {
	w := window{nums: map[int64]bool{}, deleted: map[int64]deleted{}, users: map[int64]string{}, moves: map[int64]*moved{}}
	err := eachChange(ctx, tx, at.Since, at.UpTo, func(c changed) error {
		nums, gone := of(c)
		for _, num := range nums {
			w.nums[num] = true
		}
		for _, one := range gone {
			w.deleted[one.Num] = one
		}
		for _, one := range c.Users {
			w.users[one.Num] = one.ID
		}
		w.note(c)
		return nil
	})
	return w, err
}

// note takes in who came to groups and who went.
func (w window) note(c changed) {
	for _, group := range c.rosters {
		if w.moves[group] == nil {
			w.moves[group] = &moved{who: map[int64]bool{}}
		}
	}
	told := make(map[int64]bool, len(c.Moves))
	for _, move := range c.Moves {
		told[move.Group] = true
		for _, user := range slices.Concat(move.Came, move.Went) {
			w.moves[move.Group].who[user] = true
		}
	}
	for _, group := range c.rosters {
		if !told[group] {
			w.moves[group].all = true // it had nobody before
		}
	}
}
