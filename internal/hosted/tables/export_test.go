package tables

import (
	"context"
	"strconv"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
)

// PageUsersOf is PageUsers that looks at no more than so many accounts for a
// page where an index does not tell which.
func (d *Directory) PageUsersOf(ctx context.Context, q hosted.Query, most int) (hosted.Page[hosted.User], error) {
	l := userList()
	l.most = most
	return pageOf(ctx, d, l, q)
}

// CountUsersTesting is CountUsers that tests no more than so many accounts.
func (d *Directory) CountUsersTesting(ctx context.Context, f hosted.Filter, most int) (int, error) {
	l := userList()
	l.tests = most
	return count(ctx, d, l, f)
}

// ListUsersTesting is ListUsers that tests no more than so many accounts.
func (d *Directory) ListUsersTesting(ctx context.Context, q hosted.Query, most int) ([]hosted.User, error) {
	l := userList()
	l.tests = most
	return page(ctx, d, l, q)
}

// MaxTries is how often it is looked on for a page that has nothing yet.
const MaxTries = maxTries

// Places is places by text.
type Places struct {
	places *places
	hash   hasher
}

// NewPlaces returns an empty one.
func NewPlaces() Places { return Places{newPlaces(0), newHasher()} }

// Set makes a text lead to num.
func (p Places) Set(text string, num int64) { p.places.set(p.hash.key(text), num) }

// Get returns where a text leads, and whether it is known.
func (p Places) Get(text string) (int64, bool) { return p.places.get(p.hash.key(text)) }

// Follow takes over what another one holds, which must have been made by Beside.
func (p Places) Follow(other Places) { p.places.follow(other.places) }

// Beside returns an empty one whose contents another can take over.
func (p Places) Beside() Places { return Places{newPlaces(0), p.hash} }

// Version returns a token for the content of the directory.
func (d *Directory) Version(ctx context.Context) (string, error) {
	var s state
	err := d.db.Read(ctx, func(tx store.Tx) (err error) {
		s, err = readState(ctx, tx)
		return err
	})
	return strconv.FormatInt(s.version, 10), err
}
