package store

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of failure that callers tell apart. Engines map theirs to these.
var (
	ErrNoRows = errors.New("no such row")
	ErrUnique = errors.New("a row with this key exists")
)

// The failures of the machine below, which nobody who asked can help: Unavailable
// passes by itself, Full, ReadOnly and Damaged are for whoever runs the machine.
// Engines MUST return them from every method of DB, wrapped or not. Where says
// which file or which server it is about, without a password.

// Unavailable says that the database does not answer, or does not get round to
// what it was asked. Nothing that was asked has been done, unless the connection
// was lost during a commit: then it is not known.
type Unavailable struct {
	Where string
	After time.Duration // when to ask again
	Err   error
}

func (e *Unavailable) Error() string {
	return fmt.Sprintf("the database %s cannot be reached or is too busy: %v", e.Where, e.Err)
}

func (e *Unavailable) Unwrap() error { return e.Err }

// Full says that the disk has no room for what was to be written. None of it was.
type Full struct {
	Where string
	Err   error
}

func (e *Full) Error() string {
	return fmt.Sprintf("there is no room left to write to %s; make room on its disk, and ask again: %v", e.Where, e.Err)
}

func (e *Full) Unwrap() error { return e.Err }

// ReadOnly says that the database can be read and not written.
type ReadOnly struct {
	Where  string
	Remedy string
	Err    error
}

func (e *ReadOnly) Error() string {
	return fmt.Sprintf("%s can only be read; %s: %v", e.Where, e.Remedy, e.Err)
}

func (e *ReadOnly) Unwrap() error { return e.Err }

// Damaged says that what is stored is not what was written.
type Damaged struct {
	Where string
	Err   error
}

func (e *Damaged) Error() string {
	return fmt.Sprintf("%s is damaged; rollbook verify says how far, and a backup has what was there: %v", e.Where, e.Err)
}

func (e *Damaged) Unwrap() error { return e.Err }
