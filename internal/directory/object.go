package directory

// Ref names an object of a directory.
type Ref struct {
	Kind   Kind
	Anchor string // ours; "" for an object that Rollbook does not manage
	ID     string // the directory's, which never changes; "" where it is not known yet
	At     string // where the directory keeps it now, such as a DN; it may be out of date
}

// State is what has become of an object.
type State uint8

// The states.
const (
	Live State = iota
	Disabled
	SoftDeleted // it can be restored, and may still hold its names
)

// Object is what a directory holds.
type Object struct {
	Ref    Ref
	State  State
	Values Values
	Links  []Link
}

// Link is a relation of an object to another one. A Ref without Kind is an object
// of no kind of ours: it is counted, and never touched.
type Link struct {
	Relation Relation
	To       Ref
}
