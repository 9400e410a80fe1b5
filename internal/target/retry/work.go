package retry

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/target"
)

// work is one Apply.
type work struct {
	policy Policy
	clock  target.Clock
	lag    time.Duration
	next   func() (directory.Change, bool)
	tell   func(...directory.Outcome) error

	mu      sync.Mutex // outcomes may come from several goroutines
	open    map[int64]*attempt
	waiting int  // attempts that are to be made again
	read    bool // there are no new changes
}

// pass yields the changes that are to be tried again, and then new ones, until too
// many wait.
func (w *work) pass(yield func(directory.Change) bool) {
	for _, a := range w.again() {
		if !yield(a.change) {
			return
		}
	}
	for w.room() {
		c, more := w.next()
		if !more {
			w.mu.Lock()
			w.read = true
			w.mu.Unlock()
			return
		}
		w.mu.Lock()
		w.open[c.Seq] = &attempt{change: c}
		w.mu.Unlock()
		if !yield(c) {
			return
		}
	}
}

func (w *work) room() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting < w.policy.Waiting
}

// again returns the attempts that wait, which are begun with that, in the order of
// their changes.
func (w *work) again() []*attempt {
	w.mu.Lock()
	defer w.mu.Unlock()
	var again []*attempt
	for _, a := range w.open {
		if a.waits {
			a.waits = false
			again = append(again, a)
		}
	}
	w.waiting = 0
	slices.SortFunc(again, func(a, b *attempt) int { return cmp.Compare(a.change.Seq, b.change.Seq) })
	return again
}

// ended reports whether there is nothing left to do.
func (w *work) ended() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.read && w.waiting == 0
}

// report takes what the directory says, and tells on what is final.
func (w *work) report(outcomes ...directory.Outcome) error {
	var final []directory.Outcome
	w.mu.Lock()
	for _, o := range outcomes {
		a := w.open[o.Seq]
		if a == nil {
			continue // it was not handed over, or is final
		}
		a.add(w.clock.Now(), o)
		if o.State == directory.Part {
			continue
		}
		if a.mayBeAgain(o) && a.times < w.policy.Most {
			a.times, a.waits = a.times+1, true
			w.waiting++
			continue
		}
		delete(w.open, o.Seq)
		final = append(final, a.outcome(o))
	}
	w.mu.Unlock()
	if len(final) == 0 {
		return nil
	}
	return w.tell(final...)
}

// pause returns how long to leave the directory alone: as long as it asks for, and
// as long as one has to wait for a read to show what was written.
func (w *work) pause() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	var pause time.Duration
	fewest := w.policy.Most
	for _, a := range w.open {
		if !a.waits {
			continue
		}
		fewest = min(fewest, a.times)
		pause = max(pause, a.after)
		if !a.change.Tried.IsZero() {
			pause = max(pause, a.change.Tried.Add(w.lag).Sub(w.clock.Now()))
		}
	}
	return max(pause, min(w.policy.First<<(max(fewest, 1)-1), w.policy.Longest))
}

// giveUp tells of the changes that are not tried any more.
func (w *work) giveUp() error {
	w.mu.Lock()
	var final []directory.Outcome
	for _, seq := range slices.Sorted(maps.Keys(w.open)) {
		if a := w.open[seq]; a.waits {
			final = append(final, a.outcome(a.last))
		}
		delete(w.open, seq)
	}
	w.mu.Unlock()
	if len(final) == 0 {
		return nil
	}
	return w.tell(final...)
}

// again reports whether the directory may be asked once more after an error.
func again(err error) bool {
	var busy directory.Busy
	var unknown directory.Unknown
	return errors.As(err, &busy) || errors.As(err, &unknown)
}
