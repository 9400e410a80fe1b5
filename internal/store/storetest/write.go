package storetest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"rollbook/internal/store"
)

var errOurs = errors.New("ours")

func testCommit(t *testing.T, b bench) {
	b.write(func(tx store.Tx) error {
		if err := insert(t.Context(), tx, 1); err != nil {
			return err
		}
		return insert(t.Context(), tx, 2)
	})
	b.has(1, 2)
}

func testErrorRollsBack(t *testing.T, b bench) {
	err := b.db.Write(t.Context(), func(tx store.Tx) error {
		if err := insert(t.Context(), tx, 1); err != nil {
			return err
		}
		return errOurs
	})
	b.fails(errOurs, err)
	b.has()
	b.exec("INSERT INTO thing (id) VALUES (2)")
	b.has(2)
}

func testPanicRollsBack(t *testing.T, b bench) {
	func() {
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, errOurs) {
				t.Error("the panic did not arrive")
			}
		}()
		_ = b.db.Write(t.Context(), func(tx store.Tx) error {
			if err := insert(t.Context(), tx, 1); err != nil {
				return err
			}
			if _, err := tx.Query(t.Context(), "SELECT id FROM thing"); err != nil {
				return err
			}
			panic(errOurs)
		})
	}()
	b.has()
	b.exec("INSERT INTO thing (id) VALUES (2)")
	b.has(2)
}

// testGoexitRollsBack is what a t.Fatal within a transaction does.
func testGoexitRollsBack(t *testing.T, b bench) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.db.Write(t.Context(), func(tx store.Tx) error {
			if err := insert(t.Context(), tx, 1); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
	}()
	<-done
	b.exec("INSERT INTO thing (id) VALUES (2)")
	b.has(2)
}

// testFailedStatement tests that nothing remains of a transaction in which a
// statement failed, even where fn keeps quiet about it.
func testFailedStatement(t *testing.T, b bench) {
	var second error
	err := b.db.Write(t.Context(), func(tx store.Tx) error {
		if err := insert(t.Context(), tx, 1); err != nil {
			return err
		}
		if err := insert(t.Context(), tx, 1); err == nil {
			t.Error("a row was inserted twice")
		}
		second = insert(t.Context(), tx, 2)
		return nil
	})
	b.fails(store.ErrUnique, err)
	if second == nil {
		t.Error("a statement after the one that failed succeeded")
	}
	b.has()
	err = b.db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO nowhere (id) VALUES (1)")
		return err
	})
	if err == nil || errors.Is(err, store.ErrUnique) || errors.Is(err, store.ErrNoRows) {
		t.Errorf("a table that does not exist: got %v", err)
	}
}

func testWriteContextDone(t *testing.T, b bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.db.Write(ctx, func(store.Tx) error {
		t.Error("fn was called")
		return nil
	})
	b.fails(context.Canceled, err)
}

func testWriteCancelled(t *testing.T, b bench) {
	ctx, cancel := context.WithCancel(t.Context())
	err := b.db.Write(ctx, func(tx store.Tx) error {
		if err := insert(ctx, tx, 1); err != nil {
			return err
		}
		cancel()
		return insert(ctx, tx, 2)
	})
	b.fails(context.Canceled, err)
	b.has()
	b.exec("INSERT INTO thing (id) VALUES (3)")
	b.has(3)
}

func testClosed(t *testing.T, b bench) {
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	nothing := func(store.Tx) error {
		t.Error("fn was called")
		return nil
	}
	if b.db.Write(t.Context(), nothing) == nil || b.db.Read(t.Context(), nothing) == nil {
		t.Error("a closed database was used")
	}
	if err := b.db.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// testBulk tests that a bulk write is a transaction as any other, beside others
// that are not, in the order in which they come.
func testBulk(t *testing.T, b bench) {
	ctx := t.Context()
	for id := 1; id <= 6; id++ {
		write := b.db.WriteBulk
		if id%3 == 0 {
			write = b.db.Write
		}
		if err := write(ctx, func(tx store.Tx) error { return insert(ctx, tx, id) }); err != nil {
			t.Fatal(err)
		}
	}
	err := b.db.WriteBulk(ctx, func(tx store.Tx) error {
		if err := insert(ctx, tx, 7); err != nil {
			return err
		}
		return errOurs
	})
	b.fails(errOurs, err)
	var wait sync.WaitGroup
	for id := 11; id <= 20; id++ {
		wait.Go(func() {
			write := b.db.WriteBulk
			if id%2 == 0 {
				write = b.db.Write
			}
			if err := write(ctx, func(tx store.Tx) error { return insert(ctx, tx, id) }); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	b.has(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
}
