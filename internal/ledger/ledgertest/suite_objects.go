package ledgertest

import (
	"errors"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

func testHeld(t *testing.T, b book) {
	held := ledger.Object{
		Record: class(7), ID: "g-7", At: "cn=7,ou=groups", Written: directory.Values{{Property: directory.DisplayName, Text: "K7"}}, Kept: directory.Values{{Property: directory.DisplayName, Text: "k7"}},
		Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{1, 5}, Found: ledger.IDs{2}}},
	}
	other := ledger.Object{Record: class(8), ID: "g-8"}
	b.must(b.Hold(t.Context(), ledger.Hosted, []ledger.Object{held, other}))
	b.same("held", []ledger.Object{held, other}, b.objects(directory.ClassGroup))
	held.At, held.Links = "cn=7,ou=old", nil
	b.must(b.Hold(t.Context(), ledger.Hosted, []ledger.Object{held}))
	b.same("held anew", []ledger.Object{held, other}, b.objects(directory.ClassGroup))
	b.must(b.Forget(t.Context(), ledger.Hosted, []ledger.Record{class(8), class(9)}))
	b.same("one forgotten", []ledger.Object{held}, b.objects(directory.ClassGroup))
}

func testObjectsOf(t *testing.T, b book) {
	var objects []ledger.Object
	for id := roster.ID(1); id <= 3000; id += 3 {
		objects = append(objects, ledger.Object{Record: person(id), ID: "x"})
	}
	b.must(b.Hold(t.Context(), ledger.Hosted, objects))
	var got ledger.IDs
	for _, o := range collect(t, b.ObjectsOf(t.Context(), ledger.Hosted, directory.Account, 1, ledger.IDs{1, 2, 3, 4, 100, 2998, 5000})) {
		got = append(got, o.Record.ID)
	}
	b.same("some", ledger.IDs{1, 4, 100, 2998}, got)
}

func testTargetsApart(t *testing.T, b book) {
	const second = ledger.Hosted + 1
	b.must(b.Hold(t.Context(), ledger.Hosted, []ledger.Object{{Record: person(1), ID: "here"}}))
	b.must(b.Hold(t.Context(), second, []ledger.Object{{Record: person(1), ID: "there"}}))
	d := b.draft(1)
	d.Target = second
	w, err := b.Begin(t.Context(), d)
	b.must(err)
	b.must(w.Add(t.Context(), account(2, "North")))
	there, _, err := w.Finish(t.Context(), ledger.Applying, ledger.Guard{})
	b.must(err)
	here, _ := b.plan(1, ledger.Planned, account(2, "North"))
	if here.Hash == there.Hash {
		t.Error("plans of two targets have one hash")
	}
	if open, found, err := b.Open(t.Context(), ledger.Hosted); found || err != nil {
		t.Errorf("open: %+v, %v; want the plan of the other target alone", open, err)
	}
	b.apply(there)
	b.same("accounts here", []ledger.Object{{Record: person(1), ID: "here"}}, b.objects(directory.Account))
	b.must(b.SetMark(t.Context(), second, "there"))
	if m, err := b.Mark(t.Context(), ledger.Hosted); m != "" || err != nil {
		t.Errorf("mark %q, %v", m, err)
	}
}

func testMarks(t *testing.T, b book) {
	for _, m := range []directory.Mark{"", "7", "a/b 8"} {
		if m != "" {
			b.must(b.SetMark(t.Context(), ledger.Hosted, m))
		}
		if got, err := b.Mark(t.Context(), ledger.Hosted); got != m || err != nil {
			t.Errorf("mark %q, %v; want %q", got, err, m)
		}
	}
}

