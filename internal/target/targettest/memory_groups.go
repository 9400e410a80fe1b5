package targettest

import (
	"fmt"
	"maps"
	"slices"

	"rollbook/internal/directory"
)

func (m *Memory) createGroup(effect directory.Effect) (string, error) {
	if effect.Group == nil || effect.Anchor == "" {
		return "", fmt.Errorf("create group: %w", directory.ErrInvalid)
	}
	for id, group := range m.groups {
		if group.Anchor == effect.Anchor {
			return id, nil
		}
	}
	group := *effect.Group
	group.Attributes = maps.Clone(group.Attributes)
	group.Anchor = effect.Anchor
	group.ID = m.newID()
	m.groups[group.ID] = memoryGroup{Group: group, memberships: map[directory.Membership]bool{}}
	return group.ID, nil
}

func (m *Memory) updateGroup(effect directory.Effect) error {
	before, ok := m.groups[effect.ID]
	if !ok {
		return fmt.Errorf("group %s: %w", effect.ID, directory.ErrNotFound)
	}
	group := before
	var err error
	if group.Group, err = before.With(effect.Set); err != nil {
		return err
	}
	for id, other := range m.groups {
		if id != group.ID && group.Anchor != "" && other.Anchor == group.Anchor {
			return fmt.Errorf("group %s: %w", group.Anchor, directory.ErrConflict)
		}
	}
	if !before.Same(group.Group) {
		m.version++
		m.groups[group.ID] = group
	}
	return nil
}

func (m *Memory) deleteGroup(id string) error {
	if _, ok := m.groups[id]; ok {
		m.version++
		delete(m.groups, id)
	}
	return nil
}

// changeMembers adds, then removes.
func (m *Memory) changeMembers(effect directory.Effect) error {
	group, ok := m.groups[effect.ID]
	if !ok {
		return fmt.Errorf("group %s: %w", effect.ID, directory.ErrNotFound)
	}
	for _, change := range slices.Concat(effect.Add, effect.Remove) {
		if change.Relation != directory.Owner && change.Relation != directory.Member {
			return fmt.Errorf("relation %q: %w", change.Relation, directory.ErrInvalid)
		}
	}
	var missing error
	for _, add := range effect.Add {
		if _, ok := m.users[add.UserID]; !ok {
			missing = fmt.Errorf("user %s: %w", add.UserID, directory.ErrNotFound)
		} else if !group.memberships[add] {
			m.version++
			group.memberships[add] = true
		}
	}
	for _, remove := range effect.Remove {
		if group.memberships[remove] {
			m.version++
			delete(group.memberships, remove)
		}
	}
	return missing
}
