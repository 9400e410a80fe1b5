package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/store"
)

// ListMemberOf returns a page of the groups that an account is a member of, in
// the order of their IDs, or directory.ErrNotFound where there is no such
// account. Groups are in no groups, so these are those of transitive membership
// too.
func (d *Directory) ListMemberOf(ctx context.Context, idOrUPN string, q directory.Query) ([]directory.Group, error) {
	var found []directory.Group
	err := d.readMemberOf(ctx, idOrUPN, func(tx store.Tx, groups []int64) (err error) {
		found, err = among(ctx, tx, groupList(), groups, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list groups of a user: %w", err)
	}
	slices.SortFunc(found, func(a, b directory.Group) int { return cmp.Compare(a.ID, b.ID) })
	return found[:min(len(found), top(q))], nil
}

// CountMemberOf returns how many groups the filter holds for of those that an
// account is a member of.
func (d *Directory) CountMemberOf(ctx context.Context, idOrUPN string, filter directory.Filter) (int, error) {
	number := 0
	err := d.readMemberOf(ctx, idOrUPN, func(tx store.Tx, groups []int64) error {
		found, err := among(ctx, tx, groupList(), groups, directory.Query{Filter: filter})
		number = len(found)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count groups of a user: %w", err)
	}
	return number, nil
}

// readMemberOf calls fn with the nums of the groups that an account is in.
func (d *Directory) readMemberOf(ctx context.Context, idOrUPN string, fn func(store.Tx, []int64) error) error {
	if err := d.indexToRead(ctx); err != nil {
		return err
	}
	return d.db.Read(ctx, func(tx store.Tx) error {
		user, err := userNum(ctx, tx, idOrUPN)
		if err != nil {
			return err
		}
		groups, err := d.groupsOf(ctx, tx, user)
		if err != nil {
			return err
		}
		return fn(tx, groups)
	})
}

func userNum(ctx context.Context, tx store.Tx, idOrUPN string) (int64, error) {
	var num int64
	err := tx.QueryRow(ctx, "SELECT num FROM directory_user WHERE id = $1", idOrUPN).Scan(&num)
	if errors.Is(err, store.ErrNoRows) {
		err = tx.QueryRow(ctx, "SELECT num FROM directory_user WHERE upn_folded = $1", fold(idOrUPN)).Scan(&num)
	}
	if errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("user %s: %w", idOrUPN, directory.ErrNotFound)
	}
	return num, err
}
