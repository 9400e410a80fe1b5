package tables

import (
	"fmt"
	"maps"

	"rollbook/internal/hosted"
)

func (b *batch) createUser(effect hosted.Effect, out *hosted.Outcome) (string, error) {
	if effect.User == nil || effect.Anchor == "" || effect.User.UserPrincipalName == "" {
		return "", fmt.Errorf("create user %s without anchor or userPrincipalName: %w", effect.Anchor, hosted.ErrInvalid)
	}
	if num := b.users.anchor.get(effect.Anchor); num != 0 {
		row := b.users.rows[num]
		return row.value.ID, b.setUser(num, row, effect, out)
	}
	user := *effect.User
	user.Anchor = effect.Anchor
	id, err := b.addUser(user)
	out.Made = err == nil
	return id, err
}

func (b *batch) addUser(user hosted.User) (string, error) {
	user.Attributes = maps.Clone(user.Attributes)
	if b.users.name.get(fold(user.UserPrincipalName)) != 0 {
		return "", nameTaken(user.UserPrincipalName)
	}
	user.ID = b.newID()
	num := b.state.nextUser
	b.state.nextUser++
	b.users.rows[num] = &row[hosted.User]{value: user, dirty: true}
	b.moveUser(num, hosted.User{}, user)
	return user.ID, nil
}

func nameTaken(name string) error {
	return &hosted.TakenError{Property: hosted.PropertyUserPrincipalName, Value: name}
}

func anchorTaken(anchor string) error {
	return &hosted.TakenError{Property: hosted.PropertyAnchor, Value: anchor}
}

// moveUser makes the user findable as it is after, and not as it was before.
func (b *batch) moveUser(num int64, before, after hosted.User) {
	b.users.id.move(before.ID, after.ID, num)
	b.users.anchor.move(before.Anchor, after.Anchor, num)
	b.users.name.move(fold(before.UserPrincipalName), fold(after.UserPrincipalName), num)
}

func (b *batch) updateUser(effect hosted.Effect, out *hosted.Outcome) error {
	num, row := b.users.present(effect.ID)
	if row == nil {
		return fmt.Errorf("user %s: %w", effect.ID, hosted.ErrNotFound)
	}
	return b.setUser(num, row, effect, out)
}

// setUser writes what an effect sets to a user that is there.
func (b *batch) setUser(num int64, row *row[hosted.User], effect hosted.Effect, out *hosted.Outcome) error {
	before := row.value
	out.WasUser = &before
	user, err := row.value.With(effect.Set)
	if err != nil {
		return err
	}
	if other := b.users.name.get(fold(user.UserPrincipalName)); other != num && other != 0 {
		return nameTaken(user.UserPrincipalName)
	}
	if other := b.users.anchor.get(user.Anchor); user.Anchor != "" && other != num && other != 0 {
		return anchorTaken(user.Anchor)
	}
	if row.value.Same(user) {
		return nil
	}
	b.moveUser(num, row.value, user)
	row.value, row.dirty = user, true
	return nil
}

// deleteUser leaves the user's num where it is packed with others: it is never
// used again, and who reads memberships drops it.
func (b *batch) deleteUser(id string) {
	num, row := b.users.present(id)
	if row == nil {
		return
	}
	b.moveUser(num, row.value, hosted.User{})
	row.dirty, row.deleted = true, true
}
