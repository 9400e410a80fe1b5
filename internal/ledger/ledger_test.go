package ledger_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

func drawIDs(t *rapid.T, label string) ledger.IDs {
	ids := rapid.SliceOfDistinct(rapid.Custom(func(t *rapid.T) roster.ID { return roster.ID(rapid.IntRange(1, 12).Draw(t, "id")) }), rapid.ID[roster.ID]).Draw(t, label)
	slices.Sort(ids)
	return ids
}

// Sets of records are sets.
func TestIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawIDs(t, "a"), drawIDs(t, "b")
		for id := roster.ID(1); id <= 12; id++ {
			inA, inB := slices.Contains(a, id), slices.Contains(b, id)
			for name, test := range map[string]struct {
				got  ledger.IDs
				want bool
			}{"minus": {a.Minus(b), inA && !inB}, "and": {a.And(b), inA && inB}, "with": {a.With(b), inA || inB}} {
				if test.got.Has(id) != test.want || !slices.IsSorted(test.got) {
					t.Fatalf("%v %s %v is %v", a, name, b, test.got)
				}
			}
		}
	})
}

func of(relation directory.Relation, remove bool, ids ...roster.ID) ledger.Links {
	return ledger.Links{Relation: relation, Remove: remove, IDs: ids}
}

// What is held after an outcome is what Rollbook wrote and linked, and no more.
func TestAfter(t *testing.T) {
	t.Parallel()
	group := ledger.Record{Kind: directory.ClassGroup, Source: 1, ID: 3}
	title := func(text string) directory.Values {
		return directory.Values{{Property: directory.DisplayName, Text: text}}
	}
	held := ledger.Object{Record: group, ID: "g", Made: true, Written: title("Old"), Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{1, 2}, Found: ledger.IDs{9}}}}
	change := ledger.Change{
		Verb: directory.Update, Record: group, Set: title("New"),
		Links: []ledger.Links{of(directory.Member, false, 4, 5), of(directory.Member, true, 1, 2), of(directory.Owner, false, 7)},
	}
	for name, test := range map[string]struct {
		before ledger.Object
		out    ledger.Outcome
		want   ledger.Object
	}{
		"all of it": {held, ledger.Outcome{State: directory.Done, ID: "g", AsAsked: true}, ledger.Object{
			Record: group, ID: "g", Made: true, Written: title("New"),
			Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{4, 5}, Found: ledger.IDs{9}}, {Relation: directory.Owner, IDs: ledger.IDs{7}}},
		}},
		"some was so before": {held, ledger.Outcome{
			State: directory.Done, ID: "g", Links: []ledger.Links{of(directory.Member, false, 4), of(directory.Member, true, 1)},
			Found: []ledger.Linked{{Relation: directory.Member, Found: ledger.IDs{5}}, {Relation: directory.Owner, Found: ledger.IDs{7}}},
		}, ledger.Object{
			Record: group, ID: "g", Made: true, Written: title("New"), // and 2 had been taken out by another hand
			Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{4}, Found: ledger.IDs{5, 9}}, {Relation: directory.Owner, Found: ledger.IDs{7}}},
		}},
		"some was refused": {held, ledger.Outcome{
			State: directory.Done, ID: "g", Set: title("New"), Links: []ledger.Links{of(directory.Member, false, 4), of(directory.Member, true, 1)},
			Refused: []ledger.Refused{{Links: of(directory.Member, true, 2)}, {Links: of(directory.Member, false, 5)}, {Links: of(directory.Owner, false, 7)}},
		}, ledger.Object{
			Record: group, ID: "g", Made: true, Written: title("New"),
			Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{2, 4}, Found: ledger.IDs{9}}},
		}},
		"it failed": {held, ledger.Outcome{State: directory.Failed, ID: "g"}, held},
		"it failed half way": {held, ledger.Outcome{State: directory.Failed, ID: "g", Set: title("New"), Links: []ledger.Links{of(directory.Member, true, 1)}}, ledger.Object{
			Record: group, ID: "g", Made: true, Written: title("New"), Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{2}, Found: ledger.IDs{9}}},
		}},
		"it was made": {ledger.Object{}, ledger.Outcome{State: directory.Done, ID: "n", At: "cn=n", Made: true, AsAsked: true}, ledger.Object{
			Record: group, ID: "n", At: "cn=n", Made: true, Written: title("New"),
			Links: []ledger.Linked{{Relation: directory.Member, IDs: ledger.IDs{4, 5}}, {Relation: directory.Owner, IDs: ledger.IDs{7}}},
		}},
	} {
		before := cmp.Diff(held, held) // held is shared: it must stay as it is
		if diff := cmp.Diff(test.want, test.before.After(change, test.out), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if before != "" || len(held.Links[0].IDs) != 2 {
			t.Fatalf("%s changed what was held before", name)
		}
	}
}

// Only what may follow a state follows it.
func TestStates(t *testing.T) {
	t.Parallel()
	all := []ledger.State{ledger.Planned, ledger.Held, ledger.Approved, ledger.Rejected, ledger.Applying, ledger.Applied, ledger.Superseded}
	want := map[ledger.State][]ledger.State{
		ledger.Planned:  {ledger.Held, ledger.Applying, ledger.Superseded},
		ledger.Held:     {ledger.Approved, ledger.Rejected, ledger.Superseded},
		ledger.Approved: {ledger.Applying, ledger.Superseded},
		ledger.Applying: {ledger.Applied},
	}
	for _, from := range all {
		for _, to := range all {
			if got := from.May(to); got != slices.Contains(want[from], to) {
				t.Errorf("from %s to %s: %t", from, to, got)
			}
		}
	}
}
