package ledger

import (
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Target numbers a directory that Rollbook writes to.
type Target int

// Hosted is the directory that Rollbook hosts itself. Every installation has it.
const Hosted Target = 1

// Record names a record of the roster of which a target holds an object: a person
// has an account, a class a group.
type Record struct {
	Kind   directory.Kind `json:"kind"`
	Source int            `json:"source"`
	ID     roster.ID      `json:"id"`
}

// IDs is a set of records of one source and kind, ascending.
type IDs []roster.ID

// Minus returns the records of s that are not in other.
func (s IDs) Minus(other IDs) IDs {
	if len(other) == 0 {
		return s
	}
	var rest IDs
	for _, id := range s {
		if !other.Has(id) {
			rest = append(rest, id)
		}
	}
	return rest
}

// And returns the records that are in both.
func (s IDs) And(other IDs) IDs {
	var both IDs
	for _, id := range s {
		if other.Has(id) {
			both = append(both, id)
		}
	}
	return both
}

// With returns the set with others added. It leaves s as it is.
func (s IDs) With(others IDs) IDs {
	if len(others) == 0 {
		return s
	}
	all := slices.Concat(s, others)
	slices.Sort(all)
	return slices.Compact(all)
}

// Has reports whether a record is in the set.
func (s IDs) Has(id roster.ID) bool {
	_, found := slices.BinarySearch(s, id)
	return found
}
