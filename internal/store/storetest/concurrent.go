package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"rollbook/internal/store"
)

// testCounter tests that of writes that read first, none is lost.
func testCounter(t *testing.T, b bench) {
	b.exec("INSERT INTO thing (id, number) VALUES (1, 0)")
	const writers, each = 8, 10
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			for range each {
				if err := b.db.Write(t.Context(), func(tx store.Tx) error { return increment(t.Context(), tx) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	var got int64
	b.read(func(tx store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT number FROM thing").Scan(&got)
	})
	if got != writers*each {
		t.Errorf("got %d, want %d", got, writers*each)
	}
}

// testLock tests that writes which lock what they are about come one after the
// other: none has to begin anew, however many there are.
func testLock(t *testing.T, b bench) {
	b.exec("INSERT INTO thing (id, number) VALUES (1, 0)")
	const writers, each = 64, 5
	var wait sync.WaitGroup
	var begun atomic.Int64
	for range writers {
		wait.Go(func() {
			for range each {
				err := b.db.Write(t.Context(), func(tx store.Tx) error {
					begun.Add(1)
					if err := tx.Lock(t.Context(), "thing"); err != nil {
						return err
					}
					return increment(t.Context(), tx)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	var got int64
	b.read(func(tx store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT number FROM thing").Scan(&got)
	})
	if got != writers*each || begun.Load() != got {
		t.Errorf("%d of %d writes took place, and were begun %d times", got, writers*each, begun.Load())
	}
}

func increment(ctx context.Context, tx store.Tx) error {
	var number int64
	if err := tx.QueryRow(ctx, "SELECT number FROM thing WHERE id = 1").Scan(&number); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE thing SET number = $1 WHERE id = 1", number+1)
	return err
}

// testFailingMembers has writes of which every third fails, in its own way, and
// tests that just the others remain.
func testFailingMembers(t *testing.T, b bench) {
	b.exec("INSERT INTO thing (id) VALUES (0)")
	want := []int{0}
	var wait sync.WaitGroup
	for id := 1; id <= 90; id++ {
		if id%3 != 0 {
			want = append(want, id)
		}
		wait.Go(func() {
			defer func() { _ = recover() }()
			err := b.db.Write(t.Context(), func(tx store.Tx) error { return member(t.Context(), tx, id) })
			if (err != nil) != (id%3 == 0) {
				t.Errorf("member %d: %v", id, err)
			}
		})
	}
	wait.Wait()
	b.has(want...)
}

func member(ctx context.Context, tx store.Tx, id int) error {
	if err := insert(ctx, tx, id); err != nil {
		return err
	}
	switch id % 9 {
	case 0:
		return errOurs
	case 3:
		return insert(ctx, tx, 0) // is there
	case 6:
		panic(errOurs)
	}
	return nil
}

// testCanceledWaiters cancels writes while they wait for one that is going on,
// and one in the middle of its work.
func testCanceledWaiters(t *testing.T, b bench) {
	ctx, cancel := context.WithCancel(t.Context())
	started, release := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		once := sync.OnceFunc(func() { close(started) })
		err := b.db.Write(t.Context(), func(tx store.Tx) error {
			once()
			<-release
			return insert(t.Context(), tx, 1000)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-started
	var lock sync.Mutex
	want := []int{1000}
	for id := 1; id <= 40; id++ {
		wait.Go(func() {
			own := t.Context()
			if id%2 == 0 {
				own = ctx
			}
			err := b.db.Write(own, func(tx store.Tx) error {
				if id == 20 {
					cancel()
				}
				return insert(own, tx, id)
			})
			lock.Lock()
			defer lock.Unlock()
			if err == nil {
				want = append(want, id)
			} else if id%2 != 0 || !errors.Is(err, context.Canceled) {
				t.Errorf("member %d: %v", id, err)
			}
		})
	}
	cancel()
	close(release)
	wait.Wait()
	slices.Sort(want)
	b.has(want...)
}
