package hosted

import "fmt"

// Query asks for a page of users or groups.
type Query struct {
	Filter Filter // nil for all
	After  string // where the page begins, as the method says; "" for the first
	Top    int    // at most this many objects

	OrderBy    string // a property; "" for any order
	Descending bool
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	Next  string // Query.After of the next one; "" for none
}

// Filter is a condition on an object of the directory: one of And, Or, Not,
// Equal, In, StartsWith, Test. Property names are those of the Graph API, spelled
// canonically; values are text, compared without case as Graph does.
type Filter interface{ filter() }

// ErrTooMany says that a condition would have to look at more objects than a
// directory does for one answer. It is an ErrInvalid.
var ErrTooMany = fmt.Errorf("more objects would have to be looked at one by one than one answer allows; narrow the condition by a property that there is an index of, such as displayName: %w", ErrInvalid)

// What can be compared beyond what the Graph API shows.
const (
	PropertyClass  = "class"  // of a group: it is that of a class
	PropertySchool = "school" // of an administrative unit: it is a school
)

// And holds when both sides hold.
type And struct{ Left, Right Filter }

// Or holds when a side holds.
type Or struct{ Left, Right Filter }

// Not holds when the inner condition does not.
type Not struct{ Inner Filter }

// Equal holds when the property has the value; a nil value asks for absence.
type Equal struct {
	Property string
	Value    *string
}

// In holds when the property has one of the values.
type In struct {
	Property string
	Values   []string
}

// StartsWith holds when the property begins with the prefix.
type StartsWith struct {
	Property string
	Prefix   string
}

// Test holds when the function says so of the object: a User, a Group or an
// AdministrativeUnit. It stands alone or in an And, where it is asked of what the
// rest leaves. A list with a Test MAY have a page with fewer objects than it could
// have, and yet a Next.
type Test struct{ Holds func(object any) bool }

func (And) filter()        {}
func (Or) filter()         {}
func (Not) filter()        {}
func (Equal) filter()      {}
func (In) filter()         {}
func (StartsWith) filter() {}
func (Test) filter()       {}
