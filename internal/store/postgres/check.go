package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"rollbook/internal/store"
)

// Check implements store.DB. The server itself looks at what it reads, so that
// to look at everything is to read it; there is nothing quick to look at.
func (db *DB) Check(ctx context.Context, thorough bool) (store.Checked, error) {
	c := store.Checked{Where: "the database " + db.where}
	if !thorough {
		return c, nil
	}
	tables, err := db.tables(ctx)
	if err != nil {
		return c, err
	}
	for _, table := range tables {
		var bytes int64
		err := db.ReadRow(ctx, "SELECT CAST(COALESCE(sum(length(CAST(t AS TEXT))), 0) AS BIGINT) FROM "+pgx.Identifier{table}.Sanitize()+" t", nil, &bytes)
		if damaged, ok := errors.AsType[*store.Damaged](err); ok {
			c.Problems = append(c.Problems, table+": "+damaged.Err.Error())
		} else if err != nil {
			return c, fmt.Errorf("check %s: %w", table, err)
		}
	}
	return c, nil
}

func (db *DB) tables(ctx context.Context) (tables []string, err error) {
	err = db.Read(ctx, func(tx store.Tx) error {
		sql := `SELECT CAST(table_name AS TEXT) FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`
		return store.Each(ctx, tx, sql, nil, func(row store.Row) error {
			var name string
			err := row.Scan(&name)
			tables = append(tables, name)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	return tables, nil
}
