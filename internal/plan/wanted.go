package plan

import (
	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Wanted is what should be in a target of one record. A shaper says it, one for
// each kind of object; what is to be done for it is worked out in one place
// (change), alike for all kinds.
type Wanted struct {
	Record ledger.Record
	Part   string // the school's sourcedId, or ledger.NoSchool
	Anchor string

	Values directory.Values // of every object
	Own    directory.Values // beside them, of an object that Rollbook made
	New    directory.Values // beside them, of a new object
	// Password says where the initial password of a new account is (ledger.Change).
	Password string

	// Links are whom the object is linked to, of each relation that is decided on.
	Links []WantedLinks
	// Found is the object that was found for the record; nil for none.
	Found *directory.Object
}

// WantedLinks are whom an object is to be linked to in a relation.
type WantedLinks struct {
	Relation directory.Relation
	IDs      ledger.IDs
	// Stay are those of whom nobody can tell whether they should be linked: they
	// stay where they are, and are not linked where they are not.
	Stay ledger.IDs
	// Keep says that everybody who is linked stays.
	Keep bool
	// Replaced are the records whose objects others have from now on, by which: their
	// links go over.
	Replaced map[roster.ID]roster.ID
	// Leaves returns why one who was linked is not to be.
	Leaves func(roster.ID) string
}

// change returns what is to be done for what is wanted of a record of which
// something is held, or is false where that is nothing. What is kept back is in it.
func (o Observation) change(w Wanted, held ledger.Object, known bool) (ledger.Change, bool) {
	c := ledger.Change{Record: w.Record, Part: w.Part, Wave: w.Record.Kind.Depth() + 1 + o.Renaming, Anchor: w.Anchor}
	switch {
	case known:
		c.Verb, c.ObjectID, c.Because = directory.Update, held.ID, ledger.BecauseRosterSays
		c.Set, c.Was = w.valuesOf(held).Difference(o.Written(held))
	case w.Found != nil:
		// All of it is written, to be known as written.
		c.Verb, c.ObjectID, c.Because = directory.Update, w.Found.Ref.ID, ledger.BecauseMatched
		c.Set, c.Was = w.Values, w.Found.Values.Only(w.Values)
	default:
		c.Verb, c.Because = directory.Create, ledger.BecausePresent
		c.Set = w.New.Over(w.Own.Over(w.Values))
		c.Password = w.Password
	}
	for _, wanted := range w.Links {
		c.Links = append(c.Links, o.links(wanted, held)...)
	}
	return c, len(c.Set) > 0 || len(c.Links) > 0
}

// links returns what is to be done for the links of a relation. Who was linked by
// another hand and is to be is found so, and never taken away; whom Rollbook linked
// and another hand took out is taken out as well where they are not to be linked:
// so that it is known.
func (o Observation) links(w WantedLinks, held ledger.Object) []ledger.Links {
	linked, there := held.Linked(w.Relation), o.There(held, w.Relation)
	known := linked.IDs.With(linked.Found)
	var changes []ledger.Links
	add := func(because string, ids ledger.IDs) {
		if len(ids) > 0 {
			changes = append(changes, ledger.Links{Relation: w.Relation, Because: because, IDs: ids})
		}
	}
	moved := w.moved(linked, there)
	missing := w.IDs.Minus(known.And(there)).Minus(moved.ours).Minus(moved.found)
	found := missing.And(there)
	add(ledger.BecauseEnrolled, missing.Minus(found))
	add(ledger.BecauseFound, found.With(moved.found))
	add(ledger.BecauseRelinked, moved.ours)
	if len(moved.out) > 0 {
		changes = append(changes, ledger.Links{Relation: w.Relation, Remove: true, Because: ledger.BecauseRelinked, IDs: moved.out})
	}
	leave := linked.IDs.Minus(w.IDs).Minus(w.Stay).Minus(moved.out).With(moved.leave)
	if w.Keep {
		leave = nil
	}
	for _, id := range leave {
		because := w.Leaves(id)
		last := len(changes) - 1
		for last >= 0 && changes[last].Remove && changes[last].Because != because {
			last--
		}
		if last < 0 || !changes[last].Remove {
			changes = append(changes, ledger.Links{Relation: w.Relation, Remove: true, Because: because})
			last = len(changes) - 1
		}
		changes[last].IDs = append(changes[last].IDs, id)
	}
	return changes
}
