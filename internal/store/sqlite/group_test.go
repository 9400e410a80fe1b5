package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rollbook/internal/store"
	"rollbook/internal/store/sqlite"
)

func execute(tb testing.TB, db *sqlite.DB, statement string, args ...any) {
	tb.Helper()
	err := db.Write(tb.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(tb.Context(), statement, args...)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// TestWaitersShareACommit has writers wait for one that is at work. None of
// them is done before all are: had one committed, the next Read would see it
// without the others.
func TestWaitersShareACommit(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	execute(t, db, "CREATE TABLE thing (id BIGINT)")
	const waiters = 20
	var wait sync.WaitGroup
	write := func(before func()) {
		wait.Go(func() {
			err := db.Write(t.Context(), func(tx store.Tx) error {
				before()
				_, err := tx.Exec(t.Context(), "INSERT INTO thing (id) VALUES (1)")
				return err
			})
			if err == nil && count(t, db) != waiters+1 {
				err = errors.New("a write was done before the others of its group")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	started := make(chan struct{})
	write(func() { close(started); waitForWaiters(db, waiters) })
	<-started
	for range waiters {
		write(func() {})
	}
	wait.Wait()
}

// waitForWaiters returns when so many writers stand in line.
func waitForWaiters(db *sqlite.DB, count int) {
	for sqlite.Waiting(db) < count {
		time.Sleep(time.Millisecond)
	}
}

func count(t *testing.T, db *sqlite.DB) (number int) {
	err := db.Read(t.Context(), func(tx store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM thing").Scan(&number)
	})
	if err != nil {
		t.Error(err)
	}
	return number
}

// TestDurableWritesJoinNoOthers has writers of both kinds wait for each other.
// Whether a commit syncs is settled when its transaction begins, so each must find
// a transaction that is synced as it needs it (PRAGMA synchronous: 2 syncs).
func TestDurableWritesJoinNoOthers(t *testing.T) {
	t.Parallel()
	type write = func(context.Context, func(store.Tx) error) error
	for name, kinds := range map[string]func(*sqlite.DB) (first, second write, want int){
		"durable after bulk": func(db *sqlite.DB) (first, second write, want int) { return db.WriteBulk, db.Write, 2 },
		"bulk after durable": func(db *sqlite.DB) (first, second write, want int) { return db.Write, db.WriteBulk, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, filepath.Join(t.TempDir(), "a.db"))
			first, second, want := kinds(db)
			started := make(chan struct{})
			var wait sync.WaitGroup
			wait.Go(func() {
				if err := first(t.Context(), func(store.Tx) error { close(started); waitForWaiters(db, 1); return nil }); err != nil {
					t.Error(err)
				}
			})
			<-started
			var got int
			err := second(t.Context(), func(tx store.Tx) error {
				return tx.QueryRow(t.Context(), "PRAGMA synchronous").Scan(&got)
			})
			if err != nil || got != want {
				t.Errorf("the commit of the second has synchronous %d, want %d (%v)", got, want, err)
			}
			wait.Wait()
		})
	}
}

// TestLostTransaction has SQLite roll back the whole transaction under the
// second member: the first, which was done, must not be told that it succeeded.
func TestLostTransaction(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	execute(t, db, "CREATE TABLE thing (id BIGINT PRIMARY KEY)")
	started := make(chan struct{})
	first := make(chan error)
	go func() {
		first <- db.Write(t.Context(), func(tx store.Tx) error {
			close(started)
			waitForWaiters(db, 1)
			_, err := tx.Exec(t.Context(), "INSERT INTO thing (id) VALUES (1)")
			return err
		})
	}()
	<-started
	second := db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT OR ROLLBACK INTO thing (id) VALUES (1)")
		return err
	})
	if !errors.Is(second, store.ErrUnique) {
		t.Errorf("second: got %v", second)
	}
	if err := <-first; err == nil {
		t.Error("the first write was lost and is said to have succeeded")
	}
	execute(t, db, "INSERT INTO thing (id) VALUES (2)")
	if got := count(t, db); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
}

func TestReopenedFileHasWhatWasWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "with ? and # and %41.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, "CREATE TABLE thing (id BIGINT)")
	execute(t, db, "INSERT INTO thing (id) VALUES (1)")
	// A second process finds it before the first has closed the file.
	if got := count(t, open(t, path)); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := count(t, open(t, path)); got != 1 {
		t.Errorf("got %d rows, want 1", got)
	}
}

func TestTwoProcessesWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	dbs := []*sqlite.DB{open(t, path), open(t, path)}
	execute(t, dbs[0], "CREATE TABLE thing (id BIGINT)")
	var wait sync.WaitGroup
	for _, db := range dbs {
		wait.Go(func() {
			for range 50 {
				execute(t, db, "INSERT INTO thing (id) VALUES (1)")
			}
		})
	}
	wait.Wait()
	if got := count(t, dbs[0]); got != 100 {
		t.Errorf("got %d rows, want 100", got)
	}
}

func TestOpenTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			db, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestSettings(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "cache_size": "-65536", "busy_timeout": "5000",
	} {
		var got any
		err := db.Write(t.Context(), func(tx store.Tx) error {
			return tx.QueryRow(t.Context(), "PRAGMA "+pragma).Scan(&got)
		})
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s is %v, want %s (%v)", pragma, got, want, err)
		}
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	if _, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil {
		t.Error("a folder that does not exist was no error")
	}
}
