// Package limit paces what is written to a directory: to so many changes a second,
// and to fewer where the directory says that it is busy.
package limit

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rollbook/internal/directory"
	"rollbook/internal/target"
)

// Target is a directory that is written to at a pace. New makes one.
type Target struct {
	directory.Target
	clock target.Clock
	pace  *pace
}

// New returns a directory that takes so many changes a second, 0 for any number
// until it says that it is busy.
func New(t directory.Target, perSecond float64, clock target.Clock) Target {
	most := rate.Limit(perSecond)
	if perSecond <= 0 {
		most = rate.Inf
	}
	return Target{Target: t, clock: clock, pace: &pace{most: most, limiter: rate.NewLimiter(most, 1)}}
}

// Apply implements directory.Target.
func (t Target) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	var stopped error
	paced := func(yield func(directory.Change) bool) {
		for c := range changes {
			// A change that was read is handed on, whatever ends the pause before it.
			stopped = t.clock.Sleep(ctx, t.pace.wait(t.clock.Now()))
			if !yield(c) || stopped != nil {
				return
			}
		}
	}
	err := t.Target.Apply(ctx, paced, func(outcomes ...directory.Outcome) error {
		t.pace.learn(t.clock.Now(), outcomes)
		return report(outcomes...)
	})
	return errors.Join(err, stopped)
}

// The pace is halved each time the directory says that it is busy, down to the
// slowest, and doubled again after so long without.
const (
	slowest  = rate.Limit(0.5)
	fastest  = rate.Limit(1000) // from where a pace without limit is slowed down
	recovers = 10 * time.Second
)

// pace says how long to wait before a change.
type pace struct {
	mu      sync.Mutex
	most    rate.Limit
	limiter *rate.Limiter
	until   time.Time // nothing is handed over before
	changed time.Time // when the pace was changed last
}

// wait takes the next place in the queue, and returns how long that is from now.
func (p *pace) wait(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limiter.Limit() < p.most && now.Sub(p.changed) >= recovers {
		faster := p.limiter.Limit() * 2
		if faster > min(p.most, fastest) {
			faster = p.most
		}
		p.limiter.SetLimitAt(now, faster)
		p.changed = now
	}
	return max(p.until.Sub(now), p.limiter.ReserveN(now, 1).DelayFrom(now))
}

// learn slows down where the directory as a whole is busy. What is said of one
// pause is said in many outcomes: it counts once.
func (p *pace) learn(now time.Time, outcomes []directory.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range outcomes {
		var busy directory.Busy
		if !errors.As(o.Err, &busy) || !busy.All {
			continue
		}
		if until := now.Add(busy.After); until.After(p.until) {
			p.until = until
		}
		if now.Before(p.changed.Add(time.Second)) {
			continue
		}
		p.limiter.SetLimitAt(now, max(min(p.limiter.Limit(), fastest)/2, slowest))
		p.changed = p.until // it recovers from when it is written to again
	}
}
