// Package retry hands changes over again which a directory was too busy for, or of
// which it does not know what became, or which it does later.
//
// Start with Target.
package retry

import (
	"context"
	"errors"
	"iter"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/target"
)

// Policy says how long a directory is asked again. All of it is counted.
type Policy struct {
	Most    int           // how often a change is handed over again that came no further
	First   time.Duration // the pause before the first time, where the directory does not ask for more
	Longest time.Duration // pauses double up to this
	Waiting int           // from how many changes that wait no new ones are read
}

// Usual is the policy for a directory that is far away.
func Usual() Policy {
	return Policy{Most: 6, First: time.Second, Longest: time.Minute, Waiting: 1000}
}

// Target is a directory that is asked again.
type Target struct {
	directory.Target
	Policy Policy
	Clock  target.Clock
}

// Apply implements directory.Target. An outcome says what all attempts at a change
// did together.
func (t Target) Apply(ctx context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	can, err := t.Abilities(ctx)
	if err != nil {
		return err
	}
	next, stop := iter.Pull(changes)
	defer stop()
	w := &work{policy: t.Policy, clock: t.Clock, lag: can.Lag, next: next, open: map[int64]*attempt{}, tell: report}
	for {
		err := t.Target.Apply(ctx, w.pass, w.report)
		if err == nil && w.ended() {
			return nil
		}
		if err == nil {
			err = t.Clock.Sleep(ctx, w.pause())
		}
		if err != nil {
			return errors.Join(err, w.giveUp())
		}
	}
}
