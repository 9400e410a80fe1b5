package run_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

var errKilled = errors.New("the process was killed")

// mortal is a database whose process dies before it commits its nth write.
// From then on nothing works.
type mortal struct {
	store.DB
	left atomic.Int64 // writes until it dies, that one included
}

func (m *mortal) Write(ctx context.Context, fn func(store.Tx) error) error {
	if m.left.Add(-1) <= 0 {
		return errKilled
	}
	return m.DB.Write(ctx, fn)
}

func (m *mortal) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	if m.left.Add(-1) <= 0 {
		return errKilled
	}
	return m.DB.WriteBulk(ctx, fn)
}

func (m *mortal) ReadRow(ctx context.Context, sql string, args []any, dest ...any) error {
	if m.left.Load() <= 0 {
		return errKilled
	}
	return m.DB.ReadRow(ctx, sql, args, dest...)
}

func (m *mortal) Read(ctx context.Context, fn func(store.Tx) error) error {
	if m.left.Load() <= 0 {
		return errKilled
	}
	return m.DB.Read(ctx, fn)
}

// startAs makes an engine on a database whose IDs no other process gives.
func (w *world) startAs(prefix string, db store.DB) {
	next := ids()
	w.start(db, func() string { return prefix + next()[2:] })
}

// undisturbed returns the state that two nights lead to.
func undisturbed(t *testing.T, nights int) map[string][]string {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	w.sync(t)
	if nights > 1 {
		w.nextNight(t)
		w.sync(t)
	}
	return w.state(t)
}

// killed runs the district of a night in a process that dies at its nth write,
// then again in one that lives. It reports whether the first died at all.
func killed(t *testing.T, w *world, n int64) bool {
	t.Helper()
	dying := &mortal{DB: w.db}
	dying.left.Store(n)
	w.startAs("01", dying)
	_, err := w.Run(t.Context(), run.Options{Path: w.path})
	if err == nil && dying.left.Load() > 0 {
		return false
	}
	w.startAs("02", w.db)
	again := w.sync(t)
	if again.Run.Status != run.Completed {
		t.Errorf("killed at write %d: the run after it is %s: %+v", n, again.Run.Status, again.Findings)
	}
	return true
}

// stride is how many writes lie between two deaths: 1 but in a short test.
func stride() int64 {
	if testing.Short() {
		return 8
	}
	return 1
}

func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	for _, nights := range []int{1, 2} {
		t.Run(fmt.Sprint("night ", nights), func(t *testing.T) {
			t.Parallel()
			want := undisturbed(t, nights)
			for n := int64(1); !t.Failed(); n += stride() {
				w := newWorld(t, dbtest.SQLite(t))
				if nights > 1 {
					w.sync(t)
					w.nextNight(t)
				}
				if !killed(t, w, n) {
					return
				}
				wantSame(t, fmt.Sprintf("state after a death at write %d", n), want, w.state(t))
				wantCounts(t, counts{Status: run.Completed}, w.sync(t))
				wantNothingLeft(t, w)
			}
		})
	}
}

// wantNothingLeft checks that no run or plan is open and no change is pending.
func wantNothingLeft(t *testing.T, w *world) {
	t.Helper()
	if pending, err := w.Pending(t.Context()); pending || err != nil {
		t.Errorf("there is a run left: %v, %v", pending, err)
	}
	if _, open, err := w.Ledger.Open(t.Context(), w.TargetID); open || err != nil {
		t.Errorf("there is a plan left: %v, %v", open, err)
	}
	if rows := w.dump(t)["pending"]; len(rows) > 0 {
		t.Errorf("%d changes are pending", len(rows))
	}
	wantToldAll(t, w)
}

// stopper ends a context when a stage begins.
type stopper struct {
	at     string
	cancel context.CancelFunc
	seen   *[]string
}

