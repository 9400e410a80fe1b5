package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
)

func testReadOnly(t *testing.T, b bench) {
	err := b.db.Read(t.Context(), func(tx store.Tx) error { return insert(t.Context(), tx, 1) })
	if err == nil {
		t.Error("Read wrote")
	}
	b.has()
}

func testReadError(t *testing.T, b bench) {
	b.fails(errOurs, b.db.Read(t.Context(), func(store.Tx) error { return errOurs }))
	for range 20 {
		func() {
			defer func() { _ = recover() }()
			_ = b.db.Read(t.Context(), func(tx store.Tx) error {
				if _, err := tx.Query(t.Context(), "SELECT id FROM thing"); err != nil {
					t.Error(err)
				}
				panic(errOurs)
			})
		}()
	}
	b.has()
}

// testSnapshot tests that a Read sees one state while others write, and keeps
// none of them waiting.
func testSnapshot(t *testing.T, b bench) {
	b.exec("INSERT INTO thing (id) VALUES (1)")
	b.read(func(tx store.Tx) error {
		for i := 2; i < 5; i++ {
			got, err := ids(t.Context(), tx)
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]int{1}, got); diff != "" {
				t.Errorf("rows (-want +got)\n%s", diff)
			}
			b.exec("INSERT INTO thing (id) VALUES ($1)", i)
		}
		return nil
	})
	b.has(1, 2, 3, 4)
}

func testReadCancelled(t *testing.T, b bench) {
	fill(b, 2000)
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	err := b.db.Read(ctx, func(tx store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT a.id FROM thing a, thing b")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if seen++; seen == 10 {
				cancel()
			}
		}
		return rows.Err()
	})
	b.fails(context.Canceled, err)
	if seen > 1_000_000 {
		t.Errorf("read %d rows after the context was done", seen)
	}
	b.exec("DELETE FROM thing")
	b.has()
}

// fill inserts rows with the ids from 1 to count.
func fill(b bench, count int) {
	b.t.Helper()
	b.write(func(tx store.Tx) error {
		_, err := tx.CopyIn(b.t.Context(), "thing", []string{"id"}, func(yield func([]any) bool) {
			row := make([]any, 1)
			for id := 1; id <= count; id++ {
				if row[0] = id; !yield(row) {
					return
				}
			}
		})
		return err
	})
}

// testManyReads has more readers than connections, some within others.
func testManyReads(t *testing.T, b bench) {
	fill(b, 10)
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			err := b.db.Read(t.Context(), func(tx store.Tx) error {
				got, err := ids(t.Context(), tx)
				if len(got) != 10 {
					t.Errorf("got %d rows", len(got))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
