package tables

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// The kinds of members that an administrative unit has.
const (
	unitUser  = 1
	unitGroup = 2
)

// AddToUnit adds a user or a group to an administrative unit. It returns
// hosted.ErrNotFound where one of them is not there, and a
// hosted.BelongsError where it belongs to the unit.
func (d *Directory) AddToUnit(ctx context.Context, unitID, memberID string) error {
	return d.writeUnit(ctx, "add to", unitID, func(tx store.Tx, unit int64, _ hosted.AdministrativeUnit) error {
		kind, member, err := memberNum(ctx, tx, memberID)
		if err != nil {
			return err
		}
		added, err := tx.Exec(ctx, "INSERT INTO directory_unit_member (unit_num, kind, member_num) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", unit, kind, member)
		if err == nil && added == 0 {
			err = &hosted.BelongsError{Membership: hosted.Membership{Relation: hosted.Member, UserID: memberID}}
		}
		return err
	})
}

// RemoveFromUnit takes a user or a group out of an administrative unit, or
// returns hosted.ErrNotFound where it is not in it.
func (d *Directory) RemoveFromUnit(ctx context.Context, unitID, memberID string) error {
	return d.writeUnit(ctx, "remove from", unitID, func(tx store.Tx, unit int64, _ hosted.AdministrativeUnit) error {
		kind, member, err := memberNum(ctx, tx, memberID)
		if err != nil {
			return err
		}
		removed, err := tx.Exec(ctx, "DELETE FROM directory_unit_member WHERE unit_num = $1 AND kind = $2 AND member_num = $3", unit, kind, member)
		if err == nil && removed == 0 {
			err = fmt.Errorf("member %s: %w", memberID, hosted.ErrNotFound)
		}
		return err
	})
}

func memberNum(ctx context.Context, tx store.Tx, id string) (kind, num int64, err error) {
	kind = unitUser
	err = tx.QueryRow(ctx, "SELECT num FROM directory_user WHERE id = $1", id).Scan(&num)
	if errors.Is(err, store.ErrNoRows) {
		kind = unitGroup
		err = tx.QueryRow(ctx, "SELECT num FROM directory_group WHERE id = $1", id).Scan(&num)
	}
	if errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("object %s: %w", id, hosted.ErrNotFound)
	}
	return kind, num, err
}

// ListUnitUsers returns a page of the users of an administrative unit, as
// ListUsers does of all.
func (d *Directory) ListUnitUsers(ctx context.Context, unitID string, q hosted.Query) ([]hosted.User, error) {
	return inUnit(ctx, d, unitID, unitUser, userList(), q)
}

// ListUnitGroups returns a page of the groups of an administrative unit.
func (d *Directory) ListUnitGroups(ctx context.Context, unitID string, q hosted.Query) ([]hosted.Group, error) {
	return inUnit(ctx, d, unitID, unitGroup, groupList(), q)
}

func inUnit[T any](ctx context.Context, d *Directory, unitID string, kind int64, l list[T], q hosted.Query) ([]T, error) {
	if _, err := d.Unit(ctx, unitID); err != nil {
		return nil, err
	}
	l.within, l.args = belongsTo(3), []any{kind, unitID}
	return page(ctx, d, l, q)
}

// belongsTo is the condition that an object is one of a unit's, of which the kind
// and the unit's ID are the parameters from first on.
func belongsTo(first int) string {
	return fmt.Sprintf("num IN (SELECT member_num FROM directory_unit_member WHERE kind = $%d"+
		" AND unit_num = (SELECT num FROM directory_unit WHERE id = $%d))", first, first+1)
}

// CountUnitUsers returns how many users of an administrative unit the filter
// holds for.
func (d *Directory) CountUnitUsers(ctx context.Context, unitID string, filter hosted.Filter) (int, error) {
	return countInUnit(ctx, d, unitID, unitUser, userList(), filter)
}

// CountUnitGroups returns how many groups of an administrative unit the filter
// holds for.
func (d *Directory) CountUnitGroups(ctx context.Context, unitID string, filter hosted.Filter) (int, error) {
	return countInUnit(ctx, d, unitID, unitGroup, groupList(), filter)
}

func countInUnit[T any](ctx context.Context, d *Directory, unitID string, kind int64, l list[T], filter hosted.Filter) (int, error) {
	if _, err := d.Unit(ctx, unitID); err != nil {
		return 0, err
	}
	l.within, l.args = belongsTo(1), []any{kind, unitID}
	return count(ctx, d, l, filter)
}

// ListUnitsOf returns a page of the administrative units that a user belongs to,
// as ListGroupsOf does of groups.
func (d *Directory) ListUnitsOf(ctx context.Context, idOrUPN string, q hosted.Query) ([]hosted.AdministrativeUnit, error) {
	user, err := d.User(ctx, idOrUPN)
	if err != nil {
		return nil, err
	}
	l := unitList()
	l.within = "num IN (SELECT unit_num FROM directory_unit_member WHERE kind = $3 AND member_num = (SELECT num FROM directory_user WHERE id = $4))"
	l.args = []any{unitUser, user.ID}
	return page(ctx, d, l, q)
}

// UnitsOf returns the administrative units that a user or a group belongs to,
// or hosted.ErrNotFound where there is no such object.
func (d *Directory) UnitsOf(ctx context.Context, id string) ([]hosted.AdministrativeUnit, error) {
	var found []hosted.AdministrativeUnit
	err := d.db.Read(ctx, func(tx store.Tx) error {
		kind, num, err := memberNum(ctx, tx, id)
		if err != nil {
			return err
		}
		sql := "SELECT " + unitColumns + " FROM directory_unit WHERE num IN" +
			" (SELECT unit_num FROM directory_unit_member WHERE kind = $1 AND member_num = $2) ORDER BY id"
		return store.Each(ctx, tx, sql, []any{kind, num}, func(row store.Row) error {
			_, unit, err := scanUnit(row)
			found = append(found, unit)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list administrative units of an object: %w", err)
	}
	return found, nil
}
