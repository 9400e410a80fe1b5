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
	// leaseTime is how long a lease is good for without being renewed.
	leaseTime = 15 * time.Second

	// clockSkew is by how much the clocks of machines that share a database may
	// differ.
	clockSkew = leaseTime / 3

	renewInterval = leaseTime / 3

	// endTime is how long nobody gets a lease that was ended by hand: its holder
	// finds that out when it renews it, and stops.
	endTime = 2 * renewInterval
)

// endedByHand is who holds a lease that was ended by hand, for endTime.
const endedByHand = "rollbook lease end"

// ErrLost says that a lease went to another process before it was given back.
var ErrLost = errors.New("another process took over the work")

// HeldError says that another process is at work.
type HeldError struct {
	Name    string // of the lease
	Owner   string
	Expires time.Time // when the lease ends unless it is renewed
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("another process is at work: %s, until %s unless it goes on; where it hangs, rollbook lease end %s takes the work from it",
		processOf(e.Owner), e.Expires.UTC().Format(time.RFC3339), e.Name)
}

// processOf returns what people call an owner. Behind the slash is what only
// processes tell each other apart by.
func processOf(owner string) string {
	process, _, _ := strings.Cut(owner, "/")
	return process
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

// acquire takes the lease unless somebody holds it. It returns a HeldError then.
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
		if l.isHeld(owner, time.UnixMicro(expires), now) {
			return &HeldError{Name: name, Owner: owner, Expires: time.UnixMicro(expires)}
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

// isHeld reports whether a lease is somebody's: it did not expire, and its owner is
// not known to be dead. One that ends later than any that is taken now was written
// by a clock that was wrong, and is over.
func (l *Leases) isHeld(owner string, expires, now time.Time) bool {
	return owner != "" && now.Before(expires) && !expires.After(now.Add(leaseTime+clockSkew)) && !l.Owner.knowsDead(owner)
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
