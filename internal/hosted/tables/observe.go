package tables

import (
	"context"
	"fmt"
	"strconv"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// Observer takes what somebody else than Rollbook changed.
type Observer interface {
	User(u hosted.User) error
	Group(g hosted.GroupContent) error
	DeletedUser(id string) error
	DeletedGroup(id string) error
}

// Observe tells of everything there is, or of what changed since a version, but
// for what Apply did. It returns the version that it has told of, and
// hosted.ErrForgotten where it cannot be told what changed since.
func (d *Directory) Observe(ctx context.Context, since string, to Observer) (version string, err error) {
	err = d.db.Read(ctx, func(tx store.Tx) error {
		s, err := readState(ctx, tx)
		if err != nil {
			return err
		}
		version = strconv.FormatInt(s.version, 10)
		if since == "" {
			return observeAll(ctx, tx, to)
		}
		after, err := strconv.ParseInt(since, 10, 64)
		if err != nil || after > s.version {
			return hosted.ErrForgotten
		}
		return observeChanges(ctx, tx, after, s.version, to)
	})
	if err != nil {
		return "", fmt.Errorf("observe directory: %w", err)
	}
	return version, nil
}

func observeAll(ctx context.Context, tx store.Tx, to Observer) error {
	err := store.Each(ctx, tx, "SELECT "+userColumns+" FROM directory_user", nil, func(row store.Row) error {
		_, user, err := scanUser(row)
		if err != nil {
			return err
		}
		return to.User(user)
	})
	if err != nil {
		return err
	}
	ids, err := userIDs(ctx, tx)
	if err != nil {
		return err
	}
	return store.Each(ctx, tx, groupsWithin, nil, observeGroup(ids, to))
}

func observeGroup(ids []string, to Observer) func(store.Row) error {
	return func(row store.Row) error {
		group, err := scanContent(row, ids)
		if err != nil {
			return err
		}
		return to.Group(group)
	}
}

// observeChanges tells of what others changed between two versions, as it is now.
func observeChanges(ctx context.Context, tx store.Tx, after, upTo int64, to Observer) error {
	var users, groups []int64
	var gone details
	err := eachChange(ctx, tx, after, upTo, func(c changed) error {
		if !c.own {
			users, groups = append(users, c.users...), append(append(groups, c.groups...), c.rosters...)
			gone.Users, gone.Groups = append(gone.Users, c.Users...), append(gone.Groups, c.Groups...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, one := range gone.Users {
		if err := to.DeletedUser(one.ID); err != nil {
			return err
		}
	}
	for _, one := range gone.Groups {
		if err := to.DeletedGroup(one.ID); err != nil {
			return err
		}
	}
	err = inChunks(ctx, tx, "SELECT "+userColumns+" FROM directory_user WHERE num IN ", distinct(users), func(row store.Row) error {
		_, user, err := scanUser(row)
		if err != nil {
			return err
		}
		return to.User(user)
	})
	if err != nil || len(groups) == 0 {
		return err
	}
	ids, err := userIDs(ctx, tx)
	if err != nil {
		return err
	}
	return inChunks(ctx, tx, groupsWithin+" WHERE num IN ", distinct(groups), observeGroup(ids, to))
}
