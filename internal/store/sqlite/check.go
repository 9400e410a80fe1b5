package sqlite

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/store"
)

// mostProblems is how many problems are told: of a file that is damaged there can
// be as many as it has pages.
const mostProblems = 20

// Check implements store.DB. Indexes that do not say what their tables do are
// made anew, if that makes everything whole.
func (db *DB) Check(ctx context.Context, thorough bool) (store.Checked, error) {
	c := store.Checked{Where: db.writer.file}
	var err error
	if c.Problems, err = db.check(ctx, thorough); err != nil || len(c.Problems) == 0 || !thorough {
		return c, err
	}
	if db.reindex(ctx) != nil {
		return c, ctx.Err() // a table is damaged itself, and is as it was
	}
	left, err := db.check(ctx, thorough)
	if err == nil && len(left) == 0 {
		c.Problems, c.Mended = nil, c.Problems
	}
	return c, err
}

func (db *DB) check(ctx context.Context, thorough bool) (problems []string, err error) {
	pragma := "quick_check"
	if thorough {
		pragma = "integrity_check"
	}
	err = db.Read(ctx, func(tx store.Tx) error {
		return store.Each(ctx, tx, fmt.Sprintf("PRAGMA %s(%d)", pragma, mostProblems), nil, func(row store.Row) error {
			var said string
			if err := row.Scan(&said); err != nil {
				return err
			}
			if said != "ok" {
				problems = append(problems, said)
			}
			return nil
		})
	})
	if damaged, ok := errors.AsType[*store.Damaged](err); ok {
		return append(problems, damaged.Err.Error()), nil
	}
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", db.writer.file, err)
	}
	return problems, nil
}

// reindex makes all indexes anew, or none of them.
func (db *DB) reindex(ctx context.Context) error {
	return db.Write(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "REINDEX")
		return err
	})
}
