package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Ledger keeps plans, what became of them, and what the targets hold of us. What
// a method wrote is durable when it returns, unless it says otherwise. Package
// ledger/ledgertest holds the suite that every implementation MUST pass.
type Ledger interface {
	Plans
	Holdings
	History
}

// Plans are made, decided on and applied.
type Plans interface {
	// Begin begins a plan. It drops plans of the target that were never completed.
	Begin(ctx context.Context, d Draft) (Writer, error)
	// Plan returns a plan with its parts, or ErrNotFound.
	Plan(ctx context.Context, id int64) (Plan, []Part, error)
	// Plans returns the plans of a target, or of all of them for 0, that were completed
	// since a time, newest first, at most so many; 0 for any number.
	Plans(ctx context.Context, t Target, since time.Time, most int) ([]Plan, error)
	// Open returns the plan of a target that is Applying, if there is one.
	Open(ctx context.Context, t Target) (p Plan, found bool, err error)
	// Decide approves or rejects parts of a Held plan. It MUST return an Outdated
	// where the plan or a part has another hash, a Decided where a part was decided
	// before, and then change nothing. A plan of which every part is decided is
	// Approved where any part is, and else Rejected.
	Decide(ctx context.Context, plan int64, d Decision) error
	// Apply makes a Planned or Approved plan Applying, by a run: from here on it is
	// applied by whoever finds it. What was Rejected of it is not.
	Apply(ctx context.Context, plan int64, run string) error

	// Left yields the changes of a plan that are to be applied and have no final
	// outcome yet, in the order of their numbers. Those that may have been tried
	// before Left was called have Tried set.
	Left(ctx context.Context, plan int64) iter.Seq2[Left, error]
	// HandOver notes, before changes are tried, that all up to one may be.
	HandOver(ctx context.Context, plan, through int64, at time.Time) error
	// Note keeps what became of changes, and what the target holds since, in one
	// transaction. A crash of the machine MAY undo it: the changes are then tried
	// again. It MUST keep nothing, and return ErrNotedBefore, where it was noted
	// already what became of one of them.
	Note(ctx context.Context, plan int64, notes []Noted) error
	// Close makes a plan Applied.
	Close(ctx context.Context, plan int64) error
	// Failures returns how many changes of a plan failed, or were done but for
	// links that were refused.
	Failures(ctx context.Context, plan int64) (int, error)
}

// Holdings are what the targets hold of the records of the roster.
type Holdings interface {
	// Objects yields what a target holds of the records of a kind and source, in
	// the order of the records.
	Objects(ctx context.Context, t Target, k directory.Kind, source int) iter.Seq2[Object, error]
	// ObjectsOf yields those of some records, which are ascending.
	ObjectsOf(ctx context.Context, t Target, k directory.Kind, source int, of IDs) iter.Seq2[Object, error]
	// Hold keeps objects that a target holds and nothing was written to, such as
	// accounts that were matched.
	Hold(ctx context.Context, t Target, objects []Object) error
	// Forget forgets that a target holds objects of records.
	Forget(ctx context.Context, t Target, records []Record) error
	// Undone yields what was taken back at a target and is not done again, in the order
	// of the records.
	Undone(ctx context.Context, t Target) iter.Seq2[Undone, error]
	// SetUndone keeps what is taken back of records, in place of what was kept of them
	// before. Of those of which nothing is, it forgets it.
	SetUndone(ctx context.Context, t Target, all []Undone) error
	// Mark returns up to where a target was read, and agreed with what it holds
	// by the ledger; "" for a target that was never read.
	Mark(ctx context.Context, t Target) (directory.Mark, error)
	// SetMark keeps a Mark.
	SetMark(ctx context.Context, t Target, m directory.Mark) error
}

// History is the ledger as it is read.
type History interface {
	// Changes yields changes of plans that were applied, or are being applied, in
	// the order in which they were planned; and of the plan that is asked for in any
	// state.
	Changes(ctx context.Context, q Query) iter.Seq2[Entry, error]
	// Verify recomputes the hashes of a plan and its parts from the digests of its
	// changes, and the digests from the changes that are not erased. It returns a
	// Damaged where they differ.
	Verify(ctx context.Context, plan int64) error
	// Erase forgets what the changes of a record said and what came of them. The
	// digests stay, and with them the hashes.
	Erase(ctx context.Context, r Record) error
}

// Draft is a plan that is about to be made.
type Draft struct {
	Target  Target
	Run     string
	Purpose Purpose
	Created time.Time
	By      string // who approved it before it was made; "" for nobody
	Undoing *Undoing
}

