package run_test

import (
	"testing"
	"time"

	"rollbook/internal/run"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// TestClockFarFromTheLastRun refuses runs by a clock that must be wrong, and leaves
// everything as it is.
func TestClockFarFromTheLastRun(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		w := newWorld(t, db)
		w.sync(t)
		begin := w.now
		for _, step := range []struct {
			after  time.Duration // the last run
			accept bool
			want   bool // refused
		}{
			{after: -59 * time.Minute},
			{after: -61 * time.Minute, want: true},
			{after: 30 * 24 * time.Hour, want: true},
			{after: 21*24*time.Hour + time.Second, want: true},
			{after: 20 * 24 * time.Hour},
			{after: 30 * 24 * time.Hour, accept: true},
			{after: -30 * 24 * time.Hour, want: true}, // what was accepted counts now
			{after: -30 * 24 * time.Hour, accept: true},
		} {
			w.now = begin.Add(step.after)
			result, err := w.Run(t.Context(), run.Options{Path: w.path, AcceptClock: step.accept})
			if err != nil {
				t.Fatal(err)
			}
			if result.ClockIsFar() != step.want || result.Unusable() != step.want {
				t.Errorf("%+v: refused %t, findings %v", step, result.ClockIsFar(), result.Findings)
			}
			if step.want != (result.Run.Status == run.Failed) || step.want != (len(result.Feed) == 0) {
				t.Errorf("%+v: the run is %s and read %v", step, result.Run.Status, result.Feed)
			}
			if !step.want {
				begin = w.now
			}
		}
	})
}
