package embedded

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/store"
)

// batch is one Apply: the effects change rows in memory, one after the other,
// settle works out what came of it, and flush writes that.
type batch struct {
	base     int64 // the version that it changes
	state    state // before, and once it is settled after
	newID    func() string
	now      time.Time
	users    table[directory.User]
	groups   table[directory.Group]
	within   map[int64]*memberships // by the num of the group
	outcomes []directory.Outcome
	written  []written // once it is settled
	logged   []any     // the row of what it changed
	outdated bool      // guarded by the line that it stood in
}

func newBatch(newID func() string, now time.Time, size int) *batch {
	return &batch{
		newID: newID, now: now,
		users: table[directory.User]{
			sql: "directory_user", columns: userColumns, scan: scanUser, append: appendUser,
			rows: make(map[int64]*row[directory.User]),
		},
		groups: table[directory.Group]{
			sql: "directory_group", columns: groupColumns, scan: scanGroup, append: appendGroup,
			rows: make(map[int64]*row[directory.Group]),
		},
		within:   make(map[int64]*memberships),
		outcomes: make([]directory.Outcome, size),
	}
}

func splitColumns(columns string) []string { return strings.Split(columns, ", ") }

// find looks up in the tables what the effects name.
func (b *batch) find(ctx context.Context, tx store.Tx, hash hasher, effects []directory.Effect) (err error) {
	var users, groups wanted
	for _, effect := range effects {
		users.user(effect)
		groups.group(effect)
	}
	if b.users.lookups, err = users.find(ctx, tx, hash, "directory_user", "upn_folded"); err != nil {
		return err
	}
	b.groups.lookups, err = groups.find(ctx, tx, hash, "directory_group", "id")
	return err
}

// user adds what an effect names of users.
func (w *wanted) user(effect directory.Effect) {
	switch effect.Kind {
	case directory.CreateUser:
		w.anchor = append(w.anchor, effect.Anchor)
		if effect.User != nil {
			w.name = append(w.name, fold(effect.User.UserPrincipalName))
		}
	case directory.UpdateUser:
		w.id = append(w.id, effect.ID)
		w.anchor = appendValue(w.anchor, effect.Set[directory.PropertyAnchor])
		if name := effect.Set[directory.PropertyUserPrincipalName]; name != nil {
			w.name = append(w.name, fold(*name))
		}
	case directory.DeleteUser:
		w.id = append(w.id, effect.ID)
	case directory.ChangeMembers:
		for _, change := range effect.Add {
			w.id = append(w.id, change.UserID)
		}
		for _, change := range effect.Remove {
			w.id = append(w.id, change.UserID)
		}
	}
}

// group adds what an effect names of groups.
func (w *wanted) group(effect directory.Effect) {
	switch effect.Kind {
	case directory.CreateGroup:
		w.anchor = append(w.anchor, effect.Anchor)
	case directory.UpdateGroup:
		w.id = append(w.id, effect.ID)
		w.anchor = appendValue(w.anchor, effect.Set[directory.PropertyAnchor])
	case directory.DeleteGroup, directory.ChangeMembers:
		w.id = append(w.id, effect.ID)
	}
}

func appendValue(values []string, value *string) []string {
	if value == nil {
		return values
	}
	return append(values, *value)
}

// load reads the rows that the effects change, or of which they need the ID, as
// the batches before leave them that are not written.
func (b *batch) load(ctx context.Context, tx store.Tx, effects []directory.Effect, before ...*batch) error {
	var users, groups, within []int64
	for _, effect := range effects {
		switch effect.Kind {
		case directory.CreateUser:
			users = appendNum(users, b.users.anchor.get(effect.Anchor))
		case directory.UpdateUser, directory.DeleteUser:
			users = appendNum(users, b.users.id.get(effect.ID))
		case directory.CreateGroup:
			groups = appendNum(groups, b.groups.anchor.get(effect.Anchor))
		case directory.UpdateGroup, directory.DeleteGroup:
			groups = appendNum(groups, b.groups.id.get(effect.ID))
		case directory.ChangeMembers:
			within = appendNum(within, b.groups.id.get(effect.ID))
		}
	}
	for _, before := range slices.Backward(before) {
		users = b.users.inherit(&before.users, users)
		groups = b.groups.inherit(&before.groups, groups)
		within = b.inheritMemberships(before, within)
	}
	if err := b.users.load(ctx, tx, users); err != nil {
		return err
	}
	if err := b.groups.load(ctx, tx, groups); err != nil {
		return err
	}
	return b.loadMemberships(ctx, tx, within)
}

func appendNum(nums []int64, num int64) []int64 {
	if num == 0 {
		return nums
	}
	return append(nums, num)
}

func (b *batch) tryAll(effects []directory.Effect) error {
	for i, effect := range effects {
		b.outcomes[i].ID, b.outcomes[i].Err = b.try(effect)
	}
	return b.settle()
}

func (b *batch) try(effect directory.Effect) (string, error) {
	switch effect.Kind {
	case directory.CreateUser:
		return b.createUser(effect)
	case directory.UpdateUser:
		return effect.ID, b.updateUser(effect)
	case directory.CreateGroup:
		return b.createGroup(effect)
	case directory.UpdateGroup:
		return effect.ID, b.updateGroup(effect)
	case directory.ChangeMembers:
		return effect.ID, b.changeMembers(effect)
	case directory.DeleteGroup:
		b.deleteGroup(effect.ID)
		return effect.ID, nil
	case directory.DeleteUser:
		b.deleteUser(effect.ID)
		return effect.ID, nil
	}
	return "", fmt.Errorf("effect of kind %d: %w", effect.Kind, directory.ErrInvalid)
}

// settle works out what is to be written, once all effects were tried, and the
// version that the directory has then.
func (b *batch) settle() error {
	users, err := b.users.written()
	if err != nil {
		return err
	}
	groups, err := b.groups.written()
	if err != nil {
		return err
	}
	b.written = slices.DeleteFunc([]written{users, groups, b.writtenMemberships()}, written.empty)
	if len(b.written) == 0 {
		return nil
	}
	b.state.version++
	b.logged, err = b.record().row()
	return err
}

// flush writes what was worked out.
func (b *batch) flush(ctx context.Context, tx store.Tx) error {
	if len(b.written) == 0 {
		return nil
	}
	for _, w := range b.written {
		if err := w.flush(ctx, tx); err != nil {
			return err
		}
	}
	if err := logChange(ctx, tx, b.logged, b.now); err != nil {
		return err
	}
	return b.state.write(ctx, tx)
}
