package undo

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// Maker holds what a rollback is worked out from.
type Maker struct {
	History   History
	Held      plan.Held
	Directory plan.Directory
	Target    ledger.Target
	// Seen is how the target differs from what it holds by the ledger.
	Seen plan.Observation
}

// History is the ledger as it is read (ledger.History).
type History interface {
	Changes(ctx context.Context, q ledger.Query) iter.Seq2[ledger.Entry, error]
}

// Step is a change that takes something back, and what the target holds of its record.
type Step struct {
	ledger.Change
	Held ledger.Object
}

// The waves. What refers to an account is changed while all of them are there; names are
// given back in the opposite order to that in which they were given, once the accounts
// are gone that may have one of them.
const (
	waveRelinks = 1 + iota
	waveGroups
	waveGroupsDeleted
	waveAccountsDeleted
	waveAccounts
)

// Make returns what takes back what of says, in the order of its waves, and what stands
// in the way.
func (m Maker) Make(ctx context.Context, of ledger.Undoing) ([]Step, ledger.Undoing, error) {
	of.InTheWay, of.More = nil, 0
	r, err := m.recall(ctx, of)
	if err != nil {
		return nil, of, fmt.Errorf("recall what the run did: %w", err)
	}
	w := &worker{Maker: m, recalled: r, of: of}
	if err := w.lookUp(ctx); err != nil {
		return nil, of, fmt.Errorf("read what the directory holds: %w", err)
	}
	for _, record := range r.erased {
		w.keep(ledger.WasErased, fact{record: record})
	}
	for _, e := range r.inOrder() {
		if e.record.Kind == directory.Account {
			w.account(e)
		}
	}
	for _, e := range r.inOrder() {
		if e.record.Kind != directory.Account {
			w.group(e)
		}
	}
	if err := w.checkNames(ctx); err != nil {
		return nil, of, fmt.Errorf("find out who has the names: %w", err)
	}
	slices.SortStableFunc(w.steps, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.Wave, b.Wave), compareRecords(a.Record, b.Record))
	})
	return w.steps, w.of, nil
}

