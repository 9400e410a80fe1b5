package ledgertest

import (
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// testUndone keeps what was taken back, adds to it with what becomes of a change, and
// forgets it.
func testUndone(t *testing.T, b book) {
	undone := func() []ledger.Undone { return collect(t, b.Undone(t.Context(), ledger.Hosted)) }
	added := ledger.Links{Relation: directory.Member, Because: ledger.BecauseUndone, IDs: ledger.IDs{1, 4}}
	removed := ledger.Links{Relation: directory.Owner, Remove: true, Because: ledger.BecauseUndone, IDs: ledger.IDs{3}}
	of := ledger.Undone{Record: class(1), Values: directory.Values{{Property: directory.DisplayName, Text: "Biology \"2\""}}, Links: []ledger.Links{added, removed}}
	gone := ledger.Undone{Record: person(7), Object: true}
	b.must(b.SetUndone(t.Context(), ledger.Hosted, []ledger.Undone{of, gone}))
	b.must(b.SetUndone(t.Context(), 2, []ledger.Undone{{Record: person(8), Object: true}}))
	b.same("what was taken back", []ledger.Undone{gone, of}, undone())

	first, _ := b.plan(1, ledger.Applying, district()...)
	noted := done(b.left(first)[0].Change, "id of user_p-1")
	noted.Undone = ledger.Undone{Record: class(1), Links: []ledger.Links{{Relation: directory.Member, IDs: ledger.IDs{2}}, {Relation: directory.Owner, IDs: ledger.IDs{3}}}}
	b.must(b.HandOver(t.Context(), first.ID, 1, night(1)))
	b.must(b.Note(t.Context(), first.ID, []ledger.Noted{noted}))
	added.IDs = ledger.IDs{1, 2, 4}
	of.Links = []ledger.Links{added, {Relation: directory.Owner, Because: ledger.BecauseUndone, IDs: ledger.IDs{3}}}
	b.same("with what became of a change", []ledger.Undone{gone, of}, undone())

	b.must(b.SetUndone(t.Context(), ledger.Hosted, []ledger.Undone{{Record: class(1)}}))
	b.same("once it is let be", []ledger.Undone{gone}, undone())
	b.must(b.Erase(t.Context(), person(7)))
	b.same("once the person is erased", []ledger.Undone{}, undone())
}

// testUndoing keeps what a plan for a rollback takes back.
func testUndoing(t *testing.T, b book) {
	d := b.draft(1)
	d.Purpose, d.Undoing = ledger.ForRollback, &ledger.Undoing{
		Run: "run 0", School: "North", Record: person(3), More: 2,
		InTheWay: []ledger.InTheWay{{Code: ledger.LaterRun, Record: class(1), Relation: directory.Member, Person: 3, Run: "run 9"}},
	}
	w, err := b.Begin(t.Context(), d)
	b.must(err)
	b.must(w.Add(t.Context(), account(1, "North")))
	finished, _, err := w.Finish(t.Context(), ledger.Held, ledger.Guard{})
	b.must(err)
	read, _, err := b.Plan(t.Context(), finished.ID)
	b.must(err)
	b.same("what it takes back, when it is finished", d.Undoing, finished.Undoing)
	b.same("what it takes back, when it is read", d.Undoing, read.Undoing)
}
