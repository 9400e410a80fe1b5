package ledger

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/guard"
)

// Plan is an ordered list of changes to one target.
type Plan struct {
	ID      int64
	Target  Target
	Run     string
	Purpose Purpose
	State   State
	Hash    string // over its target, its purpose and its parts; "" until it is complete
	Created time.Time
	Counts  Counts
	Guard   Guard
	// ApplyRun is the run that applies it, where that is not Run: it was approved.
	ApplyRun string
	By       string // who approved it, or a part of it; "" for nobody
	// Handed is the last change that may have been tried, and Tried when the first
	// of those began of which the outcome is not known.
	Handed int64
	Tried  time.Time
	// Undoing says what a plan for a rollback takes back; nil for any other.
	Undoing *Undoing
}

// AppliedBy returns the run that applied the plan, or would.
func (p Plan) AppliedBy() string { return cmp.Or(p.ApplyRun, p.Run) }

// Guard is what was measured of a plan, and why it waits for a person, if it does.
type Guard struct {
	Counts guard.Counts  `json:"counts,omitempty"`
	Trips  []guard.Trip  `json:"trips,omitempty"`
	Causes []guard.Cause `json:"causes,omitempty"`
	// Needs are, by part, the other parts that have to come first.
	Needs map[string][]string `json:"needs,omitempty"`
}

// Purpose says what a plan is made for.
type Purpose string

// The purposes.
const (
	ForFeed     Purpose = "feed"     // to follow the roster and the configuration
	ForRollback Purpose = "rollback" // to take back what an earlier plan did
)

// State is how far a plan, or a part of it, has come.
type State string

// The states. A plan that is being made has none of them, and nobody sees it.
const (
	Planned    State = "planned"    // complete, and kept to be read or applied
	Held       State = "held"       // a person has to decide
	Approved   State = "approved"   // a person decided that it is applied
	Rejected   State = "rejected"   // a person decided that it is not
	Applying   State = "applying"   // whoever finds it goes on with it
	Applied    State = "applied"    // every change has an outcome
	Superseded State = "superseded" // a later plan took its place
)

// next returns the states that may follow a state.
func (s State) next() []State {
	switch s {
	case Planned:
		return []State{Held, Applying, Superseded}
	case Held:
		return []State{Approved, Rejected, Superseded}
	case Approved:
		return []State{Applying, Superseded}
	case Applying:
		return []State{Applied}
	case Rejected, Applied, Superseded: // are final
	}
	return nil
}

// May reports whether a state may follow.
func (s State) May(next State) bool { return slices.Contains(s.next(), next) }

// NoSchool is the key of the part of a plan with what belongs to no school.
const NoSchool = "none"

// Part is what a plan does at one school. A change belongs to the part of its
// class's school, or of its person's.
type Part struct {
	Key    string // the sourcedId of the school, or NoSchool
	State  State
	Hash   string // over its changes
	Counts Counts
}

// Counts say what a plan or a part of it does.
type Counts struct {
	Accounts    ObjectCounts `json:"users"`
	Groups      ObjectCounts `json:"groups"`
	Memberships LinkCounts   `json:"memberships"`
}

// ObjectCounts counts objects that are created, changed and deleted.
type ObjectCounts struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Delete int `json:"delete,omitzero"`
}

func (o ObjectCounts) sum() int { return o.Create + o.Update + o.Delete }

// LinkCounts counts links that are added and removed.
type LinkCounts struct {
	Add    int `json:"add"`
	Remove int `json:"remove"`
}

// HashOf returns the hash of a plan with these parts: the same changes to the
// same target for the same purpose have the same hash, and no others do.
func HashOf(target Target, purpose Purpose, parts []Part) string {
	sorted := slices.SortedFunc(slices.Values(parts), func(a, b Part) int { return cmp.Compare(a.Key, b.Key) })
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n", target, purpose)
	for _, p := range sorted {
		fmt.Fprintf(h, "%q %s\n", p.Key, p.Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Add counts a change.
func (s *Counts) Add(c Change) {
	objects := &s.Accounts
	if c.Record.Kind == directory.ClassGroup {
		objects = &s.Groups
	}
	switch {
	case c.Verb == directory.Create:
		objects.Create++
	case c.Verb == directory.Delete:
		objects.Delete++
	case c.Verb == directory.Update && len(c.Set) > 0:
		objects.Update++
	}
	for _, l := range c.Links {
		switch {
		case l.Because == BecauseRelinked: // it stays with its account
		case l.Remove:
			s.Memberships.Remove += len(l.IDs)
		default:
			s.Memberships.Add += len(l.IDs)
		}
	}
}

// Effects returns how many objects and links a plan touches.
func (s Counts) Effects() int {
	return s.Accounts.sum() + s.Groups.sum() + s.Memberships.Add + s.Memberships.Remove
}
