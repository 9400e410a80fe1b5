package hosted

import "errors"

// DeltaQuery asks for a page of what changed.
type DeltaQuery struct {
	// Token is Next or Done of an earlier Delta; "" for everything there is, and
	// Latest for nothing but a Done.
	Token string

	Top     int  // at most this many objects
	Classes bool // of groups: those of classes alone
	Schools bool // of administrative units: schools alone
	Members bool // of groups: also who came and went
}

// Latest is the token of whoever wants to know what changes from now on.
const Latest = "latest"

// Delta is a page of what changed. It may hold what had not changed, and say a
// thing twice. One of Next and Done is set.
type Delta[T any] struct {
	Changed []T
	Deleted []string // IDs
	Next    string   // the token of the rest
	Done    string   // the token of what changes after all of this
}

// GroupChange is a group with the IDs of the members who came and went.
type GroupChange struct {
	Group
	Came, Went []string
}

// ErrForgotten says that what changed since a token is not known any more.
var ErrForgotten = errors.New("what changed since is not known any more")
