package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// Observation is how a target differs from what it holds by the ledger: somebody
// else wrote to it. What does not differ is not in it.
type Observation struct {
	// Next is up to where the target was read.
	Next directory.Mark
	// Identified are objects of which the target told the ID only now.
	Identified []ledger.Object
	// Renaming is how many waves the renames of accounts take, before those of groups.
	Renaming int
	drifted  map[ledger.Record]seen
	gone     map[ledger.Record]string // objects that are no longer there, with their IDs
}

// seen is what an object has now.
type seen struct {
	values directory.Values // of the properties that were written
	links  []ledger.Linked  // to objects of records
}

// Nothing reports whether the target is as it was left.
func (o Observation) Nothing() bool { return len(o.drifted) == 0 && len(o.gone) == 0 }

// Has reports whether the object of a record is otherwise than it was left.
func (o Observation) Has(r ledger.Record) bool {
	_, drifted := o.drifted[r]
	return drifted
}

// Drifted yields the records whose objects are otherwise than they were left, with what
// these are linked to now.
func (o Observation) Drifted(yield func(ledger.Record, []ledger.Linked) bool) {
	for r, now := range o.drifted {
		if !yield(r, now.links) {
			return
		}
	}
}

// Gone returns the ID of the object of a record that is no longer there.
func (o Observation) Gone(r ledger.Record) (id string, gone bool) {
	id, gone = o.gone[r]
	return id, gone
}

// Written returns what an object has of what was written to it.
func (o Observation) Written(held ledger.Object) directory.Values {
	if now, drifted := o.drifted[held.Record]; drifted {
		return now.values
	}
	return held.Written
}

// There returns whom an object is linked to.
func (o Observation) There(held ledger.Object, relation directory.Relation) ledger.IDs {
	now, drifted := o.drifted[held.Record]
	if !drifted {
		linked := held.Linked(relation)
		return linked.IDs.With(linked.Found)
	}
	for _, l := range now.links {
		if l.Relation == relation {
			return l.IDs
		}
	}
	return nil
}

// Observe reads what changed in a target since a mark, or everything where that
// cannot be told, and compares it with what the target holds of the sources by the
// ledger.
func Observe(ctx context.Context, d Directory, held Held, target ledger.Target, sources []int, mark directory.Mark) (Observation, error) {
	o := observer{
		Observation: Observation{drifted: map[ledger.Record]seen{}, gone: map[ledger.Record]string{}},
		held:        held, target: target, sources: sources,
	}
	err := o.read(ctx, d, mark)
	if expired := (directory.Expired{}); mark != "" && errors.As(err, &expired) {
		mark = ""
		err = o.read(ctx, d, mark)
	}
	if err != nil {
		return Observation{}, fmt.Errorf("read what changed in the directory: %w", err)
	}
	if mark == "" {
		for id, held := range o.objects {
			if !o.met[id] {
				o.gone[held.Record] = id
			}
		}
		for at, held := range o.placed {
			o.gone[held.Record] = at
		}
	}
	return o.Observation, nil
}

// observer compares what it is told of objects with what is held.
type observer struct {
	Observation
	held    Held
	target  ledger.Target
	sources []int
	objects map[string]ledger.Object      // by ID, once they are needed
	placed  map[string]ledger.Object      // those without an ID, by where the target keeps them
	met     map[string]bool               // those that came
	pieces  map[string]directory.Observed // in a read of everything: those that come in pieces, as far as they came
}

func (o *observer) read(ctx context.Context, d Directory, mark directory.Mark) error {
	if mark == "" {
		o.pieces = map[string]directory.Observed{}
		if err := o.load(ctx); err != nil {
			return err
		}
	}
	for observed, err := range d.Since(ctx, mark, directory.Kinds()) {
		if err != nil {
			return err
		}
		if observed.Mark != "" {
			o.Next = observed.Mark
			continue
		}
		if err := o.load(ctx); err != nil {
			return err
		}
		o.take(observed)
	}
	for id, one := range o.pieces {
		o.compare(o.objects[id], one)
	}
	return nil
}

