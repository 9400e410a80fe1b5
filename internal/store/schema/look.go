package schema

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"
)

// Known is what a database says of itself.
type Known struct {
	Tables   bool              // it has Rollbook's tables, some or all
	Settings map[string]string // by name, as store.Settings keeps them
}

// Look reads what a database says of itself, and writes nothing. tables is the
// query that lists the names of its tables, and files are the migrations that make
// Rollbook's, in the form of goose. It returns ErrNewer, ErrOlder or ErrForeign
// where the database must not be written to.
func Look(ctx context.Context, db *sql.DB, tables string, files fs.FS) (Known, error) {
	names, err := list[string](ctx, db, tables)
	if err != nil || len(names) == 0 {
		return Known{}, err
	}
	if !slices.Contains(names, goose.DefaultTablename) {
		return Known{}, ErrForeign
	}
	applied, err := list[int64](ctx, db, `SELECT version_id FROM `+goose.DefaultTablename+` WHERE version_id > 0 ORDER BY version_id`)
	if err != nil {
		return Known{}, err
	}
	known, err := versions(files)
	if err != nil {
		return Known{}, err
	}
	if err := check(applied, known); err != nil {
		return Known{}, err
	}
	if !slices.Contains(names, "setting") {
		return Known{Tables: true}, nil
	}
	settings, err := settings(ctx, db)
	return Known{Tables: true, Settings: settings}, err
}

// list returns the only column of a query.
func list[T any](ctx context.Context, db *sql.DB, query string) ([]T, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func settings(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name, value FROM setting`)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, fmt.Errorf("read the settings: %w", err)
		}
		all[name] = value
	}
	return all, rows.Err()
}