// Writer takes the changes of a plan. One of Finish and Drop MUST be called in
// the end.
type Writer interface {
	// ID is that of the plan.
	ID() int64
	// Add takes a change, and gives it its number. Waves MUST not go back.
	Add(ctx context.Context, c Change) error
	// Parts returns the parts of the plan as it is until now.
	Parts() []Part
	// Finish makes the plan complete: Planned, Held, or Applying, from where it is
	// applied by whoever finds it. Plans of its target that waited are Superseded.
	Finish(ctx context.Context, s State, g Guard) (Plan, []Part, error)
	// Drop gives the plan up.
	Drop()
}

// Left is a change that is still to be done.
type Left struct {
	Change
	Tried  time.Time // zero for one that was not tried
	Handle string    // of one that was Accepted
}

// Noted is what became of a change, and what the target holds of its record since.
type Noted struct {
	Outcome
	Object Object // without Record where nothing is held
	From   Record // that no longer holds the object; without Kind for none
	Undone Undone // what a rollback took back, beside what was before; without Kind in Record for nothing
}

// Decision is what a person decided about parts of a plan.
type Decision struct {
	Hash    string // of the plan that the person saw
	Parts   []PartHash
	Approve bool
	By      string
	Note    string
	Time    time.Time
	Run     string // that applies what is approved
}

// PartHash is a part as a person saw it.
type PartHash struct{ Key, Hash string }

// Query says which changes are asked for. What is zero does not narrow.
type Query struct {
	Target Target
	Plan   int64
	After  int64  // the number of a change of the plan; those up to it are left out
	Run    string // that applied the plan
	// Record is the one whose object is changed; an account also by the links to it.
	Record   Record
	From, To time.Time // of the plan, To excluded
}

// Entry is a change in the ledger.
type Entry struct {
	Plan Plan
	Change
	Digest  Digest
	Erased  bool     // then Change has only Seq, Wave, Part, Verb and Record
	Outcome *Outcome // nil for none yet
}

// The errors that say no more than what they are.
var (
	// ErrNotFound says that there is no such plan.
	ErrNotFound = errors.New("no such plan")
	// ErrNotedBefore says that it is known already what became of a change: a
	// process that others took for dead, and whose work another one did, must not
	// undo its notes.
	ErrNotedBefore = errors.New("what became of it is noted already: another process took over the work")
)

// NotAllowed says that a plan in a state cannot get to another one.
type NotAllowed struct{ From, To State }

func (e NotAllowed) Error() string {
	return fmt.Sprintf("a plan that is %s cannot be %s", e.From, e.To)
}

// Outdated says that a plan, or a part of it, is another one than was decided on.
type Outdated struct {
	Part    string // "" for the plan
	Is, Was string // hashes
}

func (e Outdated) Error() string {
	if e.Part == "" {
		return "the plan is another one than was decided on"
	}
	return fmt.Sprintf("the part %s of the plan is another one than was decided on", e.Part)
}

// Decided says that a part was decided before.
type Decided struct {
	Part  string
	State State
	By    string
	Time  time.Time
}

func (e Decided) Error() string {
	what := "the plan"
	if e.Part != "" {
		what = "the part " + e.Part + " of the plan"
	}
	return fmt.Sprintf("%s was decided on before: it is %s, by %s at %s", what, e.State, e.By, e.Time.Format(time.RFC3339))
}

// Damaged says that the ledger does not hold what its hashes say.
type Damaged struct {
	Plan int64
	Part string // "" for the plan
	Seq  int64  // of the change that differs; 0 for a part or the plan
}

func (e Damaged) Error() string {
	switch {
	case e.Seq != 0:
		return fmt.Sprintf("change %d of plan %d is not what was planned", e.Seq, e.Plan)
	case e.Part != "":
		return fmt.Sprintf("the part %s of plan %d does not have the changes that were planned", e.Part, e.Plan)
	}
	return fmt.Sprintf("plan %d does not have the parts that were planned", e.Plan)
}

// AccountIDs leads from the people of a source to the IDs of their accounts.
type AccountIDs []string

// Of returns the ID of a person's account, "" for none.
func (a AccountIDs) Of(person roster.ID) string {
	if int(person) >= len(a) {
		return ""
	}
	return a[person]
}

// Set notes whose account one is.
func (a *AccountIDs) Set(person roster.ID, id string) {
	if missing := int(person) + 1 - len(*a); missing > 0 {
		*a = append(*a, make(AccountIDs, missing)...)
	}
	(*a)[person] = id
}
