package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rollbook/internal/store"
)

// The names of leases.
const (
	RunLease    = "run"    // of whoever works on runs
	UploadLease = "upload" // of whoever checks uploads
)

const (
	// leaseTime is how long a lease is good for without being renewed. The
	// clocks of the machines that share a database may differ by a third of it.
	leaseTime = 15 * time.Second

	renewInterval = leaseTime / 3
)

// ErrLost says that a lease went to another process before it was given back.
var ErrLost = errors.New("another process took over the work")

// HeldError says that another process is at work.
type HeldError struct {
	Owner   string
	Expires time.Time // when the lease ends unless it is renewed
}

func (e *HeldError) Error() string {
	// Behind the slash is what only processes tell each other apart by.
	process, _, _ := strings.Cut(e.Owner, "/")
	return fmt.Sprintf("another process is at work: %s, until %s unless it goes on",
		process, e.Expires.UTC().Format(time.RFC3339))
}

// Leases gives out leases: the right to do what one process may do at a time.
type Leases struct {
	DB    store.DB
	Now   func() time.Time
	Owner Process // who asks
}

// lease is a lease that is held. The generation tells it from those that the
// same process held before.
type lease struct {
	name       string
	generation int64
}

// acquire takes the lease when nobody holds it, when it expired, or when its
// owner is dead. It returns a HeldError otherwise.
func (l *Leases) acquire(ctx context.Context, name string) (lease, error) {
	taken := lease{name: name}
	err := l.DB.Write(ctx, func(tx store.Tx) error {
		now := l.Now()
		if err := tx.Lock(ctx, "lease"); err != nil {
			return err
		}
		if err := l.makeRow(ctx, tx, name); err != nil {
			return err
		}
		var owner string
		var expires int64
		err := tx.QueryRow(ctx,
			`SELECT owner, generation, expires FROM lease WHERE name = $1`, name).Scan(&owner, &taken.generation, &expires)
		if err != nil {
			return err
		}
		if owner != "" && now.UnixMicro() < expires && !l.Owner.knowsDead(owner) {
			return &HeldError{Owner: owner, Expires: time.UnixMicro(expires)}
		}
		taken.generation++
		_, err = tx.Exec(ctx,
			`UPDATE lease SET owner = $2, generation = $3, expires = $4 WHERE name = $1`,
			name, l.Owner.String(), taken.generation, now.Add(leaseTime).UnixMicro())
		return err
	})
	if err != nil {
		return lease{}, fmt.Errorf("take the %s lease: %w", name, err)
	}
	return taken, nil
}

// makeRow makes the lease's row where there is none.
func (l *Leases) makeRow(ctx context.Context, tx store.Tx, name string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO lease (name, owner, generation, expires) VALUES ($1, '', 0, 0)
		ON CONFLICT (name) DO NOTHING`, name)
	return err
}

// renew makes the lease last longer. It returns ErrLost where it is held no more.
func (l *Leases) renew(ctx context.Context, held lease) error {
	return l.update(ctx, held, `UPDATE lease SET expires = $3 WHERE name = $1 AND generation = $2`,
		l.Now().Add(leaseTime).UnixMicro())
}

// release gives the lease back.
func (l *Leases) release(ctx context.Context, held lease) error {
	return l.update(ctx, held, `UPDATE lease SET owner = '', expires = $3 WHERE name = $1 AND generation = $2`, int64(0))
}

func (l *Leases) update(ctx context.Context, held lease, sql string, expires int64) error {
	return l.DB.Write(ctx, func(tx store.Tx) error {
		changed, err := tx.Exec(ctx, sql, held.name, held.generation, expires)
		if err == nil && changed == 0 {
			return ErrLost
		}
		return err
	})
}

// Do calls fn while it holds the lease, and gives it back. It returns a
// HeldError, and does not call fn, where another process holds it. The context
// that fn gets ends when the lease is lost; Do then returns ErrLost.
func (l *Leases) Do(ctx context.Context, name string, fn func(ctx context.Context) error) error {
	held, err := l.acquire(ctx, name)
	if err != nil {
		return err
	}
	work, cancel := context.WithCancelCause(ctx)
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		l.keep(work, held, cancel)
	}()
	err = fn(work)
	lost := errors.Is(context.Cause(work), ErrLost)
	cancel(nil)
	<-renewing
	if lost {
		return fmt.Errorf("hold the %s lease: %w", name, ErrLost)
	}
	// It is given back also when ctx is done: the next process need not wait.
	release, stop := context.WithTimeout(context.WithoutCancel(ctx), renewInterval)
	defer stop()
	if released := l.release(release, held); released != nil && err == nil {
		err = fmt.Errorf("give back the %s lease: %w", name, released)
	}
	return err
}

// keep renews the lease until ctx is done. A renewal that fails is tried again
// for as long as the lease is good, and not any longer: from then on another
// process may be at work.
func (l *Leases) keep(ctx context.Context, held lease, cancel context.CancelCauseFunc) {
	renewed := time.Now()
	tick := time.NewTicker(renewInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		begun := time.Now()
		attempt, stop := context.WithTimeout(ctx, renewInterval)
		err := l.renew(attempt, held)
		stop()
		switch {
		case err == nil:
			renewed = begun
		case errors.Is(err, ErrLost), time.Since(renewed) > leaseTime-renewInterval:
			cancel(ErrLost)
			return
		}
	}
}
