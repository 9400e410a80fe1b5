// Package dryrun lets a directory be read and never written to, whatever rights
// its credentials have.
package dryrun

import (
	"context"
	"errors"
	"iter"

	"rollbook/internal/directory"
)

// ErrReadOnly says that something was to be written to a directory that is only
// read.
var ErrReadOnly = errors.New("this directory is only read in a dry run")

// Target is a directory that is only read.
type Target struct{ directory.Target }

// Apply implements directory.Target: it tries no change, and fails.
func (Target) Apply(context.Context, iter.Seq[directory.Change], func(...directory.Outcome) error) error {
	return ErrReadOnly
}
