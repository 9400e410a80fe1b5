package directory

import "strings"

// Kind says what an object is. A new kind is one constant, one row of kinds, and
// a shaper of package plan.
type Kind string

// The kinds.
const (
	Account    Kind = "account"
	ClassGroup Kind = "classGroup"
)

// kindRow is what is the same for all objects of a kind.
type kindRow struct {
	kind      Kind
	anchor    string // what the anchor begins with
	relations []Relation
}

// kinds is the table of kinds, in the order in which what is created may be
// referred to: an object only links to those of earlier kinds.
func kinds() []kindRow {
	return []kindRow{
		{Account, "user_", nil},
		{ClassGroup, "Section_", []Relation{Owner, Member}},
	}
}

// Kinds returns all kinds. An object only links to objects of earlier ones.
func Kinds() []Kind {
	var all []Kind
	for _, row := range kinds() {
		all = append(all, row.kind)
	}
	return all
}

func (k Kind) row() kindRow {
	for _, row := range kinds() {
		if row.kind == k {
			return row
		}
	}
	return kindRow{kind: k}
}

// Depth is the place of the kind among Kinds: what has a lower one is created
// first, and deleted last.
func (k Kind) Depth() int {
	for i, row := range kinds() {
		if row.kind == k {
			return i
		}
	}
	return len(kinds())
}

// Relations returns the links that an object of the kind holds.
func (k Kind) Relations() []Relation { return k.row().relations }

// Anchor returns the anchor of an object of the kind that Rollbook makes for a
// record with an identifier.
func (k Kind) Anchor(sourcedID string) string { return k.row().anchor + sourcedID }

// SourcedID returns the identifier in an anchor of the kind, and whether it is one.
func (k Kind) SourcedID(anchor string) (string, bool) {
	return strings.CutPrefix(anchor, k.row().anchor)
}

// Relation is how an object is linked to another one.
type Relation string

// The relations. An account may have both to one group.
const (
	Owner  Relation = "owner"
	Member Relation = "member"
)

// To returns the kind of the object at the other end.
func (r Relation) To() Kind {
	switch r {
	case Owner, Member:
		return Account
	}
	return ""
}
