package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/directory"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// writePlan begins a plan of three phases that are written side by side, and
// returns its lines in order.
func writePlan(t *testing.T, j store.Journal) (run.PlanWriter, plan.Summary, []plan.Line) {
	t.Helper()
	kept, err := j.Begin(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	var lines []plan.Line
	w := plan.NewWriter(func(ctx context.Context, s plan.Sheet) error {
		unpacked, err := s.Unpack()
		lines = append(lines, unpacked...)
		return errors.Join(err, kept.Add(ctx, s))
	})
	title := plan.Properties{{Name: directory.PropertyDisplayName, Value: strings.Repeat("a", 250)}} // so that there are many sheets
	for i := range roster.ID(5003) {
		for _, kind := range []directory.EffectKind{directory.CreateUser, directory.ChangeMembers, directory.CreateGroup} {
			if err := w.Add(t.Context(), plan.Effect{Kind: kind, Source: 1, Object: i + 1, Anchor: fmt.Sprint(i), Properties: title}); err != nil {
				t.Fatal(err)
			}
		}
	}
	summary, err := w.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(lines, func(a, b plan.Line) int { return cmp.Compare(a.Seq, b.Seq) })
	return kept, summary, lines
}

// wantLeft sees that the lines after the first ones are read.
func wantLeft(t *testing.T, j store.Journal, planID int64, lines []plan.Line, done int) {
	t.Helper()
	var after int64
	if done > 0 {
		after = lines[done-1].Seq
	}
	var left []plan.Line
	for l, err := range j.Lines(t.Context(), planID, after) {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, l)
	}
	if !slices.Equal(lines[done:], left) {
		t.Errorf("%d lines are left after %d of %d, or others", len(left), done, len(lines))
	}
}

func TestPlansAreAppliedOnceTheyAreComplete(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx, j := t.Context(), store.Journal{DB: db}
		wantOpen := func(want run.OpenPlan, found bool) {
			t.Helper()
			got, ok, err := j.Open(ctx)
			if diff := gocmp.Diff(want, got); diff != "" || ok != found || err != nil {
				t.Errorf("open plan, %v, %v (-want +got):\n%s", ok, err, diff)
			}
		}
		w, _, _ := writePlan(t, j)
		w.Drop()
		wantOpen(run.OpenPlan{}, false)
		w, summary, lines := writePlan(t, j)
		wantOpen(run.OpenPlan{}, false)
		if err := w.Finish(ctx, summary); err != nil {
			t.Fatal(err)
		}
		wantOpen(run.OpenPlan{ID: w.ID(), Run: "run", Summary: summary}, true)
		if err := j.Done(ctx, w.ID(), run.Done{Through: 4000, Next: 5003, Failures: []run.Failure{{Seq: 7, Message: "no"}}}); err != nil {
			t.Fatal(err)
		}
		wantOpen(run.OpenPlan{ID: w.ID(), Run: "run", Summary: summary, Done: 4000}, true)
		late := run.Done{Through: 3000, Next: 3000, Failures: []run.Failure{{Seq: 8, Message: "no"}}}
		if err := j.Done(ctx, w.ID(), late); err == nil {
			t.Error("what was noted is noted again")
		}
		wantOpen(run.OpenPlan{ID: w.ID(), Run: "run", Summary: summary, Done: 4000}, true)
		for _, done := range []int{0, 1, 4000, 5003, 5004, 12_345, len(lines) - 1, len(lines)} {
			wantLeft(t, j, w.ID(), lines, done)
		}
		if n, err := j.Failures(ctx, w.ID()); n != 1 || err != nil {
			t.Errorf("%d failures, %v", n, err)
		}
		if err := j.Close(ctx, w.ID()); err != nil {
			t.Fatal(err)
		}
		wantOpen(run.OpenPlan{}, false)
	})
}

// How people stood is told for the state alone that it was kept for.
func TestHowPeopleStoodIsKeptForOneState(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx, j := t.Context(), store.Journal{DB: db}
		want := func(source int, state string, standings []byte) {
			t.Helper()
			got, err := j.Settled(ctx, source, state)
			if !slices.Equal(standings, got) || err != nil {
				t.Errorf("source %d in state %q: %v, %v, want %v", source, state, got, err, standings)
			}
		}
		want(1, "a", nil)
		for _, state := range []string{"a", "b"} {
			if err := errors.Join(j.Settle(ctx, 1, state, []byte{1, 2}), j.Settle(ctx, 2, state, nil)); err != nil {
				t.Fatal(err)
			}
		}
		want(1, "a", nil)
		want(1, "b", []byte{1, 2})
		want(2, "b", nil)
	})
}

