package tables

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// nesting is what a change does to the groups that are members of a group. People
// alone nest groups: runs know nothing of it, and the version stays.
type nesting struct{ add, remove []string }

// denest takes out of an effect the memberships that are those of groups. Other IDs
// are those of users, also where nobody has them.
func denest(ctx context.Context, tx store.Tx, effect hosted.Effect) (hosted.Effect, nesting, error) {
	var n nesting
	if effect.Kind != hosted.ChangeMembers {
		return effect, n, nil
	}
	ids := make([]string, 0, len(effect.Add)+len(effect.Remove))
	for _, one := range effect.Add {
		ids = append(ids, one.UserID)
	}
	for _, one := range effect.Remove {
		ids = append(ids, one.UserID)
	}
	groups := map[string]bool{}
	err := inChunks(ctx, tx, "SELECT id FROM directory_group WHERE id IN ", distinct(ids), func(row store.Row) error {
		var id string
		err := row.Scan(&id)
		groups[id] = true
		return err
	})
	if err != nil || len(groups) == 0 {
		return effect, n, err
	}
	if effect.Add, n.add, err = withoutGroups(effect.Add, groups); err != nil {
		return effect, n, err
	}
	effect.Remove, n.remove, err = withoutGroups(effect.Remove, groups)
	return effect, n, err
}

func withoutGroups(all []hosted.Membership, groups map[string]bool) (users []hosted.Membership, ids []string, err error) {
	for _, one := range all {
		switch {
		case !groups[one.UserID]:
			users = append(users, one)
		case one.Relation != hosted.Member:
			return nil, nil, fmt.Errorf("the object %s is a group, and groups own no groups: %w", one.UserID, hosted.ErrInvalid)
		default:
			ids = append(ids, one.UserID)
		}
	}
	return users, ids, nil
}

func (n nesting) empty() bool { return len(n.add)+len(n.remove) == 0 }

// apply nests groups in the group with the ID, which the batch may create, or takes
// them out.
func (n nesting) apply(ctx context.Context, tx store.Tx, b *batch, id string) error {
	outer := b.groups.id.get(id)
	if outer == 0 {
		return fmt.Errorf("group %s: %w", id, hosted.ErrNotFound)
	}
	for _, member := range n.add {
		if err := nest(ctx, tx, b, outer, id, member); err != nil {
			return err
		}
	}
	for _, member := range n.remove {
		num, _, err := groupIn(ctx, tx, b, member)
		if err != nil {
			return err
		}
		removed, err := tx.Exec(ctx, "DELETE FROM directory_subgroup WHERE group_num = $1 AND member_num = $2", outer, num)
		if err == nil && removed == 0 {
			err = fmt.Errorf("group %s as member: %w", member, hosted.ErrNotFound)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nest adds a group to another one. Only security groups nest (Graph: group types).
func nest(ctx context.Context, tx store.Tx, b *batch, outer int64, id, member string) error {
	_, group, err := groupIn(ctx, tx, b, id)
	if err != nil {
		return err
	}
	num, inner, err := groupIn(ctx, tx, b, member)
	switch {
	case err != nil:
		return err
	case num == outer:
		return fmt.Errorf("the group %s would be a member of itself: %w", id, hosted.ErrInvalid)
	case group.Unified():
		return fmt.Errorf("the object %s is a group, and a group of type Unified has none as members: %w", member, hosted.ErrInvalid)
	case inner.Unified():
		return fmt.Errorf("the group %s is of type Unified, and such a group is no member of another one: %w", member, hosted.ErrInvalid)
	}
	added, err := tx.Exec(ctx, "INSERT INTO directory_subgroup (group_num, member_num) VALUES ($1, $2) ON CONFLICT DO NOTHING", outer, num)
	if err == nil && added == 0 {
		err = &hosted.BelongsError{Membership: hosted.Membership{Relation: hosted.Member, UserID: member}}
	}
	return err
}

// groupIn returns a group as the batch leaves it.
func groupIn(ctx context.Context, tx store.Tx, b *batch, id string) (int64, hosted.Group, error) {
	if num, row := b.groups.present(id); row != nil {
		return num, row.value, nil
	}
	num, group, err := scanGroup(tx.QueryRow(ctx, "SELECT "+groupColumns+" FROM directory_group WHERE id = $1", id))
	if errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("group %s: %w", id, hosted.ErrNotFound)
	}
	return num, group, err
}
