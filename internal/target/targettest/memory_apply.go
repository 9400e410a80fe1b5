package targettest

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"rollbook/internal/directory"
)

// Apply implements directory.Target.
func (m *Memory) Apply(ctx context.Context, _ string, effects []directory.Effect) ([]directory.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	outcomes := make([]directory.Outcome, len(effects))
	for i, effect := range effects {
		outcomes[i].ID, outcomes[i].Err = m.apply(effect)
	}
	return outcomes, nil
}

func (m *Memory) apply(effect directory.Effect) (string, error) {
	switch effect.Kind {
	case directory.CreateUser:
		return m.createUser(effect)
	case directory.UpdateUser:
		return effect.ID, m.updateUser(effect)
	case directory.CreateGroup:
		return m.createGroup(effect)
	case directory.UpdateGroup:
		return effect.ID, m.updateGroup(effect)
	case directory.ChangeMembers:
		return effect.ID, m.changeMembers(effect)
	case directory.DeleteGroup:
		return effect.ID, m.deleteGroup(effect.ID)
	case directory.DeleteUser:
		return effect.ID, m.deleteUser(effect.ID)
	}
	return "", fmt.Errorf("%s: %w", effect.Kind, directory.ErrInvalid)
}

func (m *Memory) newID() string {
	m.version++
	m.lastID++
	return "memory-" + strconv.Itoa(m.lastID)
}

func (m *Memory) createUser(effect directory.Effect) (string, error) {
	if effect.User == nil || effect.Anchor == "" || effect.User.UserPrincipalName == "" {
		return "", fmt.Errorf("create user: %w", directory.ErrInvalid)
	}
	for id, user := range m.users {
		if user.Anchor == effect.Anchor {
			return id, nil
		}
	}
	user := copyUser(*effect.User)
	user.Anchor = effect.Anchor
	if err := m.checkUser(user); err != nil {
		return "", err
	}
	user.ID = m.newID()
	m.users[user.ID] = user
	return user.ID, nil
}

// checkUser looks for another account with the anchor or the name of this one.
func (m *Memory) checkUser(user directory.User) error {
	for id, other := range m.users {
		if id == user.ID {
			continue
		}
		if strings.EqualFold(other.UserPrincipalName, user.UserPrincipalName) {
			return fmt.Errorf("user %s: %w", user.UserPrincipalName, directory.ErrConflict)
		}
		if user.Anchor != "" && other.Anchor == user.Anchor {
			return fmt.Errorf("user %s: %w", user.Anchor, directory.ErrConflict)
		}
	}
	return nil
}

func (m *Memory) updateUser(effect directory.Effect) error {
	before, ok := m.users[effect.ID]
	if !ok {
		return fmt.Errorf("user %s: %w", effect.ID, directory.ErrNotFound)
	}
	user, err := before.With(effect.Set)
	if err != nil {
		return err
	}
	if err := m.checkUser(user); err != nil {
		return err
	}
	if before.Same(user) {
		return nil
	}
	m.version++
	m.users[user.ID] = user
	return nil
}

func (m *Memory) deleteUser(id string) error {
	if _, ok := m.users[id]; !ok {
		return nil
	}
	m.version++
	delete(m.users, id)
	for _, group := range m.groups {
		maps.DeleteFunc(group.memberships, func(in directory.Membership, _ bool) bool { return in.UserID == id })
	}
	return nil
}
