package jobs_test

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/jobs"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func leases(db store.DB, nonce string, now func() time.Time) *jobs.Leases {
	return &jobs.Leases{DB: db, Now: now, Owner: jobs.ThisProcess(nonce)}
}

func nothing(context.Context) error { return nil }

func TestOneHoldsTheLease(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		var inside, most, done atomic.Int32
		var wait sync.WaitGroup
		for n := range 8 {
			l := leases(db, strconv.Itoa(n), time.Now)
			wait.Go(func() {
				for range 5 {
					err := l.Do(t.Context(), jobs.RunLease, func(context.Context) error {
						most.Store(max(most.Load(), inside.Add(1)))
						time.Sleep(time.Millisecond) // long enough for others to ask
						inside.Add(-1)
						done.Add(1)
						return nil
					})
					if _, held := errors.AsType[*jobs.HeldError](err); err != nil && !held {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if most.Load() != 1 || done.Load() == 0 {
			t.Errorf("%d held the lease at the same time, %d in all", most.Load(), done.Load())
		}
	})
}

func TestLeaseIsGivenBack(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		failed := errors.New("failed")
		ctx, cancel := context.WithCancel(t.Context())
		if err := leases(db, "one", time.Now).Do(ctx, jobs.RunLease, func(context.Context) error {
			cancel()
			return failed
		}); !errors.Is(err, failed) {
			t.Errorf("got %v", err)
		}
		if err := leases(db, "two", time.Now).Do(t.Context(), jobs.RunLease, nothing); err != nil {
			t.Errorf("after the work was stopped: %v", err)
		}
	})
}

// TestLeaseIsTakenOver has another process take the lease when it has expired,
// and the first one find out.
func TestLeaseIsTakenOver(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		soon := func() time.Time { return time.Now().Add(14 * time.Second) }
		late := func() time.Time { return time.Now().Add(16 * time.Second) }
		err := leases(db, "one", time.Now).Do(t.Context(), jobs.RunLease, func(context.Context) error {
			err := leases(db, "two", soon).Do(t.Context(), jobs.RunLease, nothing)
			if held, ok := errors.AsType[*jobs.HeldError](err); !ok || !strings.Contains(held.Owner, "one") {
				t.Errorf("before it expires: got %v", err)
			}
			if err := leases(db, "two", late).Do(t.Context(), jobs.RunLease, nothing); err != nil {
				t.Errorf("when it has expired: %v", err)
			}
			return nil
		})
		if !errors.Is(err, jobs.ErrLost) {
			t.Errorf("the first holder: got %v", err)
		}
	})
}

// TestRenewalIsOfOnesOwnLease has the first holder renew the lease when the second
// has it already: that must tell it so, and not make the second's last longer.
func TestRenewalIsOfOnesOwnLease(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		begun := time.Now()
		at := func(after time.Duration) *jobs.Leases {
			return leases(db, after.String(), func() time.Time { return begun.Add(after) })
		}
		first := mustAcquire(t, at(0))
		second := mustAcquire(t, at(16*time.Second))
		if err := at(18*time.Second).Renew(t.Context(), first); !errors.Is(err, jobs.ErrLost) {
			t.Errorf("the renewal of a lease that another process has: %v", err)
		}
		if err := at(20*time.Second).Renew(t.Context(), second); err != nil {
			t.Errorf("the renewal of one's own: %v", err)
		}
		if err := at(22*time.Second).Renew(t.Context(), first); !errors.Is(err, jobs.ErrLost) {
			t.Error(err)
		}
		_, err := at(36*time.Second).Acquire(t.Context(), jobs.RunLease)
		if err != nil {
			t.Errorf("when the second's has expired: %v", err)
		}
	})
}

