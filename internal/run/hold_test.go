package run_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"rollbook/internal/guard"
	dir "rollbook/internal/hosted"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store/dbtest"
)

// brokenExports are exports that must not take effect, each in another way.
var brokenExports = map[string]func(t *testing.T, w *world){
	"most enrollments are lost": func(t *testing.T, w *world) { w.drop(t, "enrollments.csv", "k-3") },
	"most people are lost": func(t *testing.T, w *world) {
		for _, file := range []string{"users.csv", "roles.csv", "enrollments.csv", "demographics.csv", "userFlags.csv", "relationships.csv"} {
			w.drop(t, file, "p-2")
			w.drop(t, file, "p-3")
		}
	},
	"all user names are new": func(t *testing.T, w *world) {
		w.edit(t, "users.csv", "27,", "x27,")
		w.edit(t, "users.csv", "30,", "x30,")
	},
}

// Whatever is broken about an export, it is held; and after a good one the directory
// is as if the night had not been (P7).
func TestBrokenExports(t *testing.T) {
	for name, breaks := range brokenExports {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				twin := newWorld(t, dbtest.SQLite(t))
				twin.sync(t)
				w.sync(t)
				before := w.groups(t)
				good := w.path
				w.path = t.TempDir()
				if err := os.CopyFS(w.path, os.DirFS(good)); err != nil {
					t.Fatal(err)
				}
				breaks(t, w)
				for range 2 { // a broken export that comes twice is not its own yardstick
					held := w.sync(t)
					if held.Held == nil || held.Run.Status == run.Completed {
						t.Fatalf("it is not held: %+v", held)
					}
					wantSame(t, "groups while it is held", before, w.groups(t))
				}
				w.path = good
				for _, world := range []*world{twin, w} {
					world.nextNight(t)
					world.now = world.now.Add(48 * time.Hour)
					if result := world.sync(t); result.Held != nil {
						t.Fatalf("a good night is held: %+v", result.Held)
					}
				}
				wantSame(t, "groups after a good night", twin.groups(t), w.groups(t))
				wantCounts(t, counts{Status: run.Completed}, w.sync(t))
			})
		})
	}
}

// An export that cannot be read, or names what is not there, takes nothing away and
// needs nobody to stop it.
func TestErrorsOfAnExport(t *testing.T) {
	for name, breaks := range map[string]func(t *testing.T, w *world){
		"most people have no row":  func(t *testing.T, w *world) { w.drop(t, "users.csv", "p-2"); w.drop(t, "users.csv", "p-3") },
		"a role nobody knows":      func(t *testing.T, w *world) { w.edit(t, "roles.csv", ",student,", ",Pupilx,") },
		"a school is missing":      func(t *testing.T, w *world) { w.drop(t, "orgs.csv", "s-110") },
		"ids that lost a hyphen":   func(t *testing.T, w *world) { w.edit(t, "enrollments.csv", ",p-", ",p") },
		"no class has a known org": func(t *testing.T, w *world) { w.edit(t, "classes.csv", ",s-1", ",x-1") },
	} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				w.unguard(t)
				w.sync(t)
				before := w.groups(t)
				breaks(t, w)
				for range 2 {
					if result := w.sync(t); result.Plan.Memberships.Remove > 0 || len(result.Findings) == 0 {
						t.Errorf("%+v, %d findings", result.Plan, len(result.Findings))
					}
				}
				wantSame(t, "groups", before, w.groups(t))
			})
		})
	}
}

