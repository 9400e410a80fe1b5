package plan

import (
	"context"
	"iter"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Roster is what the school says. It MUST be safe to read by another goroutine
// than that which uses the Memory and the Directory.
type Roster interface {
	// Records yields the records of a kind in the order of their IDs. A record
	// is valid until the next one is yielded.
	Records(ctx context.Context, source int, kind roster.Kind) iter.Seq2[roster.Record, error]
	// RecordsOf yields those that have one of the IDs, which are ascending.
	RecordsOf(ctx context.Context, source int, kind roster.Kind, ids []roster.ID) iter.Seq2[roster.Record, error]
}

// Memory is what was last applied. It MUST be safe to read by another goroutine
// than that which uses the Roster and the Directory.
type Memory interface {
	// Accounts yields the accounts of a source's people in the order of the
	// people's IDs.
	Accounts(ctx context.Context, source int) iter.Seq2[Account, error]
	// ClassGroups yields the groups of a source's classes in the order of the
	// classes' IDs. Owners and Members are valid until the next one is yielded.
	ClassGroups(ctx context.Context, source int) iter.Seq2[ClassGroup, error]
	// AccountsOf yields those of some people, and ClassGroupsOf those of some
	// classes, whose IDs are ascending.
	AccountsOf(ctx context.Context, source int, people []roster.ID) iter.Seq2[Account, error]
	ClassGroupsOf(ctx context.Context, source int, classes []roster.ID) iter.Seq2[ClassGroup, error]
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

// AccountIDs leads from people to the directory's IDs of their accounts.
type AccountIDs []string

// Of returns the ID of a person's account, "" for none.
func (a AccountIDs) Of(person roster.ID) string {
	if int(person) >= len(a) {
		return ""
	}
	return a[person]
}

// Set notes whose account one is.
func (a *AccountIDs) Set(person roster.ID, id string) {
	if missing := int(person) + 1 - len(*a); missing > 0 {
		*a = append(*a, make(AccountIDs, missing)...)
	}
	(*a)[person] = id
}

// Directory is what planning asks of a directory.
type Directory interface {
	Version(ctx context.Context) (string, error)
	Users(ctx context.Context) iter.Seq2[directory.User, error]
	FindUsers(ctx context.Context, property string, values []string) (map[string][]directory.User, error)
	Groups(ctx context.Context) iter.Seq2[directory.GroupContent, error]
}
