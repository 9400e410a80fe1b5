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

// add adds a change, unless it does nothing.
func (w *worker) add(c ledger.Change, held ledger.Object) {
	if c.Verb == directory.Update && len(c.Set) == 0 && len(c.Links) == 0 {
		return
	}
	w.steps = append(w.steps, Step{c, held})
}
