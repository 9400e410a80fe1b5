package sqlite

import (
	"errors"
	"fmt"
	"time"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollbook/internal/store"
)

const (
	busyAfter = 5 * time.Second  // another process was at work for as long already
	diskAfter = 30 * time.Second // somebody has to look after the disk

	// primaryCode masks the part of a code that every version of SQLite has.
	primaryCode = 0xff
)

// translate maps the driver's errors to the kinds of package store. They are about
// the database in a file.
func translate(file string, err error) error {
	var failure *modernc.Error
	if err == nil || !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fmt.Errorf("%w: %w", store.ErrUnique, err)
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the file beside the log that all processes share
		return &store.Full{Where: file, Err: err}
	case sqlite3.SQLITE_READONLY_DBMOVED:
		return &store.ReadOnly{Where: file, Remedy: "it was moved or removed while it was open: put it back, and start again", Err: err}
	}
	switch failure.Code() & primaryCode {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return &store.Unavailable{Where: file, After: busyAfter, Err: fmt.Errorf("another process has been writing to it for more than five seconds: %w", err)}
	case sqlite3.SQLITE_FULL:
		return &store.Full{Where: file, Err: err}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return &store.ReadOnly{Where: file, Remedy: remedy, Err: err}
	case sqlite3.SQLITE_CANTOPEN:
		return &store.Unavailable{Where: file, After: diskAfter, Err: fmt.Errorf("it, or a file beside it, cannot be opened; %s: %w", remedy, err)}
	case sqlite3.SQLITE_IOERR:
		return &store.Unavailable{Where: file, After: diskAfter, Err: fmt.Errorf("the disk fails: %w", err)}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &store.Damaged{Where: file, Err: err}
	}
	return err
}

// remedy is what to do where a file cannot be written.
const remedy = "see that the user whom Rollbook runs as may write to it and to its folder, and that its disk is not mounted for reading alone"
