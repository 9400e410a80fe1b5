package store

import (
	"context"
	"iter"

	"rollbook/internal/roster"
)

// EntriesOfRoster returns the entries of what a stream says, as the roster has them.
func EntriesOfRoster(ctx context.Context, db DB, stream roster.Stream, kind roster.Kind) iter.Seq2[roster.Entry, error] {
	return said{db, stream}.entries(ctx, kind)
}

// UnpackEntries calls fn with the entries of a block of the roster's index.
func UnpackEntries(kind roster.Kind, packed []byte, fn func(roster.Entry) bool) error {
	return unpackSound(kind, packed, fn)
}

// PackEntries returns the block that holds entries of a kind.
func PackEntries(kind roster.Kind, entries []roster.Entry) []byte {
	b := block{kind: kind}
	for _, e := range entries {
		b.add(e)
	}
	return b.pack()[checksumLength:]
}
