package ledgertest

import (
	"errors"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

func testApplied(t *testing.T, b book) {
	p, parts := b.plan(1, ledger.Applying, district()...)
	b.same("counts", ledger.Counts{
		Accounts: ledger.ObjectCounts{Create: 2}, Groups: ledger.ObjectCounts{Create: 2}, Memberships: ledger.LinkCounts{Add: 3},
	}, p.Counts)
	if len(parts) != 2 || parts[0].Key != "North" || parts[1].Key != "South" || p.Hash != ledger.HashOf(p.Target, p.Purpose, parts) {
		t.Errorf("parts %+v of plan %+v", parts, p)
	}
	kept, keptParts, err := b.Plan(t.Context(), p.ID)
	b.must(err)
	b.same("the plan as it is kept", p, kept)
	b.same("its parts", parts, keptParts)
	open, found, err := b.Open(t.Context(), ledger.Hosted)
	if err != nil || !found || open.ID != p.ID {
		t.Errorf("open: %+v, %t, %v", open, found, err)
	}
	var got []ledger.Change
	for _, left := range b.left(p) {
		if !left.Tried.IsZero() {
			t.Errorf("change %d was tried at %s", left.Seq, left.Tried)
		}
		got = append(got, left.Change)
	}
	b.same("what is left", numbered(district()), got)
	b.apply(p)
	if _, found, err := b.Open(t.Context(), ledger.Hosted); found || err != nil {
		t.Errorf("open after it was applied: %t, %v", found, err)
	}
	b.same("left after it was applied", []ledger.Left(nil), b.left(p))
	b.same("groups", []ledger.Object{
		{Record: class(1), ID: "id of Section_k-1", Made: true, Written: district()[2].Set, Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{1, 2}}}},
		{Record: class(2), ID: "id of Section_k-2", Made: true, Written: district()[3].Set, Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{2}}}},
	}, b.objects(directory.ClassGroup))
	b.must(b.Verify(t.Context(), p.ID))
}

func testGivenUp(t *testing.T, b book) {
	w, err := b.Begin(t.Context(), b.draft(1))
	b.must(err)
	b.must(w.Add(t.Context(), account(1, "North")))
	if _, _, err := b.Plan(t.Context(), w.ID()); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a plan that is being made: %v, want that there is none", err)
	}
	w.Drop()
	p, _ := b.plan(2, ledger.Applying, district()...)
	b.same("left of the next plan", []int64{1, 2, 3, 4}, seqs(b.left(p)))
}

func testWaves(t *testing.T, b book) {
	w, err := b.Begin(t.Context(), b.draft(1))
	b.must(err)
	defer w.Drop()
	b.must(w.Add(t.Context(), group(1, "North")))
	if err := w.Add(t.Context(), account(1, "North")); err == nil {
		t.Error("an account was taken after a group")
	}
}

func testStates(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Planned, district()...)
	if err := b.Close(t.Context(), p.ID); !is[ledger.NotAllowed](err) {
		t.Errorf("a plan that is planned was closed: %v", err)
	}
	b.must(b.Apply(t.Context(), p.ID, "a run"))
	if err := b.Apply(t.Context(), p.ID, "a run"); !is[ledger.NotAllowed](err) {
		t.Errorf("a plan that is being applied was to be applied: %v", err)
	}
	b.apply(p)
	kept, parts, err := b.Plan(t.Context(), p.ID)
	if err != nil || kept.State != ledger.Applied || parts[0].State != ledger.Applied {
		t.Errorf("the plan is %s, its part %s, %v", kept.State, parts[0].State, err)
	}
	if err := b.Apply(t.Context(), 99, "a run"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
	w, err := b.Begin(t.Context(), b.draft(2))
	b.must(err)
	if _, _, err := w.Finish(t.Context(), ledger.Applied, ledger.Guard{}); !is[ledger.NotAllowed](err) {
		t.Errorf("a plan was finished as applied: %v", err)
	}
	w.Drop()
}

func testSuperseded(t *testing.T, b book) {
	first, _ := b.plan(1, ledger.Held, district()...)
	b.plan(2, ledger.Planned, district()...)
	kept, parts, err := b.Plan(t.Context(), first.ID)
	if err != nil || kept.State != ledger.Superseded || parts[0].State != ledger.Superseded {
		t.Errorf("the plan is %s, its part %s, %v", kept.State, parts[0].State, err)
	}
	if err := b.Apply(t.Context(), first.ID, "a run"); !is[ledger.NotAllowed](err) {
		t.Errorf("a plan that is superseded was to be applied: %v", err)
	}
}

