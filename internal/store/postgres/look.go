package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rollbook/internal/store/schema"
)

const listTables = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`

// Look reads what the database that url names says of itself, and writes nothing
// to it. It returns schema.ErrNewer, ErrOlder or ErrForeign where Open would
// refuse the database.
func Look(ctx context.Context, url string) (schema.Known, error) {
	settings, t, err := parse(url)
	if err != nil {
		return schema.Known{}, fmt.Errorf("open database: %w", err)
	}
	known, err := inspect(ctx, settings.ConnConfig)
	if err != nil {
		return schema.Known{}, fmt.Errorf("open the database %s: %w", t.where, t.translate(err))
	}
	return known, nil
}

func inspect(ctx context.Context, settings *pgx.ConnConfig) (schema.Known, error) {
	files, err := migrationFiles()
	if err != nil {
		return schema.Known{}, err
	}
	db := stdlib.OpenDB(*settings)
	defer db.Close()
	return schema.Look(ctx, db, listTables, files)
}
