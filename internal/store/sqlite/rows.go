package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// row is the result of QueryRow, already fetched.
type row struct {
	values []driver.Value
	err    error
}

func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return scan(r.values, dest)
}

// rows is the result of a query that is being read.
type rows struct {
	tx     *tx
	ctx    context.Context
	found  driver.Rows
	values []driver.Value
	count  int
	err    error
	closed bool
}

// A context is looked at every so many rows: it costs as much as a row does.
const rowsPerCheck = 256

func (r *rows) Next() bool {
	if r.closed {
		return false
	}
	if r.count++; r.count%rowsPerCheck == 0 && r.ctx.Err() != nil {
		return r.stop(r.ctx.Err())
	}
	if err := r.found.Next(r.values); err != nil {
		return r.stop(err)
	}
	return true
}

func (r *rows) stop(err error) bool {
	if !errors.Is(err, io.EOF) {
		r.err = r.tx.fail(r.tx.conn.translate(err))
	}
	r.Close()
	return false
}

func (r *rows) Scan(dest ...any) error {
	if r.closed {
		return errors.New("scan: there is no row")
	}
	return scan(r.values, dest)
}

func (r *rows) Err() error { return r.err }

func (r *rows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	r.tx.open = nil
	if err := r.found.Close(); err != nil && r.err == nil {
		r.err = r.tx.fail(r.tx.conn.translate(err))
	}
}
