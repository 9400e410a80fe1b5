package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
)

// Run tests the database that open returns, a new one at each call, against the
// contract of store.DB and store.Tx.
func Run(t *testing.T, open func(t *testing.T) store.DB) {
	tests := map[string]func(*testing.T, bench){
		"write/commits":                testCommit,
		"write/error":                  testErrorRollsBack,
		"write/bulk":                   testBulk,
		"write/panic":                  testPanicRollsBack,
		"write/goexit":                 testGoexitRollsBack,
		"write/statement failed":       testFailedStatement,
		"write/context done before":    testWriteContextDone,
		"write/context done meanwhile": testWriteCancelled,
		"write/closed":                 testClosed,
		"read/cannot write":            testReadOnly,
		"read/error and panic":         testReadError,
		"read/one state":               testSnapshot,
		"read/context done":            testReadCancelled,
		"read/one row":                 testReadRow,
		"read/many at once":            testManyReads,
		"concurrent/counter":           testCounter,
		"concurrent/lock":              testLock,
		"concurrent/failing members":   testFailingMembers,
		"concurrent/canceled waiters":  testCanceledWaiters,
		"tx/unique":                    testUnique,
		"tx/no rows":                   testNoRows,
		"tx/rows left open":            testRowsLeftOpen,
		"tx/parameters":                testParameters,
		"tx/rows changed":              testRowsChanged,
		"values/round trip":            testRoundTrip,
		"values/null":                  testNull,
		"values/large":                 testLargeBlob,
		"copy/counts":                  testCopyIn,
		"copy/unique":                  testCopyUnique,
		"copy/after a failure":         testCopyOfWrongWidth,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := bench{t, open(t)}
			b.exec("CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, flag BOOLEAN, number BIGINT, data " + b.blob() + ")")
			test(t, b)
		})
	}
}

// bench is a database on test.
type bench struct {
	t  *testing.T
	db store.DB
}

// blob returns the type of bytes, the one word that differs between engines.
func (b bench) blob() string {
	err := b.db.Read(b.t.Context(), func(tx store.Tx) error {
		var version string
		return tx.QueryRow(b.t.Context(), "SELECT sqlite_version()").Scan(&version)
	})
	if err != nil {
		return "BYTEA"
	}
	return "BLOB"
}

func (b bench) write(fn func(tx store.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), fn); err != nil {
		b.t.Fatalf("Write: %v", err)
	}
}

func (b bench) read(fn func(tx store.Tx) error) {
	b.t.Helper()
	if err := b.db.Read(b.t.Context(), fn); err != nil {
		b.t.Fatalf("Read: %v", err)
	}
}

func (b bench) exec(sql string, args ...any) {
	b.t.Helper()
	b.write(func(tx store.Tx) error {
		_, err := tx.Exec(b.t.Context(), sql, args...)
		return err
	})
}

func insert(ctx context.Context, tx store.Tx, id int) error {
	_, err := tx.Exec(ctx, "INSERT INTO thing (id) VALUES ($1)", id)
	return err
}

// has tests which rows there are.
func (b bench) has(want ...int) {
	b.t.Helper()
	var got []int
	b.read(func(tx store.Tx) (err error) {
		got, err = ids(b.t.Context(), tx)
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("rows (-want +got)\n%s", diff)
	}
}

func ids(ctx context.Context, tx store.Tx) ([]int, error) {
	rows, err := tx.Query(ctx, "SELECT id FROM thing ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []int
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// fails tests that an error is of a kind.
func (b bench) fails(want, got error) {
	b.t.Helper()
	if !errors.Is(got, want) {
		b.t.Errorf("got error %v, want %v", got, want)
	}
}
