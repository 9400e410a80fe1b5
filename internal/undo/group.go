package undo

import (
	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// group takes back what the run did to the group of a class.
func (w *worker) group(e *effect) {
	held, there := w.there(e)
	if !there {
		return
	}
	c := ledger.Change{Wave: waveGroups, Part: e.part, Verb: directory.Update, Record: e.record, Anchor: e.anchor, ObjectID: held.ID, Because: ledger.BecauseUndone}
	if e.made && w.untouched(e) {
		c.Wave, c.Verb = waveGroupsDeleted, directory.Delete
		w.add(c, held)
		return
	}
	if !e.made {
		c.Set, c.Was = w.values(e, held)
	}
	for _, relation := range e.record.Kind.Relations() {
		c.Links = append(c.Links, w.links(e, held, relation)...)
	}
	w.add(c, held)
}

// links returns what takes the links of a relation back: whom the run took out comes
// back, and whom it put in leaves.
func (w *worker) links(e *effect, held ledger.Object, relation directory.Relation) []ledger.Links {
	linked, there := held.Linked(relation), w.Seen.There(held, relation)
	var back, out, over, from ledger.IDs
	for _, id := range e.removed[relation] {
		f := fact{record: e.record, relation: relation, person: id}
		person := ledger.Record{Kind: relation.To(), Source: e.record.Source, ID: id}
		_, hasAccount := w.held[person]
		switch {
		case !w.stands(f), there.Has(id):
		case !hasAccount:
			w.keep(ledger.ObjectGone, f)
		default:
			back = append(back, w.holder(person))
		}
	}
	for _, id := range e.added[relation] {
		f := fact{record: e.record, relation: relation, person: id}
		switch {
		case !w.stands(f):
		case !linked.IDs.Has(id) || !there.Has(id):
			w.keep(ledger.ByHand, f)
		default:
			person := ledger.Record{Kind: relation.To(), Source: e.record.Source, ID: id}
			if out = append(out, w.holder(person)); w.returned[person] {
				from = append(from, id)
			}
		}
	}
	for _, moved := range e.moved[relation] {
		if w.returned[ledger.Record{Kind: relation.To(), Source: e.record.Source, ID: moved.to}] && linked.IDs.Has(moved.to) {
			over, from = append(over, moved.from), append(from, moved.to)
		}
	}
	var links []ledger.Links
	for _, l := range []ledger.Links{
		{Relation: relation, Because: ledger.BecauseUndone, IDs: back},
		{Relation: relation, Because: ledger.BecauseRelinked, IDs: over},
		{Relation: relation, Remove: true, Because: ledger.BecauseRelinked, IDs: from},
		{Relation: relation, Remove: true, Because: ledger.BecauseUndone, IDs: out},
	} {
		if len(l.IDs) > 0 {
			l.IDs = ledger.IDs{}.With(l.IDs)
			links = append(links, l)
		}
	}
	return links
}

// holder returns who has the account of a person once it went back.
func (w *worker) holder(person ledger.Record) roster.ID {
	if w.returned[person] {
		return w.effects[person].from
	}
	return person.ID
}