// Of many records those are read that are asked for.
func TestSomeOfWhatIsRemembered(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx, memory := t.Context(), store.Memory{DB: db}
		var accounts, want, got []plan.Account
		var people []roster.ID
		for id := roster.ID(1); id <= 1500; id++ {
			a := plan.Account{Person: id, ObjectID: fmt.Sprint("o", id)}
			if id%3 > 0 {
				accounts = append(accounts, a)
			}
			if id%2 == 0 {
				people = append(people, id)
			}
			if id%3 > 0 && id%2 == 0 {
				want = append(want, a)
			}
		}
		if err := (store.Journal{DB: db}).Remember(ctx, 1, accounts); err != nil {
			t.Fatal(err)
		}
		for a, err := range memory.AccountsOf(ctx, 1, people) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, a)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("accounts (-want +got):\n%s", diff)
		}
		for g, err := range memory.ClassGroupsOf(ctx, 1, nil) {
			t.Errorf("group %+v, %v of no class", g, err)
		}
	})
}

func TestWhatIsRemembered(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		ctx, j, memory := t.Context(), store.Journal{DB: db}, store.Memory{DB: db}
		made := plan.Account{Person: 3, ObjectID: "o3", Created: true, Written: "w"}
		var matched []plan.Account
		for _, id := range []roster.ID{1, 2, 20, 500} {
			matched = append(matched, plan.Account{Person: id, ObjectID: fmt.Sprint("o", id)})
		}
		group := plan.ClassGroup{Class: 1, ObjectID: "g", Written: "w", Owners: []byte{1}, Members: []byte{2, 1}}
		other := plan.ClassGroup{Class: 9, ObjectID: "g9"}
		changed := plan.Account{Person: 20, ObjectID: "o20", Written: "new"}
		if err := j.Remember(ctx, 1, matched); err != nil {
			t.Fatal(err)
		}
		w, err := j.Begin(ctx, "run")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Drop()
		for _, done := range []run.Done{
			{Through: 1, Created: map[int][]plan.Account{1: {made}}, ClassGroups: map[int][]plan.ClassGroup{1: {{Class: 1, ObjectID: "g"}, other}}},
			{Through: 2, Accounts: map[int][]plan.Account{1: {changed}, 2: {{Person: 1, ObjectID: "another system's"}}}, ClassGroups: map[int][]plan.ClassGroup{1: {group}}},
		} {
			if err := j.Done(ctx, w.ID(), done); err != nil {
				t.Fatal(err)
			}
		}
		accounts := map[roster.ID]plan.Account{1: matched[0], 2: matched[1], 3: made, 20: changed, 500: matched[3]}
		groups := map[roster.ID]plan.ClassGroup{1: group, 9: other}
		got, err := j.Accounts(ctx, 1, []roster.ID{500, 1, 3, 2, 20, 21})
		if diff := gocmp.Diff(accounts, got); diff != "" || err != nil {
			t.Errorf("accounts (-want +got):\n%s%v", diff, err)
		}
		gotGroups, err := j.ClassGroups(ctx, 1, []roster.ID{9, 1})
		if diff := gocmp.Diff(groups, gotGroups, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("groups (-want +got):\n%s%v", diff, err)
		}
		var order []roster.ID
		for a, err := range memory.Accounts(ctx, 1) {
			if err != nil || gocmp.Diff(accounts[a.Person], a) != "" {
				t.Errorf("account %+v, %v", a, err)
			}
			order = append(order, a.Person)
		}
		if want := slices.Sorted(maps.Keys(accounts)); !slices.Equal(want, order) {
			t.Errorf("accounts of %v, want %v", order, want)
		}
		order = nil
		for g, err := range memory.ClassGroups(ctx, 1) {
			if err != nil || gocmp.Diff(groups[g.Class], g, cmpopts.EquateEmpty()) != "" {
				t.Errorf("group %+v, %v", g, err)
			}
			order = append(order, g.Class)
		}
		if !slices.Equal([]roster.ID{1, 9}, order) {
			t.Errorf("groups of %v, want 1 and 9", order)
		}
	})
}
