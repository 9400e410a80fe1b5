package directory

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of failure of a change, or of a directory as a whole. They are told
// apart by type (errors.As). Their texts are the directory's own words, without
// secrets.

// Busy says that the directory asks to be left alone for a while.
type Busy struct {
	After time.Duration // at least so long; 0 where it does not say
	All   bool          // every request, not only this one
	Text  string
}

// Denied says that a right is missing.
type Denied struct {
	Needs string // the right, where it is known
	Text  string
}

// Unknown says that nobody can tell whether the change was done: the answer was lost.
type Unknown struct{ Text string }

// Conflict says that another object has a value that must be unique.
type Conflict struct {
	Property Property
	Value    string
	Holder   Ref // where it is known
}

// Drifted says that somebody else changed a value since the change was planned.
type Drifted struct {
	Property Property
	Is       string
}

// Invalid says that the directory cannot hold a value, whoever asks.
type Invalid struct {
	Property Property
	Text     string
}

// NotFound says that an object is not there.
type NotFound struct{ Ref Ref }

// Waits says that a change was not tried, as an object that it needs is missing.
type Waits struct{ For Ref }

// Expired says that a Mark is not valid any more, for these kinds or at all.
type Expired struct{ Text string }

func (e Busy) Error() string   { return "the directory is busy: " + e.Text }
func (e Denied) Error() string { return "the directory denies it: " + e.Text }
func (e Unknown) Error() string {
	return "nobody can tell whether it was done: " + e.Text
}

func (e Conflict) Error() string {
	return fmt.Sprintf("another object of the directory has the %s %q", e.Property, e.Value)
}

func (e Drifted) Error() string {
	return fmt.Sprintf("somebody else changed the %s to %q", e.Property, e.Is)
}
func (e Invalid) Error() string {
	return fmt.Sprintf("the directory refuses the %s: %s", e.Property, e.Text)
}
func (e NotFound) Error() string {
	return fmt.Sprintf("the %s %s is not in the directory", e.Ref.Kind, e.Ref.name())
}
func (e Waits) Error() string {
	return fmt.Sprintf("it waits for the %s %s, which is not there yet", e.For.Kind, e.For.name())
}
func (e Expired) Error() string { return "what changed since is not known any more: " + e.Text }

// name returns what a person knows an object by.
func (r Ref) name() string {
	switch {
	case r.Anchor != "":
		return r.Anchor
	case r.ID != "":
		return r.ID
	}
	return r.At
}

// The codes of the kinds of failure, as they are kept and counted.
const (
	CodeBusy     = "busy"
	CodeDenied   = "denied"
	CodeUnknown  = "unknown"
	CodeConflict = "conflict"
	CodeDrifted  = "drifted"
	CodeInvalid  = "invalid"
	CodeNotFound = "notFound"
	CodeWaits    = "waits"
	CodeExpired  = "expired"
	CodeOther    = "other" // of an error that this package does not know
)

// Code returns the code of a failure, "" for none.
func Code(err error) string {
	if err == nil {
		return ""
	}
	for _, kind := range []struct {
		is   func(error) bool
		code string
	}{
		{is[Busy], CodeBusy}, {is[Denied], CodeDenied}, {is[Unknown], CodeUnknown}, {is[Conflict], CodeConflict}, {is[Drifted], CodeDrifted},
		{is[Invalid], CodeInvalid}, {is[NotFound], CodeNotFound}, {is[Waits], CodeWaits}, {is[Expired], CodeExpired},
	} {
		if kind.is(err) {
			return kind.code
		}
	}
	return CodeOther
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
