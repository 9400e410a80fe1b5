package flow

import (
	"errors"
	"fmt"
)

// ErrorKind says what is wrong with a request to change the configuration.
type ErrorKind int

// The kinds of error. Surfaces map each once, to a status of theirs.
const (
	Invalid      ErrorKind = iota + 1 // a value that is not allowed
	NotFound                          // an ID that does not exist
	Conflict                          // against another entity, such as a second flow of a kind
	NotUpdatable                      // a change of what may not change
	NotAllowed                        // a change of what belongs to the system
)

// Error is a refused request: what is wrong with which member, and what would do.
type Error struct {
	Kind    ErrorKind
	Target  string // the member, as a path: configuration/enrollmentMappings
	Message string
}

func (e *Error) Error() string { return e.Message }

// IsKind reports whether err is an Error of the kind.
func IsKind(err error, kind ErrorKind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

func invalid(target, format string, args ...any) error {
	return &Error{Kind: Invalid, Target: target, Message: fmt.Sprintf(format, args...)}
}

func conflict(target, format string, args ...any) error {
	return &Error{Kind: Conflict, Target: target, Message: fmt.Sprintf(format, args...)}
}

func notFound(name, id string) error {
	return &Error{Kind: NotFound, Message: fmt.Sprintf("there is no %s with the id %q", name, id)}
}

// unchanged refuses a change of a member that is given once. Repeating its
// value is fine: clients send back what they read.
func unchanged[V comparable](target string, old, value V) error {
	if old == value {
		return nil
	}
	return &Error{
		Kind: NotUpdatable, Target: target,
		Message: fmt.Sprintf("%s is given at creation and stays %v: leave it out, or make a new entity", target, old),
	}
}
