package sqlite_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollbook/internal/store"
	"rollbook/internal/store/sqlite"
)

const logPage = 16 << 10 // bytes

// stillDB is a database with a table for bodies of a page each. Its log is moved
// from move pages on, and begins anew from longest pages on.
func stillDB(t *testing.T, path string, move, longest int) sqlite.Still {
	t.Helper()
	db, err := sqlite.OpenStill(t.Context(), path, move, longest)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db.DB, `CREATE TABLE IF NOT EXISTS large (id INTEGER PRIMARY KEY, body BLOB)`)
	return db
}

func addPage(t *testing.T, db sqlite.Still) {
	t.Helper()
	err := db.WriteBulk(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO large (body) VALUES ($1)`, make([]byte, logPage))
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// start has the log be moved, as it must be before the database is closed.
func start(t *testing.T, db sqlite.Still) {
	t.Helper()
	db.Start()
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func mustCountPages(t *testing.T, db sqlite.Still) int {
	t.Helper()
	pages, err := db.LogPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestLogStaysShort writes without a pause while the log is shortened again and
// again. Nothing here is a matter of time: a write that comes after a shortening
// finds a log that is at most as long as it may be, and longer only by what was
// written meanwhile, which is counted.
func TestLogStaysShort(t *testing.T) {
	t.Parallel()
	const move, longest, pagesOfAWrite = 16, 64, 7
	db := stillDB(t, filepath.Join(t.TempDir(), "a.db"), move, longest)
	var begun, done atomic.Int64
	var enough atomic.Bool
	var wait sync.WaitGroup
	wait.Go(func() {
		for !enough.Load() {
			begun.Add(1)
			addPage(t, db)
			done.Add(1)
		}
	})
	base, from, to := int64(0), int64(0), int64(0) // writes that were done when a shortening began and ended
	for rounds := 0; rounds < 12 && !t.Failed(); {
		if done.Load() >= to+2 {
			rounds, base = rounds+1, from // one at least of two writes began after it
		}
		from = done.Load()
		if err := db.Shorten(t.Context()); err != nil {
			t.Error(err)
		}
		to = done.Load()
		pages, err := db.LogPages(t.Context())
		if most := move + longest + pagesOfAWrite*int(begun.Load()-base); err != nil || pages > most {
			t.Errorf("the log has %d pages after %d writes, and may have %d (%v)", pages, begun.Load(), most, err)
		}
	}
	enough.Store(true)
	wait.Wait()
	start(t, db)
	var rows int64
	if err := db.ReadRow(t.Context(), `SELECT count(*) FROM large`, nil, &rows); err != nil || rows != done.Load() {
		t.Errorf("%d rows, want %d (%v)", rows, done.Load(), err)
	}
}

// TestWritesTellOfTheLog: each of those of something large does.
func TestWritesTellOfTheLog(t *testing.T) {
	t.Parallel()
	db := stillDB(t, filepath.Join(t.TempDir(), "a.db"), 1, 1)
	for range 10 {
		addPage(t, db)
		if !db.Told() {
			t.Fatal("a write of something large told nobody that the log has grown")
		}
	}
	start(t, db)
}

// TestSmallWritesTellOfTheLog: each is small, and many are not.
func TestSmallWritesTellOfTheLog(t *testing.T) {
	t.Parallel()
	db := stillDB(t, filepath.Join(t.TempDir(), "a.db"), 1, 1)
	told := 0
	for range 300 {
		execute(t, db.DB, `INSERT INTO large (body) VALUES ('')`)
		if db.Told() {
			told++
		}
	}
	if told != 3 {
		t.Errorf("of 300 small writes %d told that the log has grown, want 3", told)
	}
	start(t, db)
}

// TestLogIsMovedBesideWriters starts what moves the log, and waits for it however
// long it takes on a busy machine.
func TestLogIsMovedBesideWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db, watcher := stillDB(t, path, 1, 1), stillDB(t, path, 1, 1)
	for range 10 {
		addPage(t, db)
	}
	full := mustCountPages(t, watcher)
	start(t, db)
	for mustCountPages(t, watcher) >= full {
		addPage(t, db)
		time.Sleep(time.Millisecond)
	}
	start(t, watcher)
}
