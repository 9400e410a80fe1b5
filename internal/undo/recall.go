package undo

import (
	"cmp"
	"context"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// fact is one thing that a run changed: a value of an object, a link of it, or the object.
type fact struct {
	record   ledger.Record
	property directory.Property
	relation directory.Relation
	person   roster.ID
}

// effect is all that a run did to an object.
type effect struct {
	record ledger.Record
	anchor string
	part   string
	object string    // its ID
	made   bool      // by the run
	found  bool      // by the run, which took it over
	from   roster.ID // the record that it was taken from; 0 for none

	set, was directory.Values
	names    []nameGiven // in their order
	added    map[directory.Relation]ledger.IDs
	removed  map[directory.Relation]ledger.IDs
	moved    map[directory.Relation][]move
}

// nameGiven is a user name that the run gave to an account.
type nameGiven struct {
	name string
	rank step
}

// move is a link that went over from one record to another, with the account.
type move struct{ from, to roster.ID }

// step is a wave of a plan.
type step struct {
	plan int64
	wave int
}

// recalled is what a run did, and what others did to the same since.
type recalled struct {
	effects map[ledger.Record]*effect
	ranks   []step                      // those in which names were given, in their order
	later   map[fact]string             // by whom it was changed since: a run
	moves   map[ledger.Record]roster.ID // by person: who had the account before
	back    map[fact]bool               // what a rollback took back already
	erased  []ledger.Record             // of what was done to them nothing is known any more
}

// recall reads what a run did, as far as it is to be taken back, and what came after it.
func (m Maker) recall(ctx context.Context, of ledger.Undoing) (*recalled, error) {
	r := &recalled{effects: map[ledger.Record]*effect{}, later: map[fact]string{}, back: map[fact]bool{}, moves: map[ledger.Record]roster.ID{}}
	var last int64
	var first ledger.Entry
	var entries []ledger.Entry
	for e, err := range m.History.Changes(ctx, ledger.Query{Target: m.Target, Run: of.Run}) {
		if err != nil {
			return nil, err
		}
		if last == 0 {
			first = e
		}
		last = e.Plan.ID
		if e.Outcome == nil {
			continue
		}
		if e.From != 0 {
			r.moves[e.Record] = e.From
		}
		entries = append(entries, e)
	}
	var others []ledger.Entry // of the run, which stay
	for _, e := range entries {
		mine, rest := split(e, of)
		if mine.Outcome != nil && e.Erased {
			r.erased = append(r.erased, e.Record)
		} else if mine.Outcome != nil {
			r.take(mine)
		}
		if rest.Outcome != nil {
			others = append(others, rest)
		}
	}
	for _, e := range others {
		r.note(e)
	}
	if last == 0 {
		return r, nil
	}
	for e, err := range m.History.Changes(ctx, ledger.Query{Target: m.Target, From: first.Plan.Created}) {
		if err != nil {
			return nil, err
		}
		if e.Plan.ID > last && e.Outcome != nil {
			r.note(e)
		}
	}
	return r, nil
}

// split tells what of a change is to be taken back from what is not. Both have as their
// outcome what was really done.
func split(e ledger.Entry, of ledger.Undoing) (mine, rest ledger.Entry) {
	did := e.Outcome.Changed(e.Change)
	out := *e.Outcome
	out.AsAsked, out.Set, out.Was, out.Links = false, did.Set, did.Was, did.Links
	e.Outcome = &out
	switch {
	case of.School != "" && e.Part != of.School:
		return ledger.Entry{}, e
	case of.Record.Kind == "" || e.Record == of.Record:
		return e, ledger.Entry{}
	case of.Record.Kind != directory.Account:
		return ledger.Entry{}, e
	}
	mine, rest = e, e
	ours, theirs := out, out
	ours.Made, ours.Set, ours.Was, ours.Links, theirs.Links = false, nil, nil, nil, nil
	for _, l := range did.Links {
		one := ledger.IDs{of.Record.ID}
		if in := l.IDs.And(one); len(in) > 0 && l.Relation.To() == of.Record.Kind && e.Record.Source == of.Record.Source {
			l := l
			l.IDs = in
			ours.Links = append(ours.Links, l)
		}
		if l.IDs = l.IDs.Minus(one); len(l.IDs) > 0 {
			theirs.Links = append(theirs.Links, l)
		}
	}
	mine.Outcome, rest.Outcome, mine.Because, mine.Verb = &ours, &theirs, "", directory.Update
	if len(ours.Links) == 0 {
		mine = ledger.Entry{}
	}
	return mine, rest
}

// take adds what a change did to what the run did to its object.
func (r *recalled) take(e ledger.Entry) {
	o := r.effects[e.Record]
	if o == nil {
		o = &effect{
			record: e.Record, anchor: e.Anchor, part: e.Part,
			added: map[directory.Relation]ledger.IDs{}, removed: map[directory.Relation]ledger.IDs{}, moved: map[directory.Relation][]move{},
		}
		r.effects[e.Record] = o
	}
	o.object = cmp.Or(e.Outcome.ID, e.ObjectID, o.object)
	o.made = o.made || e.Outcome.Made
	o.found = o.found || e.Because == ledger.BecauseMatched && len(e.Outcome.Set) > 0
	o.from = cmp.Or(o.from, e.From)
	o.was = o.was.Over(e.Outcome.Was) // the first one is what was there before
	o.set = e.Outcome.Set.Over(o.set)
	if name, set := e.Outcome.Set.Get(directory.UserPrincipalName); set && e.Record.Kind == directory.Account && !e.Outcome.Made {
		rank := step{e.Plan.ID, e.Wave}
		o.names = append(o.names, nameGiven{name, rank})
		if !slices.Contains(r.ranks, rank) {
			r.ranks = append(r.ranks, rank)
		}
	}
	for _, l := range e.Outcome.Links {
		r.takeLinks(o, l)
	}
}

func (r *recalled) takeLinks(o *effect, l ledger.Links) {
	switch {
	case l.Because == ledger.BecauseRelinked:
		for _, id := range l.IDs {
			person := ledger.Record{Kind: l.Relation.To(), Source: o.record.Source, ID: id}
			if from, moved := r.moves[person]; moved && !l.Remove {
				o.moved[l.Relation] = append(o.moved[l.Relation], move{from, id})
			}
		}
	case l.Remove: // what it had put in before, it did not change
		o.removed[l.Relation] = o.removed[l.Relation].With(l.IDs.Minus(o.added[l.Relation]))
		o.added[l.Relation] = o.added[l.Relation].Minus(l.IDs)
	default:
		o.added[l.Relation] = o.added[l.Relation].With(l.IDs.Minus(o.removed[l.Relation]))
		o.removed[l.Relation] = o.removed[l.Relation].Minus(l.IDs)
	}
}

// note notes what a change did that came later, or that stays.
func (r *recalled) note(e ledger.Entry) {
	did, back := e.Outcome.Changed(e.Change), e.Plan.Purpose == ledger.ForRollback
	change := func(f fact) { r.later[f], r.back[f] = e.Plan.AppliedBy(), back }
	if r.effects[e.Record] != nil {
		if !back || e.GivesUp() {
			change(fact{record: e.Record})
		}
		for _, v := range did.Set {
			change(fact{record: e.Record, property: v.Property})
		}
	}
	for _, l := range did.Links {
		for _, id := range l.IDs {
			if r.effects[e.Record] != nil {
				change(fact{record: e.Record, relation: l.Relation, person: id})
			}
			if person := (ledger.Record{Kind: l.Relation.To(), Source: e.Record.Source, ID: id}); !back && !l.Remove && r.effects[person] != nil {
				change(fact{record: person})
			}
		}
	}
}

// inOrder returns the effects in the order of their records.
func (r *recalled) inOrder() []*effect {
	var all []*effect
	for _, e := range r.effects {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *effect) int { return compareRecords(a.record, b.record) })
	return all
}

// backwards returns the place of a wave in which names were given, counted from the end.
func (r *recalled) backwards(rank step) int { return len(r.ranks) - slices.Index(r.ranks, rank) }
