package tables

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// ListGroupsOf returns a page of the groups that an account belongs to, in one
// relation or, with "", in any. They are in the order of their IDs. It returns
// hosted.ErrNotFound where there is no such account. Groups are in no groups,
// so these are those of transitive membership too.
func (d *Directory) ListGroupsOf(ctx context.Context, idOrUPN string, r hosted.Relation, q hosted.Query) ([]hosted.Group, error) {
	if err := d.indexToRead(ctx); err != nil {
		return nil, err
	}
	var found []hosted.Group
	err := d.db.Read(ctx, func(tx store.Tx) error {
		user, err := userNum(ctx, tx, idOrUPN)
		if err != nil {
			return err
		}
		groups, err := d.groupsOf(ctx, tx, user, r)
		if err != nil {
			return err
		}
		found, err = among(ctx, tx, groupList(), groups, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list groups of a user: %w", err)
	}
	slices.SortFunc(found, func(a, b hosted.Group) int { return cmp.Compare(a.ID, b.ID) })
	return found[:min(len(found), top(q))], nil
}

// CountGroupsOf returns how many groups the filter holds for of those that an
// account belongs to.
func (d *Directory) CountGroupsOf(ctx context.Context, idOrUPN string, r hosted.Relation, filter hosted.Filter) (int, error) {
	found, err := d.ListGroupsOf(ctx, idOrUPN, r, hosted.Query{Filter: filter, Top: math.MaxInt})
	return len(found), err
}

func userNum(ctx context.Context, tx store.Tx, idOrUPN string) (int64, error) {
	var num int64
	err := tx.QueryRow(ctx, "SELECT num FROM directory_user WHERE id = $1", idOrUPN).Scan(&num)
	if errors.Is(err, store.ErrNoRows) {
		err = tx.QueryRow(ctx, "SELECT num FROM directory_user WHERE upn_folded = $1", fold(idOrUPN)).Scan(&num)
	}
	if errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("user %s: %w", idOrUPN, hosted.ErrNotFound)
	}
	return num, err
}
