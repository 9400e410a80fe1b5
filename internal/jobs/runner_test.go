package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rollbook/internal/jobs"
)

// engine counts what it is asked to do.
type engine struct {
	wanted atomic.Int32 // runs that were asked for
	done   atomic.Int32
	tried  atomic.Int32
	fails  atomic.Int32 // how often Work fails first
	took   time.Duration
}

func (e *engine) Pending(context.Context) (bool, error) { return e.wanted.Load() > e.done.Load(), nil }

func (e *engine) Work(ctx context.Context) error {
	e.tried.Add(1)
	if e.fails.Add(-1) >= 0 {
		return errors.New("no database")
	}
	for e.done.Load() < e.wanted.Load() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(e.took):
			e.done.Add(1)
		}
	}
	return nil
}

// free is a lease that nobody else wants; with held set, somebody has it.
type free struct{ held atomic.Bool }

func (f *free) Do(ctx context.Context, _ string, fn func(context.Context) error) error {
	if f.held.Load() {
		return &jobs.HeldError{Owner: "another"}
	}
	return fn(ctx)
}

func newRunner(e *engine, l *free) *jobs.Runner {
	return jobs.NewRunner(jobs.RunLease, e, l, slog.New(slog.DiscardHandler))
}

func mustStop(t *testing.T, r *jobs.Runner) {
	t.Helper()
	if err := r.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRunnerGoesOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		e.wanted.Store(1)
		r := newRunner(e, &free{})
		defer mustStop(t, r)
		begun := time.Now()
		r.Start(t.Context())
		synctest.Wait()
		if e.done.Load() != 1 || time.Since(begun) != 0 {
			t.Errorf("%d runs done after %v", e.done.Load(), time.Since(begun))
		}
	})
}

func TestRunnerWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		r := newRunner(e, &free{})
		defer mustStop(t, r)
		r.Start(t.Context())
		r.Start(t.Context())
		synctest.Wait()

		e.wanted.Add(2)
		r.Wake()
		r.Wake()
		synctest.Wait()
		if e.done.Load() != 2 {
			t.Errorf("%d runs done once it was woken", e.done.Load())
		}

		// Another process asks for a run: nobody wakes this one.
		e.wanted.Add(1)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if e.done.Load() != 3 {
			t.Errorf("%d runs done three seconds later", e.done.Load())
		}
	})
}

func TestRunnerTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		e.wanted.Store(1)
		e.fails.Store(20)
		r := newRunner(e, &free{})
		defer mustStop(t, r)
		r.Start(t.Context())
		time.Sleep(10 * time.Minute)
		if tried := e.tried.Load(); tried < 10 || tried > 16 {
			t.Errorf("tried %d times in ten minutes, want growing pauses of at most one", tried)
		}
		time.Sleep(10 * time.Minute)
		if e.done.Load() != 1 {
			t.Error("the run was given up")
		}
	})
}

func TestRunnerWaitsForAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, l := &engine{}, &free{}
		e.wanted.Store(1)
		l.held.Store(true)
		r := newRunner(e, l)
		defer mustStop(t, r)
		r.Start(t.Context())
		time.Sleep(time.Minute)
		if e.tried.Load() != 0 {
			t.Error("it works while another process does")
		}
		l.held.Store(false)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if e.done.Load() != 1 {
			t.Error("it does not take over within seconds")
		}
	})
}

// TestRunnerSaysThatItWaits: in the log once in a while, and to whoever asks.
func TestRunnerSaysThatItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, l, log := &engine{}, &free{}, &bytes.Buffer{}
		e.wanted.Store(1)
		l.held.Store(true)
		r := jobs.NewRunner(jobs.RunLease, e, l, slog.New(slog.NewTextHandler(log, nil)))
		begun := time.Now()
		r.Start(t.Context())
		time.Sleep(25 * time.Minute)
		synctest.Wait()
		wait := r.Waiting()
		if wait == nil || wait.Name != jobs.RunLease || !wait.Since.Equal(begun) || !strings.Contains(wait.Reason.Error(), "another process") {
			t.Errorf("it waits for %+v", wait)
		}
		l.held.Store(false)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if wait := r.Waiting(); wait != nil {
			t.Errorf("it works and waits for %+v", wait)
		}
		mustStop(t, r)
		for text, want := range map[string]int{"work waits for another process": 3, "for=another": 3, "work waits no longer": 1, "waited=20m": 1} {
			if got := strings.Count(log.String(), text); got != want {
				t.Errorf("the log says %d times, want %d: %s\n%s", got, want, text, log)
			}
		}
	})
}

func TestRunnerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{took: time.Hour}
		e.wanted.Store(1)
		r := newRunner(e, &free{})
		r.Start(t.Context())
		synctest.Wait()
		mustStop(t, r)
		mustStop(t, r)
		if e.tried.Load() != 1 || e.done.Load() != 0 {
			t.Errorf("tried %d, done %d", e.tried.Load(), e.done.Load())
		}
	})
}

func TestRunnerStopGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, stubborn := &engine{}, make(chan struct{})
		e.wanted.Store(1)
		r := jobs.NewRunner(jobs.RunLease, e, leaseFunc(func(context.Context) error { <-stubborn; return nil }), slog.New(slog.DiscardHandler))
		r.Start(t.Context())
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Stop(ctx); err == nil {
			t.Error("Stop says that the work has ended")
		}
		close(stubborn)
		mustStop(t, r)
	})
}

func TestRunnerStopsUnstarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRunner(&engine{}, &free{})
		mustStop(t, r)
		r.Start(t.Context())
		mustStop(t, r)
	})
}

// leaseFunc is a lease under which something else is done.
type leaseFunc func(ctx context.Context) error

func (f leaseFunc) Do(ctx context.Context, _ string, _ func(context.Context) error) error {
	return f(ctx)
}
