package directory

import (
	"context"
	"errors"
	"iter"
)

// Target is a directory that Rollbook writes to. Package target/targettest
// holds the suite that every implementation MUST pass.
//
// All methods MUST be safe for use by several goroutines, and MUST return soon
// after ctx is done.
type Target interface {
	// Version returns a token for the present content of the directory. Two
	// equal tokens MUST mean that nothing a Target can see changed in between.
	// A directory that cannot tell MUST return "".
	Version(ctx context.Context) (string, error)

	// Users yields every account, each once, in no particular order. It MUST
	// yield an error, and stop, where it cannot yield them all.
	Users(ctx context.Context) iter.Seq2[User, error]

	// FindUsers returns the accounts whose property (PropertyUserPrincipalName
	// or PropertyMail) equals one of the values, compared without case. Values
	// that no account has are left out. The keys of the result are the values in
	// lower case; where several accounts have one value, all are returned.
	FindUsers(ctx context.Context, property string, values []string) (map[string][]User, error)

	// Groups yields every group that has an anchor, each once, with its
	// memberships, in no particular order. It MUST yield an error, and stop,
	// where it cannot yield them all.
	Groups(ctx context.Context) iter.Seq2[GroupContent, error]

	// Apply tries the effects in order and returns an outcome for each. batch
	// names this list of effects: a caller that does not know whether an
	// earlier Apply of the same batch went through (it was killed) calls again
	// with the same name and the same effects.
	//
	// An effect whose object is already as the effect wants it MUST count as
	// done: a create whose anchor exists returns that object's ID, an add of
	// who is in and a remove of who is not in do nothing. An effect MUST be done
	// whole or not at all, except that a ChangeMembers naming a user that does
	// not exist does the rest and returns ErrNotFound. An effect that fails
	// MUST NOT keep the following ones from being tried.
	//
	// Apply returns an error, and no outcomes, only where it cannot tell what
	// became of the effects; then the caller calls again later.
	Apply(ctx context.Context, batch string, effects []Effect) ([]Outcome, error)
}

// Preparer is a Target that can work out what a batch comes to while the one
// before is being applied.
type Preparer interface {
	Target

	// Prepare takes the effects of the batch that is to be applied next, after
	// those that were prepared before it, as if they had been applied. It MUST
	// NOT change anything that can be seen.
	Prepare(ctx context.Context, batch string, effects []Effect) (Prepared, error)
}

// Prepared applies a batch that was prepared, and MUST do what Target.Apply
// would do at that moment, whatever became of the batches before and whoever
// else changed the directory in between. It is called once or, where the caller
// gives up, not at all, and no two are called at a time.
type Prepared func(ctx context.Context) ([]Outcome, error)

// Prepare prepares a batch where the target can; where it cannot, all is done
// when it is applied.
func Prepare(ctx context.Context, t Target, batch string, effects []Effect) (Prepared, error) {
	if p, ok := t.(Preparer); ok {
		return p.Prepare(ctx, batch, effects)
	}
	return func(ctx context.Context) ([]Outcome, error) { return t.Apply(ctx, batch, effects) }, nil
}

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
