package plan

import (
	"context"
	"iter"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Roster is what the school says.
type Roster interface {
	// Records yields the records of a kind in the order of their IDs. A record
	// is valid until the next one is yielded.
	Records(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Record, error]
}

// Memory is what was last applied.
type Memory interface {
	// Accounts yields the accounts of a source's people in the order of the people's IDs.
	Accounts(ctx context.Context, source int) iter.Seq2[Account, error]
	// ClassGroups yields the groups of a source's classes in the order of the classes' IDs.
	ClassGroups(ctx context.Context, source int) iter.Seq2[ClassGroup, error]
}

// Account is what Rollbook knows of a person's account.
type Account struct {
	Person   roster.ID
	ObjectID string
	Created  bool   // by Rollbook: then it also keeps the name up to date
	Written  string // Properties, encoded
}

// ClassGroup is what Rollbook knows of a class's group.
type ClassGroup struct {
	Class    roster.ID
	ObjectID string
	Written  string // Properties, encoded
	Owners   []byte // People, encoded
	Members  []byte // People, encoded
}

// Directory is what planning asks of a directory.
type Directory interface {
	Version(ctx context.Context) (string, error)
	Users(ctx context.Context) iter.Seq2[directory.User, error]
	FindUsers(ctx context.Context, property string, values []string) (map[string][]directory.User, error)
	Groups(ctx context.Context) iter.Seq2[directory.GroupContent, error]
}

// cursor walks a sequence that is sorted by ID beside another one.
type cursor[T any] struct {
	next func() (T, error, bool)
	stop func()
	id   func(T) roster.ID
	head T
	ok   bool
}

func newCursor[T any](seq iter.Seq2[T, error], id func(T) roster.ID) (*cursor[T], error) {
	next, stop := iter.Pull2(seq)
	c := &cursor[T]{next: next, stop: stop, id: id}
	return c, c.advance()
}

func (c *cursor[T]) advance() error {
	var err error
	c.head, err, c.ok = c.next()
	return err
}

// at returns the element with an ID, having passed those before it.
func (c *cursor[T]) at(id roster.ID) (T, bool, error) {
	var none T
	for c.ok && c.id(c.head) < id {
		if err := c.advance(); err != nil {
			return none, false, err
		}
	}
	if c.ok && c.id(c.head) == id {
		return c.head, true, nil
	}
	return none, false, nil
}
