package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"
)

// Why a database is refused before anything is written to it.
var (
	// ErrNewer is of a database that a newer release brought up to date.
	ErrNewer = errors.New("a newer release of Rollbook brought it up to date: run that release or a later one, " +
		"or put back a backup from before it")

	// ErrOlder is of a database of a release that this one does not go on from.
	ErrOlder = errors.New("it is of a release before the first that this one can go on from: keep it, " +
		"make an installation in another folder or database with rollbook init, and sync the same files into that")

	// ErrForeign is of a database that holds something else.
	ErrForeign = errors.New("it holds tables, and none of Rollbook: name another database")
)

// check says what is wrong with a database to which the migrations of these
// numbers were applied, for a program that knows those in known, both sorted. A
// database can be brought up to date where they are the first of those.
func check(applied, known []int64) error {
	if len(applied) == 0 {
		return nil
	}
	switch {
	case applied[len(applied)-1] > known[len(known)-1]:
		return ErrNewer
	case len(applied) > len(known) || !slices.Equal(applied, known[:len(applied)]):
		return ErrOlder
	}
	return nil
}

// versions returns the numbers of the migrations in files, sorted.
func versions(files fs.FS) ([]int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	var known []int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		known = append(known, version)
	}
	slices.Sort(known)
	return known, nil
}
