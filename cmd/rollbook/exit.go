package main

import (
	"errors"

	"rollbook/internal/installation"
	"rollbook/internal/run"
)

// The exit statuses. A command's help says which of them it has.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2 // or no installation
	exitRecordErrors = 3 // done, without the records that have errors
	exitUnusableFeed = 4 // nothing of it was stored
	exitHeld         = 5 // a plan waits for a person, or cannot be decided on
	exitAtWork       = 6 // another process is; nothing was done
	exitTarget       = 7 // a directory could not be reached, or refused the login
)

// exitError is an error that has an exit status of its own. Every other error
// ends the program with exitFailed.
type exitError struct {
	status int
	err    error // nil where everything was said already
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError says that the command line asks for something that cannot be.
func usageError(err error) error { return &exitError{status: exitUsage, err: err} }

// exitStatus returns the status that an error ends the program with.
func exitStatus(err error) int {
	if err == nil {
		return exitDone
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.status
	}
	if _, unclear := errors.AsType[*run.UnclearFlow](err); unclear || noInstallation(err) {
		return exitUsage
	}
	return exitFailed
}

// noInstallation reports whether a command found no installation to work on, or,
// to make one, no place for it.
func noInstallation(err error) bool {
	_, missing := errors.AsType[*installation.MissingError](err)
	_, exists := errors.AsType[*installation.ExistsError](err)
	_, wrong := errors.AsType[*installation.WrongError](err)
	return missing || exists || wrong
}