func compareRecords(a, b ledger.Record) int {
	return cmp.Or(cmp.Compare(a.Kind.Depth(), b.Kind.Depth()), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// worker works out one rollback.
type worker struct {
	Maker
	*recalled
	of       ledger.Undoing
	held     map[ledger.Record]ledger.Object
	steps    []Step
	returned map[ledger.Record]bool // the people whose accounts go back to the records that they were of
}

// lookUp reads what the target holds of the records that the run changed, and of the
// people whom it took out of groups.
func (w *worker) lookUp(ctx context.Context) error {
	w.held, w.returned = map[ledger.Record]ledger.Object{}, map[ledger.Record]bool{}
	type of struct {
		kind   directory.Kind
		source int
	}
	wanted := map[of]ledger.IDs{}
	want := func(r ledger.Record) {
		at := of{r.Kind, r.Source}
		wanted[at] = append(wanted[at], r.ID)
	}
	for _, e := range w.effects {
		want(e.record)
		for relation, ids := range e.removed {
			for _, id := range ids {
				want(ledger.Record{Kind: relation.To(), Source: e.record.Source, ID: id})
			}
		}
	}
	for at, ids := range wanted {
		for held, err := range w.Held.ObjectsOf(ctx, w.Target, at.kind, at.source, ledger.IDs{}.With(ids)) {
			if err != nil {
				return err
			}
			w.held[held.Record] = held
		}
	}
	return nil
}

// keep leaves something as it is that the run did.
func (w *worker) keep(code string, f fact) {
	if w.back[f] {
		return // it is as it was already
	}
	if code == ledger.LaterRun && w.later[f] == w.of.Run {
		code = ledger.Elsewhere
	}
	w.of.Keep(ledger.InTheWay{
		Code: code, Record: f.record, Property: f.property, Relation: f.relation, Person: f.person, Run: w.later[f],
	})
}

// stands reports whether a fact is as the run left it, as far as later runs tell.
func (w *worker) stands(f fact) bool {
	if _, changed := w.later[f]; changed {
		w.keep(ledger.LaterRun, f)
		return false
	}
	return true
}

// there returns the object of an effect, and is false where it is gone.
func (w *worker) there(e *effect) (ledger.Object, bool) {
	held, known := w.held[e.record]
	if _, gone := w.Seen.Gone(e.record); gone || !known || held.ID != e.object && e.object != "" {
		w.keep(ledger.ObjectGone, fact{record: e.record})
		return held, false
	}
	return held, true
}

// untouched reports whether nobody did anything to an object since the run made it, or
// found it.
func (w *worker) untouched(e *effect) bool {
	own := fact{record: e.record}
	if _, touched := w.later[own]; touched {
		w.keep(ledger.LaterRun, own)
		return false
	}
	if w.Seen.Has(e.record) || e.record.Kind == directory.Account && w.linkedByHand(e.record) {
		w.keep(ledger.ByHand, own)
		return false
	}
	return true
}

// linkedByHand reports whether another hand linked an account to a group of ours.
func (w *worker) linkedByHand(account ledger.Record) bool {
	for r, links := range w.Seen.Drifted {
		if r.Source != account.Source {
			continue
		}
		for _, l := range links {
			held := w.held[r].Linked(l.Relation)
			if l.Relation.To() == account.Kind && l.IDs.Has(account.ID) && !held.IDs.Has(account.ID) {
				return true
			}
		}
	}
	return false
}

// account takes back what the run did to an account.
func (w *worker) account(e *effect) {
	held, there := w.there(e)
	if !there {
		return
	}
	c := ledger.Change{Wave: waveAccounts, Part: e.part, Verb: directory.Update, Record: e.record, Anchor: e.anchor, ObjectID: held.ID, Because: ledger.BecauseUndone}
	switch {
	case e.made:
		if w.untouched(e) {
			c.Wave, c.Verb = waveAccountsDeleted, directory.Delete
			w.add(c, held)
		}
		return
	case e.from != 0:
		if !w.untouched(e) {
			return
		}
		c.Wave, c.Because = waveRelinks, ledger.BecauseRelinked
		c.Record.ID, c.From = e.from, e.record.ID
		if anchor, had := e.was.Get(directory.Anchor); had {
			c.Anchor = anchor
		}
		c.Set, c.Was = w.values(e, held)
		w.returned[e.record] = true
		w.add(c, held)
		return
	case e.found:
		if !w.untouched(e) {
			return
		}
		c.Because = ledger.BecauseLetGo
	}
	c.Set, c.Was = w.values(e, held)
	w.names(e, &c, held)
	w.add(c, held)
}

// names takes the user name of an account back. One that was given by way of an interim
// one is taken back by way of it.
func (w *worker) names(e *effect, c *ledger.Change, held ledger.Object) {
	if len(e.names) == 0 {
		return
	}
	if _, planned := c.Set.Get(directory.UserPrincipalName); !planned {
		return
	}
	c.Wave = waveAccounts + w.backwards(e.names[0].rank)
	for i := len(e.names) - 1; i > 0; i-- {
		interim := *c
		interim.Wave = waveAccounts + w.backwards(e.names[i].rank)
		interim.Set = directory.Values{{Property: directory.UserPrincipalName, Text: e.names[i-1].name}}
		interim.Was = c.Was.Only(interim.Set)
		w.add(interim, held)
	}
}

// values returns the values of an object before the run, of those that are still as it
// left them.
func (w *worker) values(e *effect, held ledger.Object) (set, was directory.Values) {
	is := w.Seen.Written(held)
	for _, v := range e.set {
		f := fact{record: e.record, property: v.Property}
		if !w.stands(f) {
			continue
		}
		now, _ := is.Get(v.Property)
		if now != v.Text {
			w.keep(ledger.ByHand, f)
			continue
		}
		before, _ := e.was.Get(v.Property)
		if before == now {
			continue
		}
		set, was = set.With(v.Property, before), was.With(v.Property, now)
	}
	return set, was
}

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

// add adds a change, unless it does nothing.
func (w *worker) add(c ledger.Change, held ledger.Object) {
	if c.Verb == directory.Update && len(c.Set) == 0 && len(c.Links) == 0 {
		return
	}
	w.steps = append(w.steps, Step{c, held})
}

// checkNames leaves the user names as they are that another account has by now which
// does not give it up.
func (w *worker) checkNames(ctx context.Context) error {
	frees, keys := map[string]bool{}, []directory.Key{}
	for _, s := range w.steps {
		if s.Record.Kind != directory.Account {
			continue
		}
		name, set := s.Set.Get(directory.UserPrincipalName)
		if set || s.Verb == directory.Delete {
			frees[s.ObjectID] = true
		}
		if set {
			keys = append(keys, directory.Key{Property: directory.UserPrincipalName, Value: name})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	taken := map[string]bool{} // names
	for found, err := range w.Directory.Find(ctx, directory.Account, keys) {
		if err != nil {
			return err
		}
		if !frees[found.Object.Ref.ID] {
			taken[found.Key.Value] = true
		}
	}
	if len(taken) == 0 {
		return nil
	}
	w.leaveNames(taken)
	return w.checkNames(ctx) // who keeps a name that others were to have
}

// leaveNames takes out of the steps what would give accounts names that are taken.
func (w *worker) leaveNames(taken map[string]bool) {
	keeps := map[ledger.Record]bool{}
	for _, s := range w.steps {
		if name, set := s.Set.Get(directory.UserPrincipalName); set && s.Record.Kind == directory.Account && taken[name] {
			keeps[s.Record] = true
			w.keep(ledger.NameIsTaken, fact{record: s.Record, property: directory.UserPrincipalName})
		}
	}
	name := directory.Values{{Property: directory.UserPrincipalName}}
	var left []Step
	for _, s := range w.steps {
		if s.Record.Kind == directory.Account && keeps[s.Record] {
			s.Set, s.Was = s.Set.Without(name), s.Was.Without(name)
			if s.Verb == directory.Update && len(s.Set) == 0 {
				continue
			}
		}
		left = append(left, s)
	}
	w.steps = left
}
