package tables

import (
	"fmt"
	"maps"

	"rollbook/internal/hosted"
)

func (b *batch) createGroup(effect hosted.Effect, out *hosted.Outcome) (string, error) {
	if effect.Group == nil || effect.Anchor == "" {
		return "", fmt.Errorf("create group %s without anchor or content: %w", effect.Anchor, hosted.ErrInvalid)
	}
	if num := b.groups.anchor.get(effect.Anchor); num != 0 {
		row := b.groups.rows[num]
		b.groups.id.move("", row.value.ID, num) // for who is to be in it
		return row.value.ID, b.setGroup(num, row, effect, out)
	}
	out.Made = true
	group := *effect.Group
	group.Anchor = effect.Anchor
	return b.addGroup(group), nil
}

func (b *batch) addGroup(group hosted.Group) string {
	group.Attributes = maps.Clone(group.Attributes)
	group.ID = b.newID()
	num := b.state.nextGroup
	b.state.nextGroup++
	b.groups.rows[num] = &row[hosted.Group]{value: group, dirty: true}
	b.moveGroup(num, hosted.Group{}, group)
	return group.ID
}

// moveGroup makes the group findable as it is after, and not as it was before.
func (b *batch) moveGroup(num int64, before, after hosted.Group) {
	b.groups.id.move(before.ID, after.ID, num)
	b.groups.anchor.move(before.Anchor, after.Anchor, num)
}

func (b *batch) updateGroup(effect hosted.Effect, out *hosted.Outcome) error {
	num, row := b.groups.present(effect.ID)
	if row == nil {
		return fmt.Errorf("group %s: %w", effect.ID, hosted.ErrNotFound)
	}
	return b.setGroup(num, row, effect, out)
}

// setGroup writes what an effect sets to a group that is there.
func (b *batch) setGroup(num int64, row *row[hosted.Group], effect hosted.Effect, out *hosted.Outcome) error {
	before := row.value
	out.WasGroup = &before
	group, err := row.value.With(effect.Set)
	if err != nil {
		return err
	}
	if other := b.groups.anchor.get(group.Anchor); group.Anchor != "" && other != num && other != 0 {
		return anchorTaken(group.Anchor)
	}
	if row.value.Same(group) {
		return nil
	}
	b.moveGroup(num, row.value, group)
	row.value, row.dirty = group, true
	return nil
}

func (b *batch) deleteGroup(id string) {
	num, row := b.groups.present(id)
	if row == nil {
		return
	}
	b.moveGroup(num, row.value, hosted.Group{})
	row.dirty, row.deleted = true, true
	b.within[num] = &memberships{stored: true, dirty: true}
}