// testGiven gives the account of a person to another one, and the memberships with it.
func testGiven(t *testing.T, b book) {
	first, _ := b.plan(1, ledger.Applying, district()...)
	b.apply(first)
	give := ledger.Change{
		Wave: 1, Part: "North", Verb: directory.Update, Record: person(9), Anchor: "user_p-9", ObjectID: "id of user_p-1", From: 1,
		Because: ledger.BecauseRelinked, Set: directory.Values{{Property: directory.ExternalID, Text: "p-9"}},
	}
	second, _ := b.plan(2, ledger.Applying, give)
	left := b.left(second)
	b.same("the change", ledger.Change{
		Seq: 1, Wave: 1, Part: "North", Verb: directory.Update, Record: person(9), Anchor: "user_p-9", ObjectID: "id of user_p-1", From: 1,
		Because: ledger.BecauseRelinked, Set: give.Set,
	}, left[0].Change)
	noted := done(left[0].Change, "id of user_p-1")
	noted.From = person(1)
	b.must(b.HandOver(t.Context(), second.ID, 1, night(2)))
	b.must(b.Note(t.Context(), second.ID, []ledger.Noted{noted}))
	var holders []roster.ID
	for _, o := range collect(t, b.Objects(t.Context(), ledger.Hosted, directory.Account, 1)) {
		if o.ID == "id of user_p-1" {
			holders = append(holders, o.Record.ID)
		}
	}
	b.same("who holds the account", []roster.ID{9}, holders)
}

func testHistory(t *testing.T, b book) {
	first, _ := b.plan(1, ledger.Applying, district()...)
	b.apply(first)
	move := ledger.Change{
		Wave: 2, Part: "South", Verb: directory.Update, Record: class(2), Anchor: "Section_k-2", ObjectID: "id of Section_k-2",
		Links: []ledger.Links{{Relation: directory.Member, Remove: true, Because: ledger.BecauseNotEnrolled, IDs: ledger.IDs{2}}},
	}
	second, _ := b.plan(3, ledger.Applying, move)
	b.apply(second)
	b.plan(4, ledger.Planned, account(9, "North"))
	for name, test := range map[string]struct {
		q    ledger.Query
		want []int64 // plan × 10 + seq
	}{
		"all":       {ledger.Query{}, []int64{11, 12, 13, 14, 21}},
		"a plan":    {ledger.Query{Plan: second.ID}, []int64{21}},
		"a page":    {ledger.Query{Plan: first.ID, After: 2}, []int64{13, 14}},
		"a run":     {ledger.Query{Run: "run 1"}, []int64{11, 12, 13, 14}},
		"a class":   {ledger.Query{Record: class(2)}, []int64{14, 21}},
		"a person":  {ledger.Query{Record: person(2)}, []int64{12, 13, 14, 21}},
		"since":     {ledger.Query{From: night(2)}, []int64{21}},
		"until":     {ledger.Query{To: night(3), Record: person(1)}, []int64{11, 13}},
		"a target":  {ledger.Query{Target: 2}, nil},
		"not there": {ledger.Query{Record: person(77)}, nil},
	} {
		var got []int64
		for _, e := range collect(t, b.Changes(t.Context(), test.q)) {
			got = append(got, e.Plan.ID*10+e.Seq)
			if e.Outcome == nil || e.Outcome.State != directory.Done || !e.Outcome.AsAsked || e.Outcome.ID != "id of "+e.Anchor {
				t.Errorf("%s: outcome %+v", name, e.Outcome)
			}
		}
		b.same(name, test.want, got)
	}
}

func testErased(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Applying, district()...)
	b.apply(p)
	b.must(b.Erase(t.Context(), person(2)))
	entries := collect(t, b.Changes(t.Context(), ledger.Query{Plan: p.ID}))
	for i, e := range entries {
		erased := i == 1
		if e.Erased != erased || e.Digest != numbered(district())[i].Digest() {
			t.Errorf("change %d: erased %t, digest %x", e.Seq, e.Erased, e.Digest)
		}
		if erased && (e.Anchor != "" || e.ObjectID != "" || e.Set != nil || e.Outcome.ID != "") {
			t.Errorf("what is left of an erased change: %+v, %+v", e.Change, e.Outcome)
		}
	}
	b.same("accounts", []ledger.Object{{Record: person(1), ID: "id of user_p-1", Made: true, Written: district()[0].Set}}, b.objects(directory.Account))
	b.must(b.Verify(t.Context(), p.ID))
	if err := b.Verify(t.Context(), 99); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
}
