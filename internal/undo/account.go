package undo

import (
	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

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
