package store

import (
	"context"
	"iter"
)

// DB is a database. Packages store/sqlite and store/postgres implement it, and
// package store/storetest holds the suite that both MUST pass.
type DB interface {
	// Write calls fn with a transaction and commits it. Nothing of what fn did
	// remains when fn returns an error, which Write returns. When Write returns
	// nil, what fn did survives a crash of the machine. fn MUST NOT start a
	// transaction of its own and MUST be quick: other writers wait for it.
	// Writes that wait for each other MAY share one commit. Write MAY call fn
	// again where its transaction collided with another, or lost its connection, so
	// fn MUST begin from nothing each time. How often is bounded; then Write returns
	// an Unavailable.
	Write(ctx context.Context, fn func(Tx) error) error

	// WriteBulk is Write for the many pieces of something large, which a sync of
	// the disk each would slow down: a crash of the machine, though not of the
	// process, MAY undo what fn did, together with all that was written after it,
	// until a later Write has returned nil.
	WriteBulk(ctx context.Context, fn func(Tx) error) error

	// Read calls fn with a transaction that only reads and sees one state of the
	// database, however long it takes and whatever is written meanwhile.
	Read(ctx context.Context, fn func(Tx) error) error

	// ReadRow runs a query of one row by itself, which is cheaper than a
	// transaction, and scans the row. It returns ErrNoRows where there is none.
	ReadRow(ctx context.Context, sql string, args []any, dest ...any) error

	// Check looks through what is stored: at the structure of the file, which takes
	// about as long as reading it, or thorough at everything. An error says that it
	// could not be looked at.
	Check(ctx context.Context, thorough bool) (Checked, error)

	// Close waits for transactions in progress and releases the database.
	Close() error
}

// Tx is a transaction. Parameters are written $1, $2, … on both engines, and
// may be: nil, string, []byte, bool, int, int64, time is kept as int64
// (microseconds since 1970, UTC). An empty []byte is kept apart from NULL.
//
// A statement that fails (ErrNoRows is no failure) fails the transaction: later
// ones return its error, and so does Write or Read whatever fn returns.
type Tx interface {
	// Lock waits until no other transaction is open that locked the table, and then
	// sees what that one did, so that writes which would collide come one after the
	// other. It MUST come before any other statement. Reads go on meanwhile.
	Lock(ctx context.Context, table string) error

	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)

	// Query runs a query. The rows MUST be closed before the next statement of
	// the transaction.
	Query(ctx context.Context, sql string, args ...any) (Rows, error)

	// QueryRow runs a query of one row. Its Scan returns ErrNoRows where there
	// is none.
	QueryRow(ctx context.Context, sql string, args ...any) Row

	// CopyIn inserts rows as fast as the engine can and returns how many. The
	// slice that is yielded MAY be reused by the caller for the next row.
	CopyIn(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error)
}

// Row is the result of a query of one row.
type Row interface {
	Scan(dest ...any) error
}

// Rows is the result of a query.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Each calls each with every row of a query.
func Each(ctx context.Context, tx Tx, sql string, args []any, each func(Row) error) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
