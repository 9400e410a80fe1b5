package directory

import (
	"context"
	"iter"
)

// Target is a directory that Rollbook writes to. It may be slow, far away,
// eventually consistent, and able to do only part of what is asked of it: its
// Abilities say which. Package target/targettest holds the suite that every
// implementation MUST pass.
//
// All methods MUST be safe for use by several goroutines, and MUST return soon
// after ctx is done. Every call to a server has a time limit of its own; past
// it a read failed, and a write is Unknown.
type Target interface {
	// Abilities returns what the directory can do. It MAY ask the directory once.
	Abilities(ctx context.Context) (Abilities, error)

	// Probe returns what is missing for the directory to be written to, and what
	// it cannot tell. It MUST NOT write.
	Probe(ctx context.Context) ([]Problem, error)

	// Since yields what the directory holds of the kinds. For the Mark "" that is
	// everything, also what Rollbook does not manage; an object MAY come in
	// several pieces. For another Mark it is what changed since, by whomever
	// but this Target, whose own changes it MAY leave out; it MUST begin with an
	// Expired where it cannot tell. The last Observed carries the next Mark, and
	// nothing else: only then it is proved that what did not come is not there, or
	// did not change. A read that failed yields its error, and no Mark.
	//
	// When an account is gone, every link to it is gone, and Since need not say so.
	Since(ctx context.Context, m Mark, kinds []Kind) iter.Seq2[Observed, error]

	// Find yields the objects of a kind of which a property has a value, with the
	// key that each answers, also those that are soft-deleted. It MUST compare
	// what the directory answers with what was asked, and MUST NOT leave one out.
	Find(ctx context.Context, k Kind, keys []Key) iter.Seq2[Found, error]

	// Apply tries changes that do not depend on each other, no two of them to one
	// object, in any order and side by side. Reading the next one MUST NOT wait
	// for an outcome of those before.
	//
	// Every change that was read MUST get one final outcome (Done, Accepted or
	// Failed) before Apply returns, also when ctx ends or report fails; where
	// nobody can tell what became of it, the error is Unknown. What was not read
	// was not tried.
	//
	// An outcome MUST say what was really done, also where the change failed then.
	// What was so already is not among it. A change MUST be done as far as it can
	// be: values before links, additions before removals; a link that fails is
	// Refused, and does not keep others from being done. A change that comes again
	// goes on from where it ended.
	//
	// A create whose Ref has an ID MUST NOT create. An object that has our anchor
	// is as good as created, and what it lacks is added; it was Made by us where
	// the change was Tried. An object with another anchor, or none, is a Conflict:
	// Apply never takes over what it did not make.
	//
	// Apply MUST NOT retry and MUST NOT wait beyond completing a call that it
	// began: what may be tried again is Busy. It returns an error only where going
	// on makes no sense: it cannot reach the directory, or report failed.
	//
	// report takes outcomes as soon as they are known, together where they come
	// together. It may be called by several goroutines, and may block.
	Apply(ctx context.Context, changes iter.Seq[Change], report func(...Outcome) error) error
}

// Mark is a point in the life of a directory, for Since. Only the Target that
// made it can read it.
type Mark string

// Observed is what Since saw of an object.
type Observed struct {
	Ref  Ref // MAY be only an ID, of an object that was seen before
	Gone Gone
	// Values and Links are everything that the object has where Whole, and else
	// what changed.
	Values Values
	Links  []LinkChange
	Whole  bool
	Mark   Mark // of the last one alone
}

// Gone says whether an object is still there.
type Gone uint8

// Whether an object is there.
const (
	There Gone = iota
	GoneSoft
	GoneHard
)

// Key is what an object is looked for by.
type Key struct {
	Property Property
	Value    string
}

// Found is an object that was looked for, and the key that it answers.
type Found struct {
	Key    Key
	Object Object
}

// Problem is something that a directory lacks to be written to.
type Problem struct {
	Kind     Kind
	Verb     Verb
	Property Property
	Needs    string // the right, schema class, unit or setting
	Text     string // a sentence for a person
	Proof    Proof
}

// Proof says how sure a Problem is.
type Proof uint8

// How sure a Problem is.
const (
	Missing Proof = iota + 1
	Present
	CannotTell
)