func mustAcquire(t *testing.T, l *jobs.Leases) jobs.Own {
	t.Helper()
	held, err := l.Acquire(t.Context(), jobs.RunLease)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// TestLeaseOfAWrongClock has a lease that was written while the clock was ahead. As
// none that is taken now lasts as long, it is over, and stops nothing.
func TestLeaseOfAWrongClock(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		for ahead, want := range map[time.Duration]bool{
			30 * 24 * time.Hour: true,
			5*time.Second + 1:   true,
			5 * time.Second:     false, // as far as clocks may differ
			-14 * time.Second:   false,
			-15 * time.Second:   true,
		} {
			now := time.Now().Truncate(time.Microsecond)
			clearLeases(t, db)
			mustAcquire(t, leases(db, "one", func() time.Time { return now.Add(ahead).Add(time.Microsecond - 1).Truncate(time.Microsecond) }))
			err := leases(db, "two", func() time.Time { return now }).Do(t.Context(), jobs.RunLease, nothing)
			if got := err == nil; got != want {
				t.Errorf("a clock that was ahead by %v: taken over %t, want %t (%v)", ahead, got, want, err)
			}
		}
	})
}

func clearLeases(t *testing.T, db store.DB) {
	t.Helper()
	err := db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `DELETE FROM lease`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLeaseEndedByHand has a lease taken from its holder, who finds out before
// anybody else gets it.
func TestLeaseEndedByHand(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		begun := time.Now().UTC().Truncate(time.Microsecond)
		at := func(after time.Duration) *jobs.Leases {
			return leases(db, after.String(), func() time.Time { return begun.Add(after) })
		}
		if held, err := at(0).End(t.Context(), jobs.RunLease); held || err != nil {
			t.Errorf("a lease that nobody ever had: %t, %v", held, err)
		}
		first := mustAcquire(t, at(0))
		listed, err := at(0).List(t.Context())
		owner := strings.Split(at(0).Owner.String(), "/")[0]
		if diff := cmp.Diff([]jobs.Held{{Name: jobs.RunLease, Owner: owner, Expires: begun.Add(15 * time.Second)}}, listed); diff != "" || err != nil {
			t.Errorf("held (-want +got):\n%s (%v)", diff, err)
		}
		if held, err := at(time.Second).End(t.Context(), jobs.RunLease); !held || err != nil {
			t.Errorf("a lease that is held: %t, %v", held, err)
		}
		if _, err := at(2*time.Second).Acquire(t.Context(), jobs.RunLease); err == nil {
			t.Error("somebody has the lease before its holder can know that it lost it")
		}
		if err := at(5*time.Second).Renew(t.Context(), first); !errors.Is(err, jobs.ErrLost) {
			t.Errorf("its holder goes on: %v", err)
		}
		mustAcquire(t, at(11*time.Second))
		if listed, err := at(30 * time.Second).List(t.Context()); len(listed) != 0 || err != nil {
			t.Errorf("held when it has expired: %v, %v", listed, err)
		}
	})
}

// TestLeaseOfAKilledProcess has the lease taken over from a process that is no
// more, without waiting for its time.
func TestLeaseOfAKilledProcess(t *testing.T) {
	t.Parallel()
	if !strings.Contains(jobs.ThisProcess("").String(), "pid:[") {
		t.Skip("only Linux tells which processes live")
	}
	dbtest.All(t, func(t *testing.T, db store.DB) {
		dead := exec.CommandContext(t.Context(), "true")
		if err := dead.Run(); err != nil {
			t.Fatal(err)
		}
		own := strings.SplitN(jobs.ThisProcess("killed").String(), "/", 3)
		for owner, want := range map[string]bool{
			"process " + strconv.Itoa(dead.Process.Pid) + "/1/" + own[2]: true,
			own[0] + "/1/" + own[2]:              true, // its ID is used again, by this process
			own[0] + "/" + own[1] + "/" + own[2]: false,
			"process 1/1/elsewhere/killed":       false,
			"process x/1/" + own[2]:              false,
			"something else":                     false,
		} {
			setOwner(t, db, owner)
			err := leases(db, "next", time.Now).Do(t.Context(), jobs.RunLease, nothing)
			if got := err == nil; got != want {
				t.Errorf("%s: taken over %t, want %t (%v)", owner, got, want, err)
			}
		}
	})
}

func setOwner(t *testing.T, db store.DB, owner string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `
			INSERT INTO lease (name, owner, generation, expires) VALUES ($1, $2, 1, $3)
			ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires = excluded.expires`,
			jobs.RunLease, owner, time.Now().Add(10*time.Second).UnixMicro())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
