package ledger

import (
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Undoing is what a plan for a rollback takes back: what a run did, or a part of it.
type Undoing struct {
	Run string `json:"run"`
	// School and Record narrow it to a part of the plans, and to a person or a class;
	// what is zero does not.
	School string `json:"school,omitempty"`
	Record Record `json:"record,omitzero"`

	// InTheWay is what the run did and is not taken back, and More how much there is
	// beside that.
	InTheWay []InTheWay `json:"inTheWay,omitempty"`
	More     int        `json:"more,omitzero"`
}

// MostInTheWay is how much of what stands in the way of a rollback is named.
const MostInTheWay = 1000

// Keep notes something that stands in the way.
func (u *Undoing) Keep(w InTheWay) {
	if len(u.InTheWay) == MostInTheWay {
		u.More++
		return
	}
	u.InTheWay = append(u.InTheWay, w)
}

// InTheWay is something that a run did and that a rollback leaves as it is.
type InTheWay struct {
	Code   string `json:"code"`
	Record Record `json:"record"`
	// Property is the value that it is about, or Relation and Person the link; none of
	// them for the object itself.
	Property directory.Property `json:"property,omitempty"`
	Relation directory.Relation `json:"relation,omitempty"`
	Person   roster.ID          `json:"person,omitzero"`
	// Run is the one that changed it since.
	Run string `json:"run,omitempty"`
}

// The codes of what stands in the way of a rollback.
const (
	LaterRun    = "laterRun"    // a later run changed the same again
	Elsewhere   = "elsewhere"   // the same run did something with it that stays
	ByHand      = "byHand"      // another hand changed the same since
	ObjectGone  = "objectGone"  // the object, or the account at the other end, is not there any more
	NameIsTaken = "nameIsTaken" // another account has the user name that it had before
	WasErased   = "wasErased"   // what was done is not known any more
)

// Undone is what rollbacks took back of the object of a record. None of it is done
// again until the roster asks for something else there, or a person lets it.
type Undone struct {
	Record Record
	// Object says that the record has no object: the one that was made for it, or found,
	// was given up.
	Object bool
	// Values are those that were taken back, as they had been written.
	Values directory.Values
	// Links are those that were taken back, as changes that are not made again.
	Links []Links
}

// Size returns how many objects, values and links were taken back.
func (u Undone) Size() int {
	n := len(u.Values)
	if u.Object {
		n++
	}
	for _, l := range u.Links {
		n += len(l.IDs)
	}
	return n
}

// And returns what was taken back once more was. Where both are about one link, the
// later one holds.
func (u Undone) And(more Undone) Undone {
	u.Record, u.Object = more.Record, u.Object || more.Object
	u.Values = more.Values.Over(u.Values)
	u.Links = slices.Clone(u.Links)
	for _, l := range more.Links {
		u.link(l.Relation, !l.Remove, func(ids IDs) IDs { return ids.Minus(l.IDs) })
		u.link(l.Relation, l.Remove, func(ids IDs) IDs { return ids.With(l.IDs) })
	}
	return u
}

// Without returns what stays taken back once others are let go of.
func (u Undone) Without(others Undone) Undone {
	u.Object = u.Object && !others.Object
	u.Values = u.Values.Without(others.Values)
	u.Links = slices.Clone(u.Links)
	for _, l := range others.Links {
		u.link(l.Relation, l.Remove, func(ids IDs) IDs { return ids.Minus(l.IDs) })
	}
	return u
}

// link changes the links of a relation that are not added again, or not removed.
func (u *Undone) link(relation directory.Relation, remove bool, change func(IDs) IDs) {
	i := slices.IndexFunc(u.Links, func(l Links) bool { return l.Relation == relation && l.Remove == remove })
	if i < 0 {
		i = len(u.Links)
		u.Links = append(u.Links, Links{Relation: relation, Remove: remove, Because: BecauseUndone})
	}
	if u.Links[i].IDs = change(u.Links[i].IDs); len(u.Links[i].IDs) == 0 {
		u.Links = slices.Delete(u.Links, i, i+1)
	}
}

// TakenBack returns what a change of a rollback took back, by what became of it.
func TakenBack(c Change, o Outcome) Undone {
	did, done := o.Changed(c), o.State == directory.Done
	switch {
	case done && c.GivesUp():
		return Undone{Record: c.Record, Object: true}
	case done && c.From != 0: // the record that it was given to is without one again
		c.Record.ID = c.From
		return Undone{Record: c.Record, Object: true}
	}
	u := Undone{Record: c.Record}
	for _, v := range did.Set { // what the plan found, also where a name went by way of another one
		if was, known := c.Was.Get(v.Property); known {
			u.Values = u.Values.With(v.Property, was)
		}
	}
	for _, l := range did.Links {
		u.link(l.Relation, !l.Remove, func(ids IDs) IDs { return ids.With(l.IDs) })
	}
	return u
}
