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

	// turn is held by the Apply that is going on. It guards known and debt.
	turn  chan struct{}
	known *known // where all objects are, or nil
	debt  int    // objects looked up one by one since known was last loaded

	// reversing is held by whoever uses reverse, which may be nil.
	reversing chan struct{}
	reverse   *reverse

	made         sync.Map     // indexes that were made because somebody asked, by column
	indexed      atomic.Bool  // users and groups were seen to be: they stay so
	usersIndexed atomic.Bool  // the same of users alone
	lastBulk     atomic.Int64 // when Apply last created many objects, Unix seconds
}

var _ directory.Target = (*Directory)(nil)

// New returns the directory in db. newID returns a new UUID at each call.
func New(db store.DB, now func() time.Time, newID func() string) *Directory {
	return &Directory{db: db, now: now, newID: newID, turn: make(chan struct{}, 1), reversing: make(chan struct{}, 1)}
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
