package embedded

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/store"
)

// Directory is a directory.Target in the tables directory_… of a store.
type Directory struct {
	db    store.DB
	now   func() time.Time
	newID func() string
	hash  hasher

	// writing is held by who writes objects, and turn by who works out what to
	// write. Who takes both takes writing first.
	writing lock
	turn    lock
	known   *known // where all objects are, or nil, but for what was written since; guarded by turn
	debt    int    // objects looked up one by one since known was last loaded; guarded by turn
	line    line   // what is pending

	// reversing is held by whoever uses reverse, which may be nil.
	reversing lock
	reverse   *reverse

	made         sync.Map     // indexes that were made because somebody asked, by column
	indexed      atomic.Bool  // users and groups were seen to be: they stay so
	usersIndexed atomic.Bool  // the same of users alone
	lastBulk     atomic.Int64 // when Apply last created many objects, Unix seconds
}

var _ directory.Preparer = (*Directory)(nil)

// New returns the directory in db. newID returns a new UUID at each call.
func New(db store.DB, now func() time.Time, newID func() string) *Directory {
	return &Directory{db: db, now: now, newID: newID, hash: newHasher(), writing: newLock(), turn: newLock(), reversing: newLock()}
}

// Version implements directory.Target.
func (d *Directory) Version(ctx context.Context) (string, error) {
	var s state
	err := d.db.Read(ctx, func(tx store.Tx) (err error) {
		s, err = readState(ctx, tx)
		return err
	})
	return strconv.FormatInt(s.version, 10), err
}
