package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"rollbook/internal/store"
)

var errRowsOpen = errors.New("the rows of the previous query are not closed")

// tx implements store.Tx on one connection.
type tx struct {
	conn *conn
	// interrupt is set where a statement may be cut short by its context. Not so
	// for writes: SQLite then rolls back the whole transaction, with what others
	// in it have done.
	interrupt bool
	open      *rows // not yet closed, or nil
	changed   int64 // rows written
	failed    error // the first statement that failed
}

// begin is what every statement starts with. A transaction in which a
// statement failed is of no more use, as on PostgreSQL.
func (t *tx) begin(ctx context.Context, sql string) (driverStmt, error) {
	switch {
	case t.failed != nil:
		return nil, t.failed
	case t.open != nil:
		return nil, t.fail(errRowsOpen)
	case ctx.Err() != nil:
		return nil, t.fail(ctx.Err())
	}
	statement, err := t.conn.prepare(sql)
	if err != nil {
		return nil, t.fail(fmt.Errorf("prepare: %w", t.conn.translate(err)))
	}
	return statement, nil
}

func (t *tx) fail(err error) error {
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// run calls fn and returns its error, or that of a statement of which fn said
// nothing. It leaves no rows open, also where fn panics: the statement could
// not be used again.
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

// driverContext returns the context that the driver is to see.
func (t *tx) driverContext(ctx context.Context) context.Context {
	if t.interrupt {
		return ctx
	}
	return context.Background()
}

// Lock implements store.Tx: there is one writer at a time.
func (t *tx) Lock(ctx context.Context, _ string) error { return ctx.Err() }

func (t *tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	statement, err := t.begin(ctx, sql)
	if err != nil {
		return 0, err
	}
	values, err := bind(args)
	if err != nil {
		return 0, t.fail(err)
	}
	result, err := statement.ExecContext(t.driverContext(ctx), values)
	if err != nil {
		return 0, t.fail(t.conn.translate(err))
	}
	count, err := result.RowsAffected()
	t.changed += count
	return count, err
}

func (t *tx) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	found, err := t.query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	return found, nil
}

func (t *tx) query(ctx context.Context, sql string, args []any) (*rows, error) {
	statement, err := t.begin(ctx, sql)
	if err != nil {
		return nil, err
	}
	values, err := bind(args)
	if err != nil {
		return nil, t.fail(err)
	}
	found, err := statement.QueryContext(t.driverContext(ctx), values)
	if err != nil {
		return nil, t.fail(t.conn.translate(err))
	}
	t.open = &rows{tx: t, ctx: ctx, found: found, values: make([]driver.Value, len(found.Columns()))}
	return t.open, nil
}

func (t *tx) QueryRow(ctx context.Context, sql string, args ...any) store.Row {
	found, err := t.query(ctx, sql, args)
	if err != nil {
		return row{err: err}
	}
	defer found.Close()
	if !found.Next() {
		if err := found.Err(); err != nil {
			return row{err: err}
		}
		return row{err: store.ErrNoRows}
	}
	return row{values: found.values}
}

// bind converts arguments to what the driver takes.
func bind(args []any) ([]driver.NamedValue, error) {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		value, err := driverValue(arg)
		if err != nil {
			return nil, fmt.Errorf("argument $%d: %w", i+1, err)
		}
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return values, nil
}

func driverValue(arg any) (driver.Value, error) {
	switch arg := arg.(type) {
	case nil, string, []byte, bool, int64:
		return arg, nil
	case int:
		return int64(arg), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(arg)
}
