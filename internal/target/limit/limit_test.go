package limit_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/target/limit"
	"rollbook/internal/target/targettest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	targettest.Run(t, func(*testing.T) (directory.Target, targettest.Hand) {
		m := targettest.NewMemory()
		return limit.New(m, 100, &targettest.Clock{}), func(_ context.Context, c directory.Change) error { return m.ByHand(c).Err }
	})
}

// crowd is a directory that notes when changes come, and is busy for some of them.
type crowd struct {
	directory.Target
	clock *targettest.Clock
	busy  func(n int) bool
	came  []time.Duration
}

func (c *crowd) Apply(_ context.Context, changes iter.Seq[directory.Change], report func(...directory.Outcome) error) error {
	for change := range changes {
		c.came = append(c.came, c.clock.Now().Sub(c.clock.Begin))
		o := directory.Outcome{Seq: change.Seq, State: directory.Done}
		if c.busy(len(c.came)) {
			o.State, o.Err = directory.Failed, directory.Busy{After: 30 * time.Second, All: true}
		}
		if err := report(o); err != nil {
			return err
		}
	}
	return nil
}

func TestPace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		perSecond float64
		changes   int
		busy      func(n int) bool
		least     time.Duration // that all of it takes
		most      time.Duration
	}{
		"no limit":            {0, 1000, func(int) bool { return false }, 0, 0},
		"ten a second":        {10, 101, func(int) bool { return false }, 10 * time.Second, 10 * time.Second},
		"busy once":           {10, 101, func(n int) bool { return n == 1 }, 44 * time.Second, 60 * time.Second},
		"busy without limit":  {0, 101, func(n int) bool { return n == 1 }, 30 * time.Second, 31 * time.Second},
		"busy for five":       {10, 6, func(n int) bool { return n < 6 }, 150 * time.Second, 190 * time.Second},
		"faster again, later": {10, 1001, func(n int) bool { return n == 1 }, 130 * time.Second, 150 * time.Second},
	} {
		c := &crowd{clock: &targettest.Clock{Begin: time.Unix(1_800_000_000, 0)}, busy: test.busy}
		changes := make([]directory.Change, test.changes)
		err := limit.New(c, test.perSecond, c.clock).Apply(t.Context(), slices.Values(changes), func(...directory.Outcome) error { return nil })
		took := c.came[len(c.came)-1] - c.came[0]
		if err != nil || took < test.least-time.Millisecond || took > test.most+time.Millisecond {
			t.Errorf("%s: %v, error %v; want between %v and %v", name, took, err, test.least, test.most)
		}
	}
}
