package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	// pollInterval is how soon a run is seen that another process asked for.
	// One that this process asked for is announced by Wake.
	pollInterval = 2 * time.Second

	maxRetryInterval = time.Minute

	// waitingAgain is how often the log says that work still waits.
	waitingAgain = 10 * time.Minute
)

// Engine does work that one process at a time may do: runs, above all.
type Engine interface {
	// Pending reports whether there is work: a run was asked for or was cut
	// off. It MUST be quick.
	Pending(ctx context.Context) (bool, error)

	// Work finishes the run that was cut off, if there is one, then does those
	// that were asked for, and returns when there are none left. A run that
	// fails because of what it works on MUST end as failed, and not as an error
	// of Work: Work is called again after an error. When ctx is done, Work MUST
	// return soon, at a point from which the next Work goes on.
	Work(ctx context.Context) error
}

// Lease lets one process at a time work; Leases is one.
type Lease interface {
	// Do calls fn while it holds the lease of that name, or returns a HeldError.
	Do(ctx context.Context, name string, fn func(ctx context.Context) error) error
}

// Runner has the engine work whenever there is work.
type Runner struct {
	name   string // of the lease
	engine Engine
	lease  Lease
	log    *slog.Logger
	wake   chan struct{}

	start  sync.Once
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	waiting *Wait // nil while it does not wait
}

// Wait is what a runner waits for that has work to do.
type Wait struct {
	Name   string // of the work
	Since  time.Time
	Reason error // the HeldError

	told time.Time // when the log said so last
}

// NewRunner returns a Runner that was not started, for work under the lease of
// that name.
func NewRunner(name string, engine Engine, lease Lease, log *slog.Logger) *Runner {
	return &Runner{
		name: name, engine: engine, lease: lease, log: log,
		wake: make(chan struct{}, 1), cancel: func() {}, done: make(chan struct{}),
	}
}

// Start begins to work, first of all on a run that was cut off. It does nothing
// after the first call, or after Stop.
func (r *Runner) Start(ctx context.Context) {
	r.start.Do(func() {
		ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
		go r.loop(ctx)
	})
}

// Wake has the runner look for work now.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Stop ends the work at a safe point and returns when it has ended, or with an
// error when ctx is done before. It may be called more than once.
func (r *Runner) Stop(ctx context.Context) error {
	r.start.Do(func() { close(r.done) })
	r.cancel()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the %s work did not come to a safe point in time; the next start goes on with it", r.name)
	}
}

func (r *Runner) loop(ctx context.Context) {
	defer close(r.done)
	var retry time.Duration
	for {
		err := r.step(ctx)
		if ctx.Err() != nil {
			return
		}
		wait := pollInterval
		if err != nil {
			retry = min(max(2*retry, pollInterval), maxRetryInterval)
			wait = retry
			r.log.ErrorContext(ctx, "work failed; it will be tried again", "work", r.name, "error", err, "wait", wait)
		} else {
			retry = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-time.After(wait):
		}
	}
}

// step works until nothing is left to do. That another process is at work is
// no error: it does what there is, and this one takes over if it dies.
func (r *Runner) step(ctx context.Context) error {
	pending, err := r.engine.Pending(ctx)
	if err != nil {
		return err
	}
	if !pending {
		r.goOn(ctx)
		return nil
	}
	err = r.lease.Do(ctx, r.name, func(ctx context.Context) error {
		r.goOn(ctx)
		return r.engine.Work(ctx)
	})
	if held, ok := errors.AsType[*HeldError](err); ok {
		r.wait(ctx, held)
		return nil
	}
	return err
}

// Waiting returns what the runner waits for, and nil where it does not wait.
func (r *Runner) Waiting() *Wait {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.waiting
}

// wait notes that another process is at work, and says so in the log: at first, and
// now and then for as long as it lasts.
func (r *Runner) wait(ctx context.Context, held *HeldError) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, level := time.Now(), slog.LevelInfo
	next := Wait{Name: r.name, Since: now, Reason: held, told: now}
	if r.waiting != nil {
		next.Since, next.told, level = r.waiting.Since, r.waiting.told, slog.LevelWarn
	}
	if r.waiting == nil || now.Sub(next.told) >= waitingAgain {
		next.told = now
		r.log.Log(ctx, level, "work waits for another process", "work", r.name, "for", processOf(held.Owner),
			"until", held.Expires.UTC(), "waited", now.Sub(next.Since).Round(time.Second))
	}
	r.waiting = &next
}

// goOn notes that the work waits no longer.
func (r *Runner) goOn(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting != nil {
		r.log.InfoContext(ctx, "work waits no longer", "work", r.name, "waited", time.Since(r.waiting.Since).Round(time.Second))
		r.waiting = nil
	}
}
