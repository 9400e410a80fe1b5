package ledger

import (
	"slices"

	"rollbook/internal/directory"
)

// Object is what a target holds of a record, as far as Rollbook put it there:
// what it wrote last, and whom it linked. What others wrote is not in it.
type Object struct {
	Record  Record
	ID      string // the target's
	At      string // where the target keeps it, such as a DN
	Made    bool   // Rollbook created it
	Written directory.Values
	// Kept is how the target keeps some of what was written, where that is another
	// form, such as a name in lower case.
	Kept  directory.Values
	Links []Linked // each relation once, those without anybody left out
}

// Linked are the records that an object is linked to in one relation.
type Linked struct {
	Relation directory.Relation `json:"relation"`
	// IDs are those that Rollbook linked.
	IDs IDs `json:"ids,omitempty"`
	// Found are those that should be linked and were so before Rollbook came:
	// these links are not ours to take away.
	Found IDs `json:"found,omitempty"`
}

// Linked returns the records that the object is linked to in a relation.
func (o Object) Linked(relation directory.Relation) Linked {
	for _, l := range o.Links {
		if l.Relation == relation {
			return l
		}
	}
	return Linked{Relation: relation}
}

// After returns the object as it is once an outcome of a change to it came.
func (o Object) After(c Change, out Outcome) Object {
	o.Record = c.Record
	if out.ID != "" {
		o.ID = out.ID
	}
	if out.At != "" {
		o.At = out.At
	}
	o.Made = o.Made || out.Made
	set := c.Set // what was so already is as good as written
	if out.State == directory.Failed {
		set = out.Set
	}
	o.Written = set.Over(o.Written)
	o.Kept = out.Kept.Over(o.Kept.Without(set))
	o.Links = slices.Clone(o.Links)
	for _, l := range out.settled(c) {
		o.link(l.Relation, func(linked *Linked) {
			if l.Remove {
				linked.IDs, linked.Found = linked.IDs.Minus(l.IDs), linked.Found.Minus(l.IDs)
			} else {
				linked.IDs, linked.Found = linked.IDs.With(l.IDs), linked.Found.Minus(l.IDs)
			}
		})
	}
	for _, f := range out.Found {
		o.link(f.Relation, func(linked *Linked) { linked.Found = linked.Found.With(f.Found) })
	}
	return o
}

// AsWritten returns values that the target has, those in the form in which it keeps
// what was written as they were written.
func (o Object) AsWritten(has directory.Values) directory.Values {
	for _, kept := range o.Kept {
		now, _ := has.Get(kept.Property)
		if written, known := o.Written.Get(kept.Property); known && now == kept.Text {
			has = slices.Clone(has).With(kept.Property, written)
		}
	}
	return has
}

// settled returns the links that are as the change wants them and are ours, or were:
// those that were added, and those to remove that nobody refused, though they may
// have been gone already.
func (o Outcome) settled(c Change) []Links {
	var settled []Links
	for _, l := range o.Changed(c).Links {
		if !l.Remove || o.State == directory.Failed {
			settled = append(settled, l)
		}
	}
	if o.State == directory.Failed {
		return settled
	}
	for _, l := range c.Links {
		if !l.Remove {
			continue
		}
		for _, refused := range o.Refused {
			if refused.Links.Relation == l.Relation && refused.Links.Remove {
				l.IDs = l.IDs.Minus(refused.Links.IDs)
			}
		}
		settled = append(settled, l)
	}
	return settled
}

func (o *Object) link(relation directory.Relation, change func(*Linked)) {
	i := slices.IndexFunc(o.Links, func(l Linked) bool { return l.Relation == relation })
	if i < 0 {
		i = len(o.Links)
		o.Links = append(o.Links, Linked{Relation: relation})
	}
	change(&o.Links[i])
	if len(o.Links[i].IDs) == 0 && len(o.Links[i].Found) == 0 {
		o.Links = slices.Delete(o.Links, i, i+1)
	}
}

// Relinked returns the object with links of a relation added and removed.
func (o Object) Relinked(relation directory.Relation, add, remove IDs) Object {
	o.Links = slices.Clone(o.Links)
	o.link(relation, func(l *Linked) { l.IDs = l.IDs.With(add).Minus(remove) })
	return o
}