// load reads what is held, once.
func (o *observer) load(ctx context.Context) error {
	if o.objects != nil {
		return nil
	}
	o.objects, o.placed, o.met = map[string]ledger.Object{}, map[string]ledger.Object{}, map[string]bool{}
	for _, source := range o.sources {
		for _, kind := range directory.Kinds() {
			for held, err := range o.held.Objects(ctx, o.target, kind, source) {
				if err != nil {
					return err
				}
				if held.ID == "" {
					o.placed[held.At] = held
					continue
				}
				o.objects[held.ID] = held
			}
		}
	}
	return nil
}

// take compares an object with what is held of it. In a read of everything its
// pieces are put together before.
func (o *observer) take(observed directory.Observed) {
	held, ours := o.holder(observed.Ref)
	if !ours {
		return
	}
	o.met[observed.Ref.ID] = true
	switch {
	case observed.Gone != directory.There:
		o.gone[held.Record] = held.ID
	case o.pieces != nil && !observed.Whole:
		one := o.pieces[held.ID]
		one.Ref, one.Whole = observed.Ref, true
		one.Values, one.Links = observed.Values.Over(one.Values), append(one.Links, observed.Links...)
		o.pieces[held.ID] = one
	default:
		o.compare(held, observed)
	}
}

// compare notes how an object differs from what is held of it.
func (o *observer) compare(held ledger.Object, observed directory.Observed) {
	var now seen
	if !observed.Whole {
		if now = o.drifted[held.Record]; now.values == nil {
			now = seen{held.Written, nil}
			for _, l := range held.Links {
				now.links = append(now.links, ledger.Linked{Relation: l.Relation, IDs: l.IDs.With(l.Found)})
			}
		}
	}
	now.values = held.AsWritten(observed.Values.Over(now.values).Only(held.Written))
	now.links = o.linked(now.links, held.Record.Source, observed.Links)
	if slices.Equal(now.values, held.Written) && sameLinks(now.links, held.Links) {
		delete(o.drifted, held.Record)
		return
	}
	o.drifted[held.Record] = now
}

// holder returns what is held of an object. One whose ID was not known is known
// by where the target keeps it.
func (o *observer) holder(ref directory.Ref) (ledger.Object, bool) {
	if held, ours := o.objects[ref.ID]; ours {
		return held, true
	}
	held, ours := o.placed[ref.At]
	if !ours || ref.At == "" {
		return held, false
	}
	delete(o.placed, ref.At)
	held.ID = ref.ID
	o.objects[ref.ID] = held
	o.Identified = append(o.Identified, held)
	return held, true
}

// linked returns links after changes, as far as they lead to objects of records of
// a source.
func (o *observer) linked(links []ledger.Linked, source int, changes []directory.LinkChange) []ledger.Linked {
	object := ledger.Object{Links: links}
	for _, relation := range relationsOf(changes) {
		var add, remove ledger.IDs
		for _, c := range changes {
			end, ours := o.objects[c.To.ID]
			if !ours || c.Relation != relation || end.Record.Source != source || end.Record.Kind != relation.To() {
				continue
			}
			if c.Remove {
				remove = append(remove, end.Record.ID)
			} else {
				add = append(add, end.Record.ID)
			}
		}
		slices.Sort(remove)
		object = object.Relinked(relation, add, slices.Compact(remove))
	}
	return object.Links
}

func relationsOf(changes []directory.LinkChange) []directory.Relation {
	var relations []directory.Relation
	for _, c := range changes {
		if !slices.Contains(relations, c.Relation) {
			relations = append(relations, c.Relation)
		}
	}
	return relations
}

// sameLinks reports whether links that are there are those that are held.
func sameLinks(there, held []ledger.Linked) bool {
	now, before := ledger.Object{Links: there}, ledger.Object{Links: held}
	for _, links := range [][]ledger.Linked{there, held} {
		for _, l := range links {
			was := before.Linked(l.Relation)
			if !slices.Equal(now.Linked(l.Relation).IDs, was.IDs.With(was.Found)) {
				return false
			}
		}
	}
	return true
}