// A decision is about what was shown, is taken once, and changes nothing where the
// plan is another one by now.
func TestDecisions(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		w.drop(t, "enrollments.csv", "k-3")
		held := w.sync(t).Held
		before := w.groups(t)
		if held == nil || held.Doubt {
			t.Fatalf("held %+v, want for its size", held)
		}
		if again := w.sync(t).Held; again == nil || again.Plan != held.Plan || !again.Since.Equal(held.Since) {
			t.Errorf("the same plan again is %+v, want %+v", again, held)
		}
		// The roster moves on: what was shown is not what would be done.
		w.drop(t, "enrollments.csv", "k-204")
		moved := w.sync(t).Held
		_, err := w.Decide(t.Context(), run.Decision{Plan: held.Plan, By: "tess"}, nil)
		if !is[ledger.NotAllowed](err) {
			t.Errorf("a plan that another one took the place of: %v", err)
		}
		_, err = w.Decide(t.Context(), run.Decision{Plan: 99, By: "tess"}, nil)
		if !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("a plan that is not there: %v", err)
		}
		wantSame(t, "groups before anybody approved", before, w.groups(t))
		w.approve(t, moved.Plan)
		if g := w.groups(t)["k-302"]; g.Members+g.Owners != "" {
			t.Errorf("after it was approved: %+v", g)
		}
		_, err = w.Decide(t.Context(), run.Decision{Plan: moved.Plan, By: "tom"}, nil)
		if decided, twice := errors.AsType[ledger.Decided](err); !twice || decided.By != "tess" {
			t.Errorf("approved twice: %v", err)
		}
		if err := w.Reject(t.Context(), run.Decision{Plan: moved.Plan, By: "tom"}); !is[ledger.Decided](err) {
			t.Errorf("rejected after it was approved: %v", err)
		}
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	})
}

func is[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}

// Killed at any write while a plan is held, decided on or applied, the next run finds
// the state that there would be without.
func TestKilledWhileDeciding(t *testing.T) {
	t.Parallel()
	prepare := func(w *world) int64 {
		w.sync(t)
		w.drop(t, "enrollments.csv", "k-3")
		return w.sync(t).Held.Plan
	}
	twin := newWorld(t, dbtest.SQLite(t))
	twin.approve(t, prepare(twin))
	want := twin.groups(t)
	for n := int64(1); !t.Failed(); n += stride() {
		w := newWorld(t, dbtest.SQLite(t))
		plan := prepare(w)
		before := w.groups(t)
		dying := &mortal{DB: w.db}
		dying.left.Store(n)
		w.startAs("01", dying)
		_, err := w.Decide(t.Context(), run.Decision{Plan: plan, By: "tess"}, nil)
		if err == nil && dying.left.Load() > 0 {
			return
		}
		w.startAs("02", w.db)
		after := w.sync(t)
		if after.Held != nil { // the decision was not taken: the plan waits as it did
			wantSame(t, "groups", before, w.groups(t))
			w.approve(t, after.Held.Plan)
		}
		wantSame(t, "groups once it is approved", want, w.groups(t))
		wantCounts(t, counts{Status: run.Completed}, w.sync(t))
	}
}

// What another hand did is put right by the part of a cut plan that waits, though the
// directory was read again in between.
func TestACutPlanForgetsNoDrift(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		w.nextNight(t)
		w.now = w.now.Add(48 * time.Hour)
		w.sync(t)
		before, name := w.user(t, "bbell27"), "By hand"
		if _, err := w.directory.Change(t.Context(), dir.Effect{Kind: dir.UpdateUser, ID: before.ID, Set: map[string]*string{"displayName": &name}}); err != nil {
			t.Fatal(err)
		}
		for _, l := range guard.Defaults() {
			l.Floor, l.Share = 0, 0
			l.Off = l.Rule != guard.MembershipsRemoved
			if err := w.SetLimit(t.Context(), l); err != nil {
				t.Fatal(err)
			}
		}
		for _, class := range []string{"k-201", "k-202", "k-203", "k-204"} {
			w.edit(t, "enrollments.csv", class+",p-2", class+",p-1003,aide\n"+class+",p-2")
			w.drop(t, "enrollments.csv", class+",p-2")
		}
		cut := w.sync(t)
		if cut.Held == nil || cut.Held.Doubt || cut.Applied.Memberships == 0 {
			t.Fatalf("the plan was not cut: %+v, %+v", cut.Held, cut.Applied)
		}
		w.approve(t, cut.Held.Plan)
		wantSame(t, "the account", before, w.user(t, "bbell27"))
	})
}
