// Package ledgertest is the suite that every ledger.Ledger MUST pass.
package ledgertest

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Run tests the ledger that open returns, a new and empty one at each call,
// against the contract of ledger.Ledger.
func Run(t *testing.T, open func(t *testing.T) ledger.Ledger) {
	for name, test := range map[string]func(*testing.T, book){
		"plans/made and applied":        testApplied,
		"plans/given up":                testGivenUp,
		"plans/waves do not go back":    testWaves,
		"plans/states":                  testStates,
		"plans/superseded":              testSuperseded,
		"plans/same hash":               testSameHash,
		"plans/decided":                 testDecided,
		"plans/decisions refused":       testDecisionsRefused,
		"plans/left after a crash":      testLeft,
		"plans/noted twice":             testNotedTwice,
		"plans/accepted is not final":   testAccepted,
		"plans/failures":                testFailures,
		"plans/kept":                    testKept,
		"plans/for a rollback":          testUndoing,
		"objects/held and forgotten":    testHeld,
		"objects/given to another":      testGiven,
		"objects/of some":               testObjectsOf,
		"objects/targets are apart":     testTargetsApart,
		"objects/marks":                 testMarks,
		"objects/taken back":            testUndone,
		"history/by plan, record, time": testHistory,
		"history/erased":                testErased,
	} {
		t.Run(name, func(t *testing.T) { test(t, book{t, open(t)}) })
	}
}

// book is a ledger on test.
type book struct {
	t *testing.T
	ledger.Ledger
}

// night is when plans of the tests are made.
func night(n int) time.Time { return time.Date(2026, 11, n, 2, 0, 0, 0, time.UTC) }

func person(id roster.ID) ledger.Record {
	return ledger.Record{Kind: directory.Account, Source: 1, ID: id}
}

func class(id roster.ID) ledger.Record {
	return ledger.Record{Kind: directory.ClassGroup, Source: 1, ID: id}
}

// account creates the account of a person at a school.
func account(id roster.ID, school string) ledger.Change {
	anchor := directory.Account.Anchor(fmt.Sprint("p-", id))
	return ledger.Change{
		Wave: 1, Part: school, Verb: directory.Create, Record: person(id), Anchor: anchor, Because: ledger.BecausePresent,
		Set: directory.Values{{Property: directory.Anchor, Text: anchor}, {Property: directory.DisplayName, Text: "Zoë \"Z\" Ødegård"}},
	}
}

// group creates the group of a class with members.
func group(id roster.ID, school string, members ...roster.ID) ledger.Change {
	return ledger.Change{
		Wave: 2, Part: school, Verb: directory.Create, Record: class(id), Anchor: directory.ClassGroup.Anchor(fmt.Sprint("k-", id)),
		Because: ledger.BecausePresent, Set: directory.Values{{Property: directory.DisplayName, Text: "Biology"}},
		Links: []ledger.Links{{Relation: directory.Member, Because: ledger.BecauseEnrolled, IDs: members}},
	}
}

// district is a plan of two schools.
func district() []ledger.Change {
	return []ledger.Change{account(1, "North"), account(2, "South"), group(1, "North", 1, 2), group(2, "South", 2)}
}

func (b book) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b book) draft(n int) ledger.Draft {
	return ledger.Draft{Target: ledger.Hosted, Run: fmt.Sprint("run ", n), Purpose: ledger.ForFeed, Created: night(n)}
}

// plan makes a plan on a night.
func (b book) plan(n int, s ledger.State, changes ...ledger.Change) (ledger.Plan, []ledger.Part) {
	b.t.Helper()
	w, err := b.Begin(b.t.Context(), b.draft(n))
	b.must(err)
	for _, c := range changes {
		b.must(w.Add(b.t.Context(), c))
	}
	p, parts, err := w.Finish(b.t.Context(), s, ledger.Guard{})
	b.must(err)
	if p.ID != w.ID() {
		b.t.Errorf("the plan is %d, and was begun as %d", p.ID, w.ID())
	}
	return p, parts
}

// done is a change that did all that was asked of it.
func done(c ledger.Change, id string) ledger.Noted {
	out := ledger.Outcome{Seq: c.Seq, Time: night(1), State: directory.Done, ID: id, Made: c.Verb == directory.Create, AsAsked: true}
	return ledger.Noted{Outcome: out, Object: ledger.Object{}.After(c, out)}
}

// apply does all that is left of a plan.
func (b book) apply(p ledger.Plan) {
	b.t.Helper()
	for _, left := range b.left(p) {
		b.must(b.HandOver(b.t.Context(), p.ID, left.Seq, night(1)))
		b.must(b.Note(b.t.Context(), p.ID, []ledger.Noted{done(left.Change, "id of "+left.Anchor)}))
	}
	b.must(b.Close(b.t.Context(), p.ID))
}

func (b book) left(p ledger.Plan) []ledger.Left {
	b.t.Helper()
	return collect(b.t, b.Left(b.t.Context(), p.ID))
}

func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for one, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func (b book) objects(k directory.Kind) []ledger.Object {
	b.t.Helper()
	return collect(b.t, b.Objects(b.t.Context(), ledger.Hosted, k, 1))
}

func (b book) same(what string, want, got any) {
	b.t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// seqs returns the numbers of changes.
func seqs(left []ledger.Left) []int64 {
	var all []int64
	for _, l := range left {
		all = append(all, l.Seq)
	}
	return all
}

// numbered returns changes with the numbers that a plan gives them.
func numbered(changes []ledger.Change) []ledger.Change {
	changes = slices.Clone(changes)
	for i := range changes {
		changes[i].Seq = int64(i + 1)
	}
	return changes
}

// is reports whether an error is of a type.
func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
