package hosted

import "errors"

// GroupContent is a Group with everybody in it.
type GroupContent struct {
	Group
	Memberships []Membership
}

// The kinds of failure of a single effect. Implementations wrap them.
var (
	ErrNotFound = errors.New("not in the directory")
	ErrConflict = errors.New("taken by another object of the directory")
	ErrInvalid  = errors.New("refused by the directory")
)
