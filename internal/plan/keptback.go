package plan

import (
	"math"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// KeptBack is what rollbacks took back, and what a plan does not do again therefore: the
// roster of the next night is that of the night before. Each thing is kept back until
// the roster asks for something else there; then it is let go of, for good.
type KeptBack struct {
	of    map[ledger.Record]ledger.Undone
	freed map[ledger.Record]bool // of which something was let go of
}

// NewKeptBack returns what a plan keeps back of what was undone.
func NewKeptBack(undone []ledger.Undone) KeptBack {
	k := KeptBack{of: map[ledger.Record]ledger.Undone{}, freed: map[ledger.Record]bool{}}
	for _, u := range undone {
		k.of[u.Record] = u
	}
	return k
}

// Size returns how many objects, values and links are kept back.
func (k KeptBack) Size() int {
	n := 0
	for _, u := range k.of {
		n += u.Size()
	}
	return n
}

// Freed returns what is kept back from now on of the records of which something was let
// go of. It MUST be kept once the plan is applied, and not before.
func (k KeptBack) Freed() []ledger.Undone {
	var freed []ledger.Undone
	for r := range k.freed {
		u := k.of[r]
		u.Record = r
		freed = append(freed, u)
	}
	return freed
}

// Object reports whether a record is to have no object.
func (k KeptBack) Object(r ledger.Record) bool { return k.of[r].Object }

// Of returns what is kept back of a record.
func (k KeptBack) Of(r ledger.Record) ledger.Undone { return k.of[r] }

// freeObject lets go of a record that was to have no object.
func (k KeptBack) freeObject(r ledger.Record) {
	if u := k.of[r]; u.Object {
		u.Object = false
		k.put(u)
	}
}

func (k KeptBack) put(u ledger.Undone) { k.of[u.Record], k.freed[u.Record] = u, true }

// keep takes out of the change of an object what is kept back of it, and lets go of that
// for which something else is wanted now.
func (k KeptBack) keep(w Wanted, held ledger.Object, c ledger.Change) ledger.Change {
	u, some := k.of[w.Record]
	if !some {
		return c
	}
	before := u.Size()
	u.Object = false // there is one again
	u.Values, c = keepValues(u.Values, w.valuesOf(held), c)
	u.Links, c.Links = keepLinks(u.Links, w, c.Links)
	if u.Size() != before {
		k.put(u)
	}
	return c
}

// valuesOf returns the values that are wanted of an object that is held.
func (w Wanted) valuesOf(held ledger.Object) directory.Values {
	if held.Made {
		return w.Own.Over(w.Values)
	}
	return w.Values
}

// keepValues keeps values back that are still wanted as they were.
func keepValues(undone, wanted directory.Values, c ledger.Change) (directory.Values, ledger.Change) {
	var kept directory.Values
	for _, v := range undone {
		if text, wants := wanted.Get(v.Property); wants && text == v.Text {
			kept = append(kept, v)
		}
	}
	c.Set, c.Was = c.Set.Without(kept), c.Was.Without(kept)
	return kept, c
}

// keepLinks keeps links back that are still wanted, or not wanted, as they were.
func keepLinks(undone []ledger.Links, w Wanted, changes []ledger.Links) (kept, left []ledger.Links) {
	for _, u := range undone {
		i := slices.IndexFunc(w.Links, func(l WantedLinks) bool { return l.Relation == u.Relation })
		if i >= 0 && !w.Links[i].Keep {
			if u.Remove {
				u.IDs = u.IDs.Minus(w.Links[i].IDs)
			} else {
				u.IDs = u.IDs.And(w.Links[i].IDs.With(w.Links[i].Stay))
			}
		}
		if len(u.IDs) > 0 {
			kept = append(kept, u)
		}
	}
	for _, l := range changes {
		for _, u := range kept {
			if u.Relation == l.Relation && u.Remove == l.Remove && l.Because != ledger.BecauseRelinked && l.Because != ledger.BecauseFound {
				l.IDs = l.IDs.Minus(u.IDs)
			}
		}
		if len(l.IDs) > 0 {
			left = append(left, l)
		}
	}
	return kept, left
}

// change returns what is to be done for what is wanted of a record, without what is
// kept back of it; it is false where that is nothing.
func (m Maker) change(w Wanted, held ledger.Object, known bool) (ledger.Change, bool) {
	c, changed := m.Seen.change(m.keepable(w, held), held, known)
	if c.Verb == directory.Create || c.Because == ledger.BecauseMatched {
		return c, changed && !m.KeptBack.Object(w.Record)
	}
	c = m.KeptBack.keep(w, held, c)
	return c, len(c.Set) > 0 || len(c.Links) > 0
}

// keepable returns what is wanted without the values and links that the target has no place
// for.
func (m Maker) keepable(w Wanted, held ledger.Object) Wanted {
	if m.Can == nil { // the hosted directory, which has no passwords
		w.Password = ""
		return w
	}
	if !m.Can.Kinds[w.Record.Kind].Passwords {
		w.Password = ""
	}
	can := m.Can.Kinds[w.Record.Kind].Values
	for _, values := range []*directory.Values{&w.Values, &w.Own, &w.New} {
		*values = slices.DeleteFunc(slices.Clone(*values), func(v directory.Value) bool {
			_, kept := can[v.Property]
			return !kept
		})
	}
	w.Links = slices.Clone(w.Links)
	for i, l := range w.Links {
		w.Links[i].IDs = l.atMost(m.most(w.Record.Kind, l.Relation), held)
	}
	return w
}

// most returns how many links of a relation the target holds of one object.
func (m Maker) most(k directory.Kind, r directory.Relation) int {
	if m.Can == nil || m.Can.Kinds[k].Relations[r].Max == 0 {
		return math.MaxInt
	}
	return m.Can.Kinds[k].Relations[r].Max
}

// atMost returns so many of those who are to be linked: who is linked stays, then comes who
// was read first. Who stays as nobody can tell takes a place as well.
func (w WantedLinks) atMost(most int, held ledger.Object) ledger.IDs {
	if len(w.IDs)+len(w.Stay) <= most && !w.Keep || most == math.MaxInt {
		return w.IDs
	}
	linked := held.Linked(w.Relation)
	had := linked.IDs.With(linked.Found)
	if w.Keep {
		return had.And(w.IDs).With(first(w.IDs.Minus(had), most-len(had)))
	}
	most -= len(had.And(w.Stay).Minus(w.IDs))
	stays := first(had.And(w.IDs), most)
	return stays.With(first(w.IDs.Minus(had), most-len(stays)))
}

func first(ids ledger.IDs, n int) ledger.IDs { return ids[:max(0, min(n, len(ids)))] }
