package run_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
	dir "rollbook/internal/hosted"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
)

// undo plans a rollback.
func (w *world) undo(t *testing.T, of ledger.Undoing) run.Result {
	t.Helper()
	result, err := w.Engine.Rollback(t.Context(), of, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// member makes a change to the roll of a class by hand.
func (w *world) member(t *testing.T, class, user string, remove bool) {
	t.Helper()
	m := []dir.Membership{{Relation: dir.Member, UserID: w.user(t, user).ID}}
	e := dir.Effect{Kind: dir.ChangeMembers, ID: w.object(t, class).ID, Add: m}
	if remove {
		e.Add, e.Remove = nil, m
	}
	if _, err := w.directory.Change(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// standing returns what stands in the way of a rollback: code, kind and relation.
func standing(result run.Result) []string {
	var all []string
	for _, w := range result.Undoing.InTheWay {
		all = append(all, strings.TrimSpace(w.Code+" "+string(w.Record.Kind)+" "+string(w.Property)+string(w.Relation)))
	}
	slices.Sort(all)
	return all
}

// What others did since stands in the way of a rollback, and is named.
func TestWhatStandsInTheWay(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		w.edit(t, "users.csv", "p-2001,aarcon27", "p-7001,new.one,New,One,,,\np-7002,new.two,New,Two,,,\np-2001,aarcon28")
		w.edit(t, "roles.csv", "p-2001,s-110", "p-7001,s-110,student,y-2027,,true,,\np-7002,s-110,student,y-2027,,true,,\np-2001,s-110")
		w.drop(t, "enrollments.csv", "k-201,p-2001")
		w.drop(t, "enrollments.csv", "k-202,p-2002")
		w.edit(t, "enrollments.csv", "k-203,p-2001", "k-203,p-7001,student\nk-203,p-7002,student\nk-203,p-2001")
		night := w.sync(t)
		w.edit(t, "enrollments.csv", "k-202,p-2001", "k-201,p-7001,student\nk-201,p-2001,student\nk-202,p-2001")
		later := w.sync(t)
		w.member(t, "k-203", "new.two", true)

		back := w.undo(t, ledger.Undoing{Run: night.Run.ID})
		want := []string{
			"byHand classGroup member", // new.two, who is in k-203 no more
			"laterRun account",         // new.one, who is in k-201 since
			"laterRun classGroup member",
		}
		if diff := cmp.Diff(want, standing(back)); diff != "" {
			t.Errorf("in the way (-want +got):\n%s", diff)
		}
		if later.Run.ID != back.Undoing.InTheWay[0].Run {
			t.Errorf("in the way is %+v; want the run %s", back.Undoing.InTheWay[0], later.Run.ID)
		}
		counts := ledger.Counts{Accounts: ledger.ObjectCounts{Update: 1, Delete: 1}, Memberships: ledger.LinkCounts{Add: 1, Remove: 1}}
		if diff := cmp.Diff(counts, back.Plan.Counts); diff != "" {
			t.Errorf("the rollback (-want +got):\n%s", diff)
		}
		w.approve(t, back.Plan.ID)
		w.user(t, "new.one")
		w.user(t, "aarcon27")
		for u, err := range w.directory.Users(t.Context()) {
			if err != nil || strings.HasPrefix(u.UserPrincipalName, "new.two") {
				t.Errorf("%v, %v is still there", err, u)
			}
		}
		if again := w.undo(t, ledger.Undoing{Run: night.Run.ID}); again.Plan.ID != 0 {
			t.Errorf("once more it plans %+v", again.Plan)
		}
	})
}

// Of a rollback that waits, the plan is made again before it is applied; what moved
// since is not taken back unseen.
func TestARollbackThatIsOutdated(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		w.drop(t, "enrollments.csv", "k-201,p-2001")
		w.drop(t, "enrollments.csv", "k-201,p-2002")
		night := w.sync(t)
		back := w.undo(t, ledger.Undoing{Run: night.Run.ID})
		w.member(t, "k-201", "aarcon27", false)
		_, err := w.Engine.Decide(t.Context(), run.Decision{Plan: back.Plan.ID, By: "ops"}, nil)
		if _, outdated := errors.AsType[ledger.Outdated](err); !outdated {
			t.Errorf("a rollback that moved: %v", err)
		}
		back = w.undo(t, ledger.Undoing{Run: night.Run.ID})
		_, err = w.Engine.Decide(t.Context(), run.Decision{Plan: back.Plan.ID, By: "ops", Schools: []string{"s-110"}}, nil)
		if _, whole := errors.AsType[*run.WholeOnly](err); !whole {
			t.Errorf("a part of a rollback: %v", err)
		}
		w.approve(t, back.Plan.ID)
		if members := w.groups(t)["k-201"].Members; !strings.Contains(members, "bbell27") || !strings.Contains(members, "aarcon27") {
			t.Errorf("k-201 has %s", members)
		}
	})
}

