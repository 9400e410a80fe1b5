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
	user.Attributes = maps.Clone(user.Attributes)
	user.Anchor = effect.Anchor
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
	return fmt.Errorf("userPrincipalName %s: %w", name, directory.ErrConflict)
}

func anchorTaken(anchor string) error {
	return fmt.Errorf("anchor %s: %w", anchor, directory.ErrConflict)
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
	user := row.value
	user.Attributes = maps.Clone(user.Attributes)
	for property, value := range effect.Set {
		if err := setUser(&user, property, value); err != nil {
			return err
		}
	}
	if other := b.users.name.get(fold(user.UserPrincipalName)); other != num && other != 0 {
		return nameTaken(user.UserPrincipalName)
	}
	if other := b.users.anchor.get(user.Anchor); user.Anchor != "" && other != num && other != 0 {
		return anchorTaken(user.Anchor)
	}
	if sameUser(row.value, user) {
		return nil
	}
	b.moveUser(num, row.value, user)
	row.value, row.dirty = user, true
	return nil
}

func sameUser(a, b directory.User) bool {
	return a.Anchor == b.Anchor && a.UserPrincipalName == b.UserPrincipalName && a.DisplayName == b.DisplayName &&
		a.GivenName == b.GivenName && a.Surname == b.Surname && a.Mail == b.Mail &&
		a.AccountEnabled == b.AccountEnabled && maps.Equal(a.Attributes, b.Attributes)
}

func setUser(user *directory.User, property string, value *string) error {
	text := textOf(value)
	switch property {
	case directory.PropertyAnchor:
		user.Anchor = text
	case directory.PropertyUserPrincipalName:
		if text == "" {
			return fmt.Errorf("no userPrincipalName: %w", directory.ErrInvalid)
		}
		user.UserPrincipalName = text
	case directory.PropertyDisplayName:
		user.DisplayName = text
	case directory.PropertyGivenName:
		user.GivenName = text
	case directory.PropertySurname:
		user.Surname = text
	case directory.PropertyMail:
		user.Mail = text
	case directory.PropertyAccountEnabled:
		return setBool(&user.AccountEnabled, property, text)
	default:
		setAttribute(&user.Attributes, property, value)
	}
	return nil
}

func textOf(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func setBool(target *bool, property, text string) error {
	if text != "true" && text != "false" {
		return fmt.Errorf("%s is %q, and must be true or false: %w", property, text, directory.ErrInvalid)
	}
	*target = text == "true"
	return nil
}

func setAttribute(attributes *map[string]string, name string, value *string) {
	if value == nil {
		delete(*attributes, name)
		return
	}
	if *attributes == nil {
		*attributes = make(map[string]string)
	}
	(*attributes)[name] = *value
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
