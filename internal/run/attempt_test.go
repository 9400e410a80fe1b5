package run_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/vocab"
)

// mailbox holds one upload until it is taken.
type mailbox struct {
	path  string
	taken bool
}

func (m *mailbox) Next(context.Context, string) (path, upload string, found bool, err error) {
	return m.path, "upload", !m.taken, nil
}

func (m *mailbox) Taken(context.Context, string) error {
	m.taken = true
	return nil
}

func (*mailbox) Rejected(context.Context, string) (string, error) { return "", nil }

// work starts a process on a database and has it work.
func (w *world) work(t *testing.T, prefix string, db store.DB, from *mailbox) error {
	t.Helper()
	w.startAs(prefix, db)
	w.Inbox = from
	return w.Work(t.Context())
}

// TestWhatCrashesTwiceIsGivenUp has two processes die at the same write of a
// requested run, one after the other, for every write there is: while the upload
// is read and merged, the plan made, and the effects applied. The third process
// lives, whatever that was, and the run after it arrives where an undisturbed one
// does.
func TestWhatCrashesTwiceIsGivenUp(t *testing.T) {
	t.Parallel()
	want := undisturbed(t, 2)
	given := 0
	for n := int64(1); !t.Failed(); n++ {
		w := newWorld(t, dbtest.SQLite(t))
		w.sync(t)
		w.nextNight(t)
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		box := &mailbox{path: w.path}
		died := w.dieAt(t, n, "01", box) && w.dieAt(t, n, "02", box)
		if err := w.work(t, "03", w.db, box); err != nil {
			t.Fatalf("after two deaths at write %d: %v", n, err)
		}
		wantNothingLeft(t, w)
		if w.isGivenUp(t) {
			given++
		}
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.work(t, "04", w.db, &mailbox{path: w.path}); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "state after a run was given up", want, w.state(t))
		if !died {
			break
		}
	}
	if given < 3 {
		t.Errorf("%d runs were given up, want those that died early in reading, in planning, and in applying", given)
	}
}

// dieAt works in a process that dies at its nth write, and reports whether it did.
func (w *world) dieAt(t *testing.T, n int64, prefix string, from *mailbox) bool {
	t.Helper()
	dying := &mortal{DB: w.db}
	dying.left.Store(n)
	err := w.work(t, prefix, dying, from)
	return err != nil || dying.left.Load() <= 0
}

// isGivenUp reports whether the latest run was given up, and checks that it says so.
func (w *world) isGivenUp(t *testing.T) bool {
	t.Helper()
	runs, err := w.Runs.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	findings, err := w.Runs.Findings(t.Context(), runs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	found := slices.ContainsFunc(findings, func(f feed.Finding) bool { return f.Rule == "run-given-up" && f.Hint != "" })
	r := runs[0]
	failed := r.Status == run.Failed && r.End != nil && r.BlockingError != nil && r.BlockingError.Code == "givenUp"
	if found != failed {
		t.Errorf("the run is %+v, its findings %+v", r, findings)
	}
	return found
}

// TestACrashingUploadIsLetGo has a feed that ends every process that reads it. The
// third does not read it, and nor does the next run.
func TestACrashingUploadIsLetGo(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		box, db := &mailbox{path: w.path}, w.db
		for range 2 {
			dying := &mortal{DB: db}
			dying.left.Store(1 << 40)
			w.startAs("01", dying)
			w.Inbox, w.Open = box, opensAndDies(dying)
			if err := w.Work(t.Context()); err == nil && dying.left.Load() > 0 {
				t.Fatal("the process lived")
			}
		}
		if box.taken {
			t.Error("the upload was let go after one crash")
		}
		w.startAs("02", db)
		w.Inbox, w.Open = box, opensAndDies(nil)
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !w.isGivenUp(t) || !box.taken {
			t.Errorf("given up: %t, upload let go: %t", w.isGivenUp(t), box.taken)
		}
	})
}

// TestStopsAreNoCrashes stops the process that works on a run again and again.
func TestStopsAreNoCrashes(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		if err := w.Request(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			stopped, cancel := context.WithCancel(t.Context())
			w.Inbox = inbox{path: w.path, looked: cancel}
			if err := w.Work(stopped); err == nil {
				t.Fatal("Work was stopped and returned no error")
			}
		}
		w.Inbox = inbox{path: w.path, looked: func() {}}
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.isGivenUp(t) {
			t.Error("a run that was only stopped was given up")
		}
	})
}

// opensAndDies opens feeds that end the process with the first row, or, for nil,
// no feed at all.
func opensAndDies(process *mortal) func(string, *vocab.Lists) (run.OpenFeed, error) {
	return func(string, *vocab.Lists) (run.OpenFeed, error) {
		if process == nil {
			return nil, errors.New("the feed was opened once more")
		}
		process.left.Store(0)
		return nil, errKilled
	}
}
