package directory

import "time"

// Abilities say what a directory can do. They are plain data: the planner uses
// the last ones that are known while the directory is down, and a plan made with
// others is made again.
type Abilities struct {
	Kinds map[Kind]KindAbilities
	// Lag is how long a read may not show what was written.
	Lag time.Duration
	// Pack is how many changes go into one call, and Side how many calls may be
	// under way at once.
	Pack, Side int
	// Rate is how many calls a second there may be; 0 for any number.
	Rate float64
	// Marks say what Since can tell after a mark.
	Marks Marks
}

// Marks say what Since can tell after a mark.
type Marks uint8

// What Since can tell.
const (
	NoMarks               Marks = iota // it reads everything each time
	MarksWithoutDeletions              // it reads all identities to find what is gone
	MarksWithDeletions
)

// KindAbilities say what a directory can do with objects of a kind. A kind that
// is missing it cannot hold.
type KindAbilities struct {
	Verbs     map[Verb]bool
	Anchor    bool // it keeps our anchor
	Values    map[Property]ValueAbilities
	Relations map[Relation]RelationAbilities
	IDs       IDs
	Compare   bool // a change is refused where Was no longer holds
	RestoreID bool // what is restored keeps its ID
	Passwords bool // a create takes an initial password
}

// IDs say when the ID of a new object is known.
type IDs uint8

// When an ID is known.
const (
	IDInAnswer IDs = iota // the outcome has it
	IDLater               // the next observation has it
)

// ValueAbilities say how a directory keeps a value.
type ValueAbilities struct {
	Same     Same
	Max      int // the longest, in Unit; 0 for any length
	Unit     Unit
	Forbids  string // characters that it may not have
	Unique   Unique
	InCreate bool
	InChange bool
	Clear    bool // it can be taken away
}

// Same says which texts a directory takes for the same.
type Same uint8

// What is the same.
const (
	SameExact Same = iota
	SameWithoutCase
	SameWithoutCaseAndSpace
)

// Unit is what a length counts.
type Unit uint8

// The units.
const (
	Bytes Unit = iota
	Runes
	UTF16
)

// Unique says among which objects a value must be unique.
type Unique uint8

// The scopes.
const (
	NotUnique Unique = iota
	UniqueInContainer
	UniqueInDirectory
)

// RelationAbilities say how a directory keeps the links of a relation.
type RelationAbilities struct {
	Max      int        // of one object; 0 for any number
	InCreate int        // how many a create takes, 0 for none, -1 for all
	Implies  []Relation // that the directory adds by itself
	NeedsOne bool       // an object cannot be without one
}
