package tables

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// batch is one Apply: the effects change rows in memory, one after the other,
// settle works out what came of it, and flush writes that.
type batch struct {
	state    state // before, and once it is settled after
	newID    func() string
	now      time.Time
	users    table[hosted.User]
	groups   table[hosted.Group]
	within   map[int64]*memberships // by the num of the group
	outcomes []hosted.Outcome
	written  []written // once it is settled
	logged   []any     // the row of what it changed
	own      bool      // it is what Rollbook does, and not what a person asks for
}

func newBatch(newID func() string, now time.Time, size int) *batch {
	return &batch{
		newID: newID, now: now,
		users: table[hosted.User]{
			sql: "directory_user", columns: userColumns, scan: scanUser, append: appendUser,
			rows: make(map[int64]*row[hosted.User]),
		},
		groups: table[hosted.Group]{
			sql: "directory_group", columns: groupColumns, scan: scanGroup, append: appendGroup,
			rows: make(map[int64]*row[hosted.Group]),
		},
		within:   make(map[int64]*memberships),
		outcomes: make([]hosted.Outcome, size),
	}
}

func splitColumns(columns string) []string { return strings.Split(columns, ", ") }

// find looks up in the tables what the effects name.
func (b *batch) find(ctx context.Context, tx store.Tx, hash hasher, effects []hosted.Effect) (err error) {
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
func (w *wanted) user(effect hosted.Effect) {
	switch effect.Kind {
	case hosted.CreateUser:
		w.anchor = append(w.anchor, effect.Anchor)
		if effect.User != nil {
			w.name = append(w.name, fold(effect.User.UserPrincipalName))
		}
	case hosted.UpdateUser:
		w.id = append(w.id, effect.ID)
		w.anchor = appendValue(w.anchor, effect.Set[hosted.PropertyAnchor])
		if name := effect.Set[hosted.PropertyUserPrincipalName]; name != nil {
			w.name = append(w.name, fold(*name))
		}
	case hosted.DeleteUser:
		w.id = append(w.id, effect.ID)
	case hosted.ChangeMembers:
		for _, change := range effect.Add {
			w.id = append(w.id, change.UserID)
		}
		for _, change := range effect.Remove {
			w.id = append(w.id, change.UserID)
		}
	default: // the others touch no user
	}
}

// group adds what an effect names of groups.
func (w *wanted) group(effect hosted.Effect) {
	switch effect.Kind {
	case hosted.CreateGroup:
		w.anchor = append(w.anchor, effect.Anchor)
	case hosted.UpdateGroup:
		w.id = append(w.id, effect.ID)
		w.anchor = appendValue(w.anchor, effect.Set[hosted.PropertyAnchor])
	case hosted.DeleteGroup, hosted.ChangeMembers:
		w.id = append(w.id, effect.ID)
	default: // the others touch no group
	}
}

func appendValue(values []string, value *string) []string {
	if value == nil {
		return values
	}
	return append(values, *value)
}

// load reads the rows that the effects change, or of which they need the ID.
func (b *batch) load(ctx context.Context, tx store.Tx, effects []hosted.Effect) error {
	var users, groups, within []int64
	for _, effect := range effects {
		switch effect.Kind {
		case hosted.CreateUser:
			users = appendNum(users, b.users.anchor.get(effect.Anchor))
		case hosted.UpdateUser, hosted.DeleteUser:
			users = appendNum(users, b.users.id.get(effect.ID))
		case hosted.CreateGroup:
			groups = appendNum(groups, b.groups.anchor.get(effect.Anchor))
			within = appendNum(within, b.groups.anchor.get(effect.Anchor))
		case hosted.UpdateGroup, hosted.DeleteGroup:
			groups = appendNum(groups, b.groups.id.get(effect.ID))
		case hosted.ChangeMembers:
			within = appendNum(within, b.groups.id.get(effect.ID))
		}
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

func (b *batch) tryAll(effects []hosted.Effect) error {
	created := ""
	for i, effect := range effects {
		if effect.ID == "" {
			effect.ID = created
		}
		out := &b.outcomes[i]
		out.ID, out.Err = b.try(effect, out)
		if effect.Kind == hosted.CreateGroup {
			created = out.ID
		}
	}
	return b.settle()
}

func (b *batch) try(effect hosted.Effect, out *hosted.Outcome) (string, error) {
	switch effect.Kind {
	case hosted.CreateUser:
		return b.createUser(effect, out)
	case hosted.UpdateUser:
		return effect.ID, b.updateUser(effect, out)
	case hosted.CreateGroup:
		return b.createGroup(effect, out)
	case hosted.UpdateGroup:
		return effect.ID, b.updateGroup(effect, out)
	case hosted.ChangeMembers:
		return effect.ID, b.changeMembers(effect, out)
	case hosted.DeleteGroup:
		b.deleteGroup(effect.ID)
		return effect.ID, nil
	case hosted.DeleteUser:
		b.deleteUser(effect.ID)
		return effect.ID, nil
	}
	return "", fmt.Errorf("effect of kind %d: %w", effect.Kind, hosted.ErrInvalid)
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
	if err := logChange(ctx, tx, b.logged, b.own, b.now); err != nil {
		return err
	}
	return b.state.write(ctx, tx)
}
