package postgres

import (
	"github.com/jackc/pgx/v5"

	"rollbook/internal/store"
)

// rows is a result of which a failure fails the transaction.
type rows struct {
	pgx.Rows
	tx *tx
}

func (r rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	if err := r.Rows.Err(); err != nil {
		_ = r.tx.fail(err) // Err returns it
	}
	return false
}

func (r rows) Err() error { return r.tx.translate(r.Rows.Err()) }

// row is the result of a query of one row.
type row struct {
	found store.Rows
	err   error
}

func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.found.Close()
	if !r.found.Next() {
		if err := r.found.Err(); err != nil {
			return err
		}
		return store.ErrNoRows
	}
	return r.found.Scan(dest...)
}
