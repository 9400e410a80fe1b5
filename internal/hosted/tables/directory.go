package tables

import (
	"sync"
	"sync/atomic"
	"time"

	"rollbook/internal/store"
)

// Directory is a directory in the tables directory_… of a store.
type Directory struct {
	db    store.DB
	now   func() time.Time
	newID func() string
	hash  hasher

	turn  lock   // held by who writes objects
	known *known // where all objects are, or nil; guarded by turn
	debt  int    // objects looked up one by one since known was last loaded; guarded by turn

	// reversing is held by whoever uses reverse, which may be nil.
	reversing lock
	reverse   *reverse

	made         sync.Map     // indexes that were made because somebody asked, by column
	indexed      atomic.Bool  // users and groups were seen to be: they stay so
	usersIndexed atomic.Bool  // the same of users alone
	lastBulk     atomic.Int64 // when Apply last created many objects, Unix seconds
}

// New returns the directory in db. newID returns a new UUID at each call.
func New(db store.DB, now func() time.Time, newID func() string) *Directory {
	return &Directory{db: db, now: now, newID: newID, hash: newHasher(), turn: newLock(), reversing: newLock()}
}
