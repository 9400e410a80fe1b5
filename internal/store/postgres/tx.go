package postgres

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"rollbook/internal/store"
)

// tx implements store.Tx.
type tx struct {
	translator
	begun  pgx.Tx
	open   pgx.Rows // of the last query, or nil
	failed error    // the first statement that failed
}

// run calls fn and returns its error, or that of a statement of which fn said
// nothing. It leaves no rows open, also where fn panics.
func (t *tx) run(fn func(store.Tx) error) error {
	defer func() {
		if t.open != nil {
			t.open.Close()
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	return t.failed
}

func (t *tx) fail(err error) error {
	err = t.translate(err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

func (t *tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	tag, err := t.begun.Exec(ctx, sql, args...)
	if err != nil {
		return 0, t.fail(err)
	}
	return tag.RowsAffected(), nil
}

// Lock implements store.Tx. Locking takes no snapshot, so that what is read
// afterwards is what the one before left behind.
func (t *tx) Lock(ctx context.Context, table string) error {
	_, err := t.Exec(ctx, "LOCK TABLE "+pgx.Identifier{table}.Sanitize()+" IN SHARE ROW EXCLUSIVE MODE")
	return err
}

func (t *tx) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	found, err := t.begun.Query(ctx, sql, args...)
	if err != nil {
		return nil, t.fail(err)
	}
	t.open = found
	return rows{Rows: found, tx: t}, nil
}

func (t *tx) QueryRow(ctx context.Context, sql string, args ...any) store.Row {
	found, err := t.Query(ctx, sql, args...)
	return row{found: found, err: err}
}

func (t *tx) CopyIn(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	next, stop := iter.Pull(rows)
	defer stop()
	count, err := t.begun.CopyFrom(ctx, pgx.Identifier{table}, columns, &pulled{next: next})
	if err != nil {
		return 0, t.fail(fmt.Errorf("copy into %s: %w", table, err))
	}
	return count, nil
}

// pulled is a pgx.CopyFromSource.
type pulled struct {
	next func() ([]any, bool)
	row  []any
}

func (p *pulled) Next() (ok bool) {
	p.row, ok = p.next()
	return ok
}

func (p *pulled) Values() ([]any, error) { return p.row, nil }

func (p *pulled) Err() error { return nil }
