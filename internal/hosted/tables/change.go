package tables

import (
	"context"
	"fmt"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// Change does what a person asks for: all of the effects or, with an error,
// none. It returns the ID of the object that each wrote. Unlike Apply it takes
// nothing for done that was so before: adding who is in is
// a hosted.BelongsError, removing who is not in and deleting what is not there
// are hosted.ErrNotFound. A create needs no anchor, and the mailNickname of a
// group must be free. An effect on a group without ID is on the one that was
// created before it. A member may be a security group where the group is one.
func (d *Directory) Change(ctx context.Context, effects ...hosted.Effect) ([]string, error) {
	done, err := d.inTurn(ctx, effects, d.db.Write, d.change)
	if err != nil {
		return nil, fmt.Errorf("change directory: %w", err)
	}
	ids := make([]string, len(effects))
	for i, outcome := range done.outcomes {
		ids[i] = outcome.ID
	}
	return ids, nil
}

func (d *Directory) change(ctx context.Context, tx store.Tx, effects []hosted.Effect) (*batch, error) {
	effects, nestings := slices.Clone(effects), make([]nesting, len(effects))
	for i, effect := range effects {
		var err error
		if effects[i], nestings[i], err = denest(ctx, tx, effect); err != nil {
			return nil, err
		}
	}
	b, err := d.begin(ctx, tx, effects)
	if err != nil {
		return nil, err
	}
	created := ""
	for i, effect := range effects {
		if effect.ID == "" {
			effect.ID = created
		}
		if err := checkNickname(ctx, tx, effect); err != nil {
			return nil, err
		}
		if b.outcomes[i].ID, err = b.insist(effect, &b.outcomes[i]); err != nil {
			return nil, err
		}
		if effect.Kind == hosted.CreateGroup {
			created = b.outcomes[i].ID
		}
		if nestings[i].empty() {
			continue
		}
		if err := nestings[i].apply(ctx, tx, b, effect.ID); err != nil {
			return nil, err
		}
	}
	if err := b.settle(); err != nil {
		return nil, err
	}
	return b, b.flush(ctx, tx)
}

// insist is try, but fails where there is nothing to do.
func (b *batch) insist(effect hosted.Effect, out *hosted.Outcome) (string, error) {
	switch effect.Kind {
	case hosted.CreateUser:
		if b.users.anchor.get(effect.Anchor) != 0 {
			return "", anchorTaken(effect.Anchor)
		}
		user := *effect.User
		user.Anchor = effect.Anchor
		return b.addUser(user)
	case hosted.CreateGroup:
		if b.groups.anchor.get(effect.Anchor) != 0 {
			return "", anchorTaken(effect.Anchor)
		}
		group := *effect.Group
		group.Anchor = effect.Anchor
		return b.addGroup(group), nil
	case hosted.DeleteUser:
		if _, row := b.users.present(effect.ID); row == nil {
			return "", fmt.Errorf("user %s: %w", effect.ID, hosted.ErrNotFound)
		}
	case hosted.DeleteGroup:
		if _, row := b.groups.present(effect.ID); row == nil {
			return "", fmt.Errorf("group %s: %w", effect.ID, hosted.ErrNotFound)
		}
	case hosted.ChangeMembers:
		if err := b.checkMembers(effect); err != nil {
			return "", err
		}
	default: // the others change what they name and nothing beside it
	}
	return b.try(effect, out)
}

// checkMembers returns an error unless everybody to add is out of the group,
// and everybody to remove is in it.
func (b *batch) checkMembers(effect hosted.Effect) error {
	within := b.within[b.groups.id.get(effect.ID)]
	if within == nil {
		within = &memberships{}
	}
	holds := func(one hosted.Membership) bool {
		set := within.members
		if one.Relation == hosted.Owner {
			set = within.owners
		}
		_, found := slices.BinarySearch(set, b.users.id.get(one.UserID))
		return found
	}
	for i, one := range effect.Add {
		if holds(one) || slices.Contains(effect.Add[:i], one) {
			return &hosted.BelongsError{Membership: one}
		}
	}
	for _, one := range effect.Remove {
		if !holds(one) {
			return fmt.Errorf("user %s as %s: %w", one.UserID, one.Relation, hosted.ErrNotFound)
		}
	}
	return nil
}

// checkNickname returns an error where an effect gives a group the mailNickname
// of another one.
func checkNickname(ctx context.Context, tx store.Tx, effect hosted.Effect) error {
	var name string
	switch {
	case effect.Kind == hosted.CreateGroup:
		name = effect.Group.MailNickname
	case effect.Kind == hosted.UpdateGroup && effect.Set[hosted.PropertyMailNickname] != nil:
		name = *effect.Set[hosted.PropertyMailNickname]
	}
	if name == "" {
		return nil
	}
	var others int
	err := tx.QueryRow(ctx, "SELECT count(*) FROM directory_group WHERE nickname_folded = $1 AND id <> $2", fold(name), effect.ID).Scan(&others)
	if err == nil && others > 0 {
		err = &hosted.TakenError{Property: hosted.PropertyMailNickname, Value: name}
	}
	return err
}