// Runs of which nothing can be taken back are told apart, and nothing is done.
func TestRunsThatCannotBeRolledBack(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		nothing := w.sync(t)
		w.drop(t, "enrollments.csv", "k-201,p-2001")
		night := w.sync(t)
		back := w.undo(t, ledger.Undoing{Run: night.Run.ID})
		rollback := w.approve(t, back.Plan.ID)
		going := run.Run{ID: "00000000-0000-7000-8000-999999999999", Status: run.Running, Requested: true, Start: w.now}
		if err := w.Engine.Runs.Put(t.Context(), going); err != nil {
			t.Fatal(err)
		}
		before := w.dump(t)
		for id, says := range map[string]string{
			nothing.Run.ID:  "changed nothing",
			rollback.Run.ID: "is a rollback",
			going.ID:        "is still going",
		} {
			_, err := w.Engine.Rollback(t.Context(), ledger.Undoing{Run: id}, nil)
			if cannot, is := errors.AsType[*run.CannotUndo](err); !is || !strings.Contains(cannot.Error(), says) {
				t.Errorf("roll back %s: %v; want something about %q", id, err, says)
			}
		}
		if _, err := w.Engine.Rollback(t.Context(), ledger.Undoing{Run: "no such run"}, nil); !errors.Is(err, run.ErrNotFound) {
			t.Errorf("a run that is not there: %v", err)
		}
		wantSame(t, "what is stored", before, w.dump(t))
	})
}

// An account that a run found, and took over, is as it was before, and nobody's of ours.
func TestAnAccountThatWasFoundIsLetGo(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		name := "By Hand"
		upn := "new.one@harbor.example"
		created := dir.Effect{Kind: dir.CreateUser, User: &dir.User{UserPrincipalName: upn, DisplayName: name, AccountEnabled: true}}
		if _, err := w.directory.Change(t.Context(), created); err != nil {
			t.Fatal(err)
		}
		before := w.user(t, "new.one")
		w.edit(t, "users.csv", "p-2001,aarcon27", "p-7001,new.one,New,One,,,\np-2001,aarcon27")
		w.edit(t, "roles.csv", "p-2001,s-110", "p-7001,s-110,student,y-2027,,true,,\np-2001,s-110")
		night := w.sync(t)
		if found := w.user(t, "new.one"); found.Anchor == "" || found.ID != before.ID {
			t.Fatalf("the account was not taken over: %+v", found)
		}
		w.approve(t, w.undo(t, ledger.Undoing{Run: night.Run.ID}).Plan.ID)
		wantSame(t, "the account", before, w.user(t, "new.one"))
		w.sync(t)
		wantSame(t, "the account, the night after", before, w.user(t, "new.one"))
		record, err := w.Engine.FindRecordOf(t.Context(), directory.Account, "p-7001")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := w.Engine.Resume(t.Context(), record, ""); n != 1 || err != nil {
			t.Errorf("resumed %d changes, %v", n, err)
		}
		w.sync(t)
		if found := w.user(t, "new.one"); found.Anchor == "" || found.ID != before.ID {
			t.Errorf("the account is not taken over again: %+v", found)
		}
	})
}
