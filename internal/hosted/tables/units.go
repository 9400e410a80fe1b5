package tables

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

const unitColumns = "num, id, display_folded, display, school, attributes"

func unitList() list[hosted.AdministrativeUnit] {
	return list[hosted.AdministrativeUnit]{table: "directory_unit", columns: unitColumns, properties: map[string]property{
		"id":                  {column: "id", exactly: true},
		"displayName":         {column: "display_folded"},
		hosted.PropertySchool: {column: "school", boolean: true},
	}, scan: scanUnit}
}

func scanUnit(row store.Row) (int64, hosted.AdministrativeUnit, error) {
	var num int64
	var unit hosted.AdministrativeUnit
	var display folded
	var attributes *string
	err := row.Scan(&num, &unit.ID, &display.lower, &display.exact, &unit.School, &attributes)
	if err != nil {
		return 0, unit, err
	}
	unit.DisplayName = display.text()
	unit.Attributes, err = decodeAttributes(attributes)
	return num, unit, err
}

// ListUnits returns a page of administrative units, as ListUsers does of users.
func (d *Directory) ListUnits(ctx context.Context, q hosted.Query) ([]hosted.AdministrativeUnit, error) {
	return page(ctx, d, unitList(), q)
}

// CountUnits returns how many administrative units the filter holds for.
func (d *Directory) CountUnits(ctx context.Context, filter hosted.Filter) (int, error) {
	return count(ctx, d, unitList(), filter)
}

// Unit returns the administrative unit with the ID, or hosted.ErrNotFound.
func (d *Directory) Unit(ctx context.Context, id string) (hosted.AdministrativeUnit, error) {
	return one(ctx, d, unitList(), "id", id)
}

// CreateUnit stores a new administrative unit and returns its ID.
func (d *Directory) CreateUnit(ctx context.Context, unit hosted.AdministrativeUnit) (string, error) {
	unit.ID = d.newID()
	err := d.db.Write(ctx, func(tx store.Tx) error {
		if err := tx.Lock(ctx, "directory_unit"); err != nil {
			return err
		}
		var num int64
		if err := tx.QueryRow(ctx, "SELECT COALESCE(max(num), 0) + 1 FROM directory_unit").Scan(&num); err != nil {
			return err
		}
		if err := writeUnit(ctx, tx, num, unit); err != nil {
			return err
		}
		return d.logUnit(ctx, tx, unit, false)
	})
	if err != nil {
		return "", fmt.Errorf("create administrative unit: %w", err)
	}
	return unit.ID, nil
}

func writeUnit(ctx context.Context, tx store.Tx, num int64, unit hosted.AdministrativeUnit) error {
	attributes, err := encodeAttributes(unit.Attributes)
	if err != nil {
		return err
	}
	row := columns([]any{num, unit.ID}, unit.DisplayName)
	_, err = tx.Exec(ctx, "INSERT INTO directory_unit ("+unitColumns+") VALUES ("+store.Parameters(1, 6)+")", append(row, unit.School, attributes)...)
	return err
}

// UpdateUnit changes an administrative unit to what change makes of it.
func (d *Directory) UpdateUnit(ctx context.Context, id string, change func(hosted.AdministrativeUnit) (hosted.AdministrativeUnit, error)) error {
	return d.writeUnit(ctx, "update", id, func(tx store.Tx, num int64, unit hosted.AdministrativeUnit) error {
		unit, err := change(unit)
		if err != nil {
			return err
		}
		if err := deleteRows(ctx, tx, "directory_unit", "num", []int64{num}); err != nil {
			return err
		}
		if err := writeUnit(ctx, tx, num, unit); err != nil {
			return err
		}
		return d.logUnit(ctx, tx, unit, false)
	})
}

// DeleteUnit deletes an administrative unit; those who belong to it stay.
func (d *Directory) DeleteUnit(ctx context.Context, id string) error {
	return d.writeUnit(ctx, "delete", id, func(tx store.Tx, num int64, unit hosted.AdministrativeUnit) error {
		if err := d.logUnit(ctx, tx, unit, true); err != nil {
			return err
		}
		if err := deleteRows(ctx, tx, "directory_unit_member", "unit_num", []int64{num}); err != nil {
			return err
		}
		return deleteRows(ctx, tx, "directory_unit", "num", []int64{num})
	})
}

// writeUnit calls fn with an administrative unit that is there.
func (d *Directory) writeUnit(ctx context.Context, verb, id string, fn func(store.Tx, int64, hosted.AdministrativeUnit) error) error {
	err := d.db.Write(ctx, func(tx store.Tx) error {
		if err := tx.Lock(ctx, "directory_unit"); err != nil {
			return err
		}
		num, unit, err := scanUnit(tx.QueryRow(ctx, "SELECT "+unitColumns+" FROM directory_unit WHERE id = $1", id))
		if errors.Is(err, store.ErrNoRows) {
			return fmt.Errorf("unit %s: %w", id, hosted.ErrNotFound)
		}
		if err != nil {
			return err
		}
		return fn(tx, num, unit)
	})
	if err != nil {
		return fmt.Errorf("%s administrative unit: %w", verb, err)
	}
	return nil
}
