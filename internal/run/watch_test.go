package run_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"rollbook/internal/run"
)

// told is who is told of runs. It keeps a line for each thing it was told.
type told struct {
	mu    sync.Mutex
	lines []string
	open  map[string]int        // by run: works on it that have not ended
	last  map[string]run.Status // by run: as it ended last
}

// tell keeps a line. works is 1 where the work on the run begins, -1 where it ends.
func (w *told) tell(what, id string, works int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open, w.last = map[string]int{}, map[string]run.Status{}
	}
	w.lines = append(w.lines, what+" "+id)
	w.open[id] += works
}

func (w *told) end(what string, r run.Run, works int) {
	w.tell(what, r.ID, works)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines[len(w.lines)-1] += " " + string(r.Status)
	w.last[r.ID] = r.Status
}

func (w *told) Requested(_ context.Context, r run.Run)           { w.tell("requested", r.ID, 0) }
func (w *told) Refused(context.Context, error)                   { w.tell("refused", "", 0) }
func (w *told) Begun(_ context.Context, r run.Run)               { w.tell("begun", r.ID, 1) }
func (w *told) Resumed(_ context.Context, r run.Run)             { w.tell("resumed", r.ID, 1) }
func (w *told) Stopped(_ context.Context, r run.Run, _ error)    { w.tell("stopped", r.ID, -1) }
func (w *told) Abandoned(_ context.Context, r run.Run)           { w.end("abandoned", r, 0) }
func (w *told) Ended(_ context.Context, r run.Run, _ run.Result) { w.end("ended", r, -1) }

// wantToldAll checks that whoever watches knows of every run what its record says,
// and of none that it is worked on.
func wantToldAll(t *testing.T, w *world) {
	t.Helper()
	runs, err := w.Runs.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]run.Status{}
	for _, r := range runs {
		want[r.ID] = r.Status
	}
	wantSame(t, "what was told of runs, "+strings.Join(w.told.lines, ", "), want, w.told.last)
	for id, n := range w.told.open {
		if n != 0 {
			t.Errorf("run %s: told %d times more that it begins than that it ends", id, n)
		}
	}
}

func TestRunsAreTold(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.startAs("01", w.db) // whose IDs end with a number that grows
		w.told.lines = nil
		id := func(r run.Result) string { return r.Run.ID }
		want := func(lines ...string) {
			t.Helper()
			wantSame(t, "what was told", lines, w.told.lines)
			w.told.lines = nil
		}

		if _, err := w.Run(t.Context(), run.Options{Path: w.path, DryRun: true}); err != nil {
			t.Fatal(err)
		}
		want([]string(nil)...)

		first := id(w.sync(t))
		want("begun "+first, "ended "+first+" completed")

		w.MostRequests = 1
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		requested := strings.TrimPrefix(w.told.lines[0], "requested ")
		if err := w.Request(t.Context()); err != nil { // the same wish
			t.Fatal(err)
		}
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		want("requested "+requested, "begun "+requested, "ended "+requested+" completed")

		if err := w.Request(t.Context()); err == nil {
			t.Fatal("a second request is let through")
		}
		want("refused ")

		w.nextNight(t)
		ctx, cancel := context.WithCancel(t.Context())
		stopped, err := w.Run(ctx, run.Options{Path: w.path, Progress: stopper{at: "apply", cancel: cancel}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		next := id(w.sync(t))
		want("begun "+id(stopped), "stopped "+id(stopped), "resumed "+id(stopped), "ended "+id(stopped)+" completed",
			"begun "+next, "ended "+next+" completed")

		ctx, cancel = context.WithCancel(t.Context())
		stopped, err = w.Run(ctx, run.Options{Path: w.path, Progress: stopper{at: "check", cancel: cancel}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		next = id(w.sync(t))
		want("begun "+id(stopped), "stopped "+id(stopped), "abandoned "+id(stopped)+" failed",
			"begun "+next, "ended "+next+" completed")

		w.path = t.TempDir()
		refused, err := w.Run(t.Context(), run.Options{Path: w.path})
		if err != nil || !refused.Unusable() {
			t.Fatalf("an empty folder: %v", err)
		}
		want("begun "+id(refused), "ended "+id(refused)+" failed")
		wantToldAll(t, w)
	})
}
