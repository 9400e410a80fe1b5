package directory

import (
	"context"
	"time"
)

// Verb says what a Change does.
type Verb string

// The verbs.
const (
	Create  Verb = "create"
	Update  Verb = "update"
	Delete  Verb = "delete" // so that it can be restored, where the directory can
	Restore Verb = "restore"
)

// Change is one write to a directory: to one object, with all its links.
type Change struct {
	Seq  int64 // its number in the plan
	Wave int   // changes of one wave do not depend on each other
	Verb Verb
	Ref  Ref

	Set   Values       // what a create and an update write
	Was   Values       // what an update found, of the same properties; of a delete, all
	Links []LinkChange // of a create and an update
	// WasLinks are the links of an object that is deleted.
	WasLinks []Link

	// Secret returns the initial password of an account that the change creates; nil for
	// none. It MUST NOT be kept or shown, nor sent to an object that was there before.
	Secret func(ctx context.Context) (string, error)

	// Tried is when an earlier attempt began of which the outcome is not known;
	// zero for a change that was not tried.
	Tried time.Time
	// Handle is what an outcome that was Accepted said.
	Handle string
}

// LinkChange adds a link to an object, or removes one.
type LinkChange struct {
	Link
	Remove bool
}

// OutcomeState says how far a change came.
type OutcomeState uint8

// The states of an outcome.
const (
	Done     OutcomeState = iota + 1
	Part                  // more outcomes of the change follow
	Accepted              // the directory does it later; ask again with the Handle
	Failed                // Err says why; what was done before is told all the same
)

// Outcome is what became of a Change, or of a part of it.
type Outcome struct {
	Seq   int64
	Ref   Ref // with what is known of the object now
	State OutcomeState

	// Made says that this change created the object: it was not there before.
	Made bool
	// Set and Was are the values that were really changed, and what they were.
	// Links are the links that were really changed: one that was so already is
	// not among them.
	Set, Was Values
	Links    []LinkChange
	// Refused are the links that could not be changed, each with its error.
	Refused []LinkFailure
	// Kept are values that the directory holds in another form than was asked.
	Kept   Values
	Handle string
	Err    error // of a change that Failed; one of the errors of this package
}

// LinkFailure is a link that could not be changed, and why.
type LinkFailure struct {
	LinkChange
	Err error
}