func testSameHash(t *testing.T, b book) {
	first, _ := b.plan(1, ledger.Planned, district()...)
	again := district()
	again[0].Because, again[3].Links[0].Because = "another reason", "another reason"
	second, _ := b.plan(2, ledger.Planned, again...)
	if first.Hash != second.Hash {
		t.Error("the same changes have two hashes")
	}
	for name, change := range map[string]func([]ledger.Change){
		"a value":      func(c []ledger.Change) { c[0].Set = c[0].Set.With(directory.DisplayName, "Other") },
		"a member":     func(c []ledger.Change) { c[2].Links[0].IDs = ledger.IDs{1} },
		"a removal":    func(c []ledger.Change) { c[2].Links[0].Remove = true },
		"another part": func(c []ledger.Change) { c[1].Part = "North" },
		"what it was":  func(c []ledger.Change) { c[0].Was = c[0].Set },
		"an object":    func(c []ledger.Change) { c[0].ObjectID = "x" },
		"the order": func(c []ledger.Change) {
			c[0].Part, c[1].Part, c[0].Record, c[1].Record = c[1].Part, c[0].Part, c[1].Record, c[0].Record
		},
	} {
		other := district()
		change(other)
		if p, _ := b.plan(3, ledger.Planned, other...); p.Hash == first.Hash {
			t.Errorf("%s makes no difference", name)
		}
	}
}

func hashes(parts []ledger.Part) []ledger.PartHash {
	var all []ledger.PartHash
	for _, p := range parts {
		all = append(all, ledger.PartHash{Key: p.Key, Hash: p.Hash})
	}
	return all
}

func testDecided(t *testing.T, b book) {
	p, parts := b.plan(1, ledger.Held, district()...)
	d := ledger.Decision{Hash: p.Hash, Parts: hashes(parts[:1]), Approve: true, By: "Kim", Note: "it is right", Time: night(2)}
	b.must(b.Decide(t.Context(), p.ID, d))
	if kept, _, err := b.Plan(t.Context(), p.ID); err != nil || kept.State != ledger.Held {
		t.Errorf("the plan is %s, %v; want it held while a part is", kept.State, err)
	}
	d.Parts, d.Approve = hashes(parts[1:]), false
	b.must(b.Decide(t.Context(), p.ID, d))
	kept, keptParts, err := b.Plan(t.Context(), p.ID)
	if err != nil || kept.State != ledger.Approved || keptParts[0].State != ledger.Approved || keptParts[1].State != ledger.Rejected {
		t.Errorf("the plan is %s, its parts %+v, %v", kept.State, keptParts, err)
	}
	b.must(b.Apply(t.Context(), p.ID, "a run"))
	b.same("what is left", []int64{1, 3}, seqs(b.left(p)))
	b.apply(p)
	_, keptParts, err = b.Plan(t.Context(), p.ID)
	if err != nil || keptParts[0].State != ledger.Applied || keptParts[1].State != ledger.Rejected {
		t.Errorf("the parts are %+v, %v", keptParts, err)
	}
}

func testDecisionsRefused(t *testing.T, b book) {
	p, parts := b.plan(1, ledger.Held, district()...)
	good := ledger.Decision{Hash: p.Hash, Parts: hashes(parts[:1]), Approve: true, By: "Kim", Time: night(2)}
	other := good
	other.Hash = "0" + p.Hash[1:] + "x"
	if err := b.Decide(t.Context(), p.ID, other); !is[ledger.Outdated](err) {
		t.Errorf("another plan: %v", err)
	}
	other = good
	other.Parts = []ledger.PartHash{{Key: "North", Hash: parts[1].Hash}}
	if err := b.Decide(t.Context(), p.ID, other); !is[ledger.Outdated](err) {
		t.Errorf("another part: %v", err)
	}
	other.Parts = []ledger.PartHash{{Key: "West", Hash: parts[0].Hash}}
	if err := b.Decide(t.Context(), p.ID, other); !is[ledger.Outdated](err) {
		t.Errorf("a part that is not there: %v", err)
	}
	if _, keptParts, err := b.Plan(t.Context(), p.ID); err != nil || keptParts[0].State != ledger.Held {
		t.Errorf("a refused decision left %+v, %v", keptParts, err)
	}
	b.must(b.Decide(t.Context(), p.ID, good))
	var decided ledger.Decided
	good.By = "Robin"
	if err := b.Decide(t.Context(), p.ID, good); !errors.As(err, &decided) || decided.By != "Kim" || !decided.Time.Equal(night(2)) {
		t.Errorf("a second decision: %v, want who came first and when", err)
	}
	if err := b.Decide(t.Context(), 99, good); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
	applied, parts := b.plan(2, ledger.Applying, district()...)
	if err := b.Decide(t.Context(), applied.ID, ledger.Decision{Hash: applied.Hash, Parts: hashes(parts)}); !is[ledger.NotAllowed](err) {
		t.Errorf("a plan that is not held: %v", err)
	}
}

