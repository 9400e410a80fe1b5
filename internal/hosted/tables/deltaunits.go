package tables

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// DeltaUnits returns a page of the administrative units that changed, or of the
// schools among them, as DeltaUsers does of accounts. Units have versions of their
// own, as runs know nothing of them.
func (d *Directory) DeltaUnits(ctx context.Context, q hosted.DeltaQuery) (hosted.Delta[hosted.AdministrativeUnit], error) {
	var page hosted.Delta[hosted.AdministrativeUnit]
	err := d.db.Read(ctx, func(tx store.Tx) error {
		version, err := unitVersion(ctx, tx)
		if err != nil {
			return err
		}
		at, err := positionOf(q.Token, version)
		if err != nil {
			return err
		}
		if at.Full {
			page, err = allUnits(ctx, tx, q, at)
		} else {
			page, err = changedUnits(ctx, tx, q, at)
		}
		return err
	})
	if err != nil {
		return page, fmt.Errorf("changes of administrative units: %w", err)
	}
	return page, nil
}

func unitVersion(ctx context.Context, tx store.Tx) (version int64, err error) {
	err = tx.QueryRow(ctx, "SELECT COALESCE(max(version), 0) FROM directory_unit_change").Scan(&version)
	return version, err
}

// allUnits returns a page of what there is.
func allUnits(ctx context.Context, tx store.Tx, q hosted.DeltaQuery, at position) (page hosted.Delta[hosted.AdministrativeUnit], err error) {
	l := unitList()
	if q.Schools {
		l.within = "school"
	}
	s, err := everything(ctx, tx, l, at, top(hosted.Query{Top: q.Top}))
	for _, one := range s.found {
		page.Changed = append(page.Changed, one.value)
		at.After = one.value.ID
	}
	page.Next, page.Done = s.ending(at)
	return page, err
}

// changedUnits returns a page of what changed, in the order of IDs.
func changedUnits(ctx context.Context, tx store.Tx, q hosted.DeltaQuery, at position) (page hosted.Delta[hosted.AdministrativeUnit], err error) {
	gone, err := unitsChanged(ctx, tx, q, at)
	if err != nil {
		return page, err
	}
	ids := slices.Sorted(maps.Keys(gone))
	from, found := slices.BinarySearch(ids, at.After)
	if found {
		from++
	}
	ids = ids[from:]
	size := min(len(ids), top(hosted.Query{Top: q.Top}))
	more := len(ids) > size
	ids = ids[:size]
	err = inChunks(ctx, tx, "SELECT "+unitColumns+" FROM directory_unit WHERE id IN ", slices.Clone(ids), func(row store.Row) error {
		_, unit, err := scanUnit(row)
		page.Changed = append(page.Changed, unit)
		return err
	})
	slices.SortFunc(page.Changed, func(a, b hosted.AdministrativeUnit) int { return strings.Compare(a.ID, b.ID) })
	for _, id := range ids {
		if gone[id] {
			page.Deleted = append(page.Deleted, id)
		}
	}
	if more {
		at.After = ids[size-1]
		page.Next = at.token()
	} else {
		page.Done = position{Since: at.UpTo}.token()
	}
	return page, err
}

// unitsChanged returns the IDs of the units that changed, and whether they are
// gone. It returns hosted.ErrForgotten where that is not known any more.
func unitsChanged(ctx context.Context, tx store.Tx, q hosted.DeltaQuery, at position) (map[string]bool, error) {
	gone := map[string]bool{}
	next := at.Since + 1
	sql := "SELECT version, unit_id, school, deleted FROM directory_unit_change WHERE version > $1 AND version <= $2 ORDER BY version"
	err := store.Each(ctx, tx, sql, []any{at.Since, at.UpTo}, func(row store.Row) error {
		var version int64
		var id string
		var school, deleted bool
		if err := row.Scan(&version, &id, &school, &deleted); err != nil {
			return err
		}
		if version != next {
			return hosted.ErrForgotten
		}
		next++
		if school || !q.Schools {
			gone[id] = deleted
		}
		return nil
	})
	if err == nil && next != at.UpTo+1 {
		err = hosted.ErrForgotten
	}
	return gone, err
}

// logUnit notes that a unit changed, and forgets what is too old.
func (d *Directory) logUnit(ctx context.Context, tx store.Tx, unit hosted.AdministrativeUnit, deleted bool) error {
	version, err := unitVersion(ctx, tx)
	if err != nil {
		return err
	}
	now := d.now()
	_, err = tx.Exec(ctx, "INSERT INTO directory_unit_change (version, changed_at, unit_id, school, deleted) VALUES ($1, $2, $3, $4, $5)",
		version+1, now.Unix(), unit.ID, unit.School, deleted)
	if err != nil {
		return fmt.Errorf("changes of administrative units: %w", err)
	}
	// The latest stays, so that versions go on from it.
	_, err = tx.Exec(ctx, "DELETE FROM directory_unit_change WHERE changed_at < $1 AND version <= $2", now.Add(-changesKept).Unix(), version)
	return err
}