func (s stopper) Stage(name string, _ int64) {
	if s.seen != nil {
		*s.seen = append(*s.seen, name)
	}
	if name == s.at {
		s.cancel()
	}
}
func (stopper) Add(int64) {}
func (stopper) Done()     {}

func TestStoppedInEveryStage(t *testing.T) {
	t.Parallel()
	want := undisturbed(t, 2)
	for _, stage := range []string{"check", "store", "match", "plan", "apply"} {
		t.Run(stage, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				w.sync(t)
				w.nextNight(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				_, err := w.Run(ctx, run.Options{Path: w.path, Progress: stopper{at: stage, cancel: cancel}})
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("a run that was stopped: %v", err)
				}
				w.sync(t)
				wantSame(t, "state", want, w.state(t))
				wantNothingLeft(t, w)
			})
		})
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	var seen []string
	result, err := w.Run(t.Context(), run.Options{Path: w.path, Progress: stopper{seen: &seen}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"check", "store", "match", "plan", "apply"}
	var timed []string
	for _, s := range result.Stages {
		timed = append(timed, s.Name)
	}
	wantSame(t, "stages shown", want, seen)
	wantSame(t, "stages timed", want, timed)
}

// A run that was asked for goes on after a death, as the same run.
func TestARequestedRunIsKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	for n := int64(1); !t.Failed(); n += stride() {
		w := newWorld(t, dbtest.SQLite(t))
		w.sync(t)
		w.nextNight(t)
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		dying := &mortal{DB: w.db}
		dying.left.Store(n)
		w.startAs("01", dying)
		w.Inbox = inbox{path: w.path, looked: func() {}}
		// A death while the record of the end is written is no error of Work.
		if err := w.Work(t.Context()); err == nil && dying.left.Load() > 0 {
			return
		}
		w.startAs("02", w.db)
		w.Inbox = inbox{path: w.path, looked: func() {}}
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		runs, err := w.Runs.Runs(t.Context())
		if err != nil || len(runs) != 2 {
			t.Fatalf("killed at write %d: %d runs, %v", n, len(runs), err)
		}
		if r := runs[0]; r.Status != run.Completed || len(r.Activities) != 3 || r.Totals.People != 40 || r.Activities[0].Inbounds == nil {
			t.Errorf("killed at write %d: the run is %+v", n, r)
		}
		wantNothingLeft(t, w)
	}
}

// A rollback that was killed before any of its writes is gone on with, or made anew, and
// leads to the same state.
func TestARollbackKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	night := func(t *testing.T) (*world, string) {
		w := newWorld(t, dbtest.SQLite(t))
		w.sync(t)
		w.nextNight(t)
		return w, w.sync(t).Run.ID
	}
	rollback := func(w *world, id string) error {
		back, err := w.Rollback(t.Context(), ledger.Undoing{Run: id}, nil)
		if err != nil || back.Plan.ID == 0 {
			return err
		}
		_, err = w.Decide(t.Context(), run.Decision{Plan: back.Plan.ID, By: "tess"}, nil)
		return err
	}
	undisturbed, id := night(t)
	if err := rollback(undisturbed, id); err != nil {
		t.Fatal(err)
	}
	want := undisturbed.state(t)
	for n := int64(1); !t.Failed(); n += 2 * stride() {
		w, id := night(t)
		dying := &mortal{DB: w.db}
		dying.left.Store(n)
		w.startAs("01", dying)
		if err := rollback(w, id); err == nil && dying.left.Load() > 0 {
			return
		}
		w.startAs("02", w.db)
		if err := rollback(w, id); err != nil {
			t.Fatalf("killed at write %d: %v", n, err)
		}
		wantSame(t, fmt.Sprintf("state after a death at write %d", n), want, w.state(t))
		if again := w.sync(t); again.Plan.Effects() > 0 {
			t.Errorf("killed at write %d: the next night plans %+v", n, again.Plan)
		}
		wantNothingLeft(t, w)
	}
}