func testLeft(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Applying, district()...)
	b.must(b.HandOver(t.Context(), p.ID, 2, night(1)))
	b.must(b.Note(t.Context(), p.ID, []ledger.Noted{done(numbered(district())[1], "two")}))
	left := b.left(p)
	b.same("what is left", []int64{1, 3, 4}, seqs(left))
	if !left[0].Tried.Equal(night(1)) || !left[1].Tried.IsZero() {
		t.Errorf("tried at %s and %s, want only the one that was handed over to be", left[0].Tried, left[1].Tried)
	}
	b.must(b.HandOver(t.Context(), p.ID, 1, night(2)))
	if kept, _, err := b.Plan(t.Context(), p.ID); err != nil || kept.Handed != 2 {
		t.Errorf("handed over up to %d, %v; want it never to go back", kept.Handed, err)
	}
}

func testNotedTwice(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Applying, district()...)
	changes := numbered(district())
	b.must(b.Note(t.Context(), p.ID, []ledger.Noted{done(changes[1], "two")}))
	err := b.Note(t.Context(), p.ID, []ledger.Noted{done(changes[0], "one"), done(changes[1], "other")})
	if !errors.Is(err, ledger.ErrNotedBefore) {
		t.Errorf("noted twice: %v", err)
	}
	b.same("what is left", []int64{1, 3, 4}, seqs(b.leftAfter(p, 2)))
	b.same("accounts", []ledger.Object{{Record: person(2), ID: "two", Made: true, Written: changes[1].Set}}, b.objects(directory.Account))
}

// leftAfter is left once changes were handed over.
func (b book) leftAfter(p ledger.Plan, through int64) []ledger.Left {
	b.t.Helper()
	b.must(b.HandOver(b.t.Context(), p.ID, through, night(1)))
	return b.left(p)
}

func testAccepted(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Applying, district()...)
	c := numbered(district())[0]
	accepted := ledger.Noted{Outcome: ledger.Outcome{Seq: 1, Time: night(1), State: directory.Accepted, Handle: "ask for 7"}}
	b.must(b.Note(t.Context(), p.ID, []ledger.Noted{accepted}))
	left := b.leftAfter(p, 1)
	if len(left) != 4 || left[0].Handle != "ask for 7" {
		t.Errorf("left %+v, want the accepted change with its handle", left)
	}
	b.must(b.Note(t.Context(), p.ID, []ledger.Noted{done(c, "one")}))
	b.same("what is left", []int64{2, 3, 4}, seqs(b.left(p)))
}

// What a target keeps in another form stays with the change, though all of it was
// done as it was asked for.
func testKept(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Applying, district()...)
	kept := directory.Values{{Property: directory.DisplayName, Text: "in lower case"}}
	noted := done(numbered(district())[0], "one")
	noted.Kept = kept
	b.must(b.Note(t.Context(), p.ID, []ledger.Noted{noted}))
	entries := collect(t, b.Changes(t.Context(), ledger.Query{Plan: p.ID}))
	b.same("kept", kept, entries[0].Outcome.Kept)
}

func testFailures(t *testing.T, b book) {
	p, _ := b.plan(1, ledger.Applying, district()...)
	refused := ledger.Refused{Links: ledger.Links{Relation: directory.Member, IDs: ledger.IDs{2}}, Code: "waits", Message: "it waits"}
	b.must(b.Note(t.Context(), p.ID, []ledger.Noted{
		{Outcome: ledger.Outcome{Seq: 1, Time: night(1), State: directory.Failed, Code: "conflict", Message: "taken"}},
		done(numbered(district())[1], "two"),
		{Outcome: ledger.Outcome{Seq: 3, Time: night(1), State: directory.Done, ID: "g", Made: true, Refused: []ledger.Refused{refused}}},
	}))
	if n, err := b.Failures(t.Context(), p.ID); n != 2 || err != nil {
		t.Errorf("%d failures, %v; want the change that failed and the one with a refused link", n, err)
	}
	entries := collect(t, b.Changes(t.Context(), ledger.Query{Plan: p.ID}))
	if o := entries[0].Outcome; o.Code != "conflict" || o.Message != "taken" {
		t.Errorf("the failure is kept as %+v", o)
	}
	b.same("refused", []ledger.Refused{refused}, entries[2].Outcome.Refused)
}
