package embedded

import (
	"fmt"
	"maps"

	"rollbook/internal/directory"
)

func (b *batch) createUser(effect directory.Effect) (string, error) {
	if effect.User == nil || effect.Anchor == "" || effect.User.UserPrincipalName == "" {
		return "", fmt.Errorf("create user %s without anchor or userPrincipalName: %w", effect.Anchor, directory.ErrInvalid)
	}
	if num := b.users.anchor.get(effect.Anchor); num != 0 {
		return b.users.rows[num].value.ID, nil
	}
	user := *effect.User
	user.Anchor = effect.Anchor
	return b.addUser(user)
}

func (b *batch) addUser(user directory.User) (string, error) {
	user.Attributes = maps.Clone(user.Attributes)
	if b.users.name.get(fold(user.UserPrincipalName)) != 0 {
		return "", nameTaken(user.UserPrincipalName)
	}
	user.ID = b.newID()
	num := b.state.nextUser
	b.state.nextUser++
	b.users.rows[num] = &row[directory.User]{value: user, dirty: true}
	b.moveUser(num, directory.User{}, user)
	return user.ID, nil
}

func nameTaken(name string) error {
	return &directory.TakenError{Property: directory.PropertyUserPrincipalName, Value: name}
}

func anchorTaken(anchor string) error {
	return &directory.TakenError{Property: directory.PropertyAnchor, Value: anchor}
}

// moveUser makes the user findable as it is after, and not as it was before.
func (b *batch) moveUser(num int64, before, after directory.User) {
	b.users.id.move(before.ID, after.ID, num)
	b.users.anchor.move(before.Anchor, after.Anchor, num)
	b.users.name.move(fold(before.UserPrincipalName), fold(after.UserPrincipalName), num)
}

func (b *batch) updateUser(effect directory.Effect) error {
	num, row := b.users.present(effect.ID)
	if row == nil {
		return fmt.Errorf("user %s: %w", effect.ID, directory.ErrNotFound)
	}
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
	b.moveUser(num, row.value, directory.User{})
	row.dirty, row.deleted = true, true
}
