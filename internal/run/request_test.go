package run_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollbook/internal/run"
)

// Only so many runs can be asked for within 12 hours, also after a restart.
// Those that failed, and wishes that were one with another, do not count.
func TestRequestsAreLimited(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t) // a command's run, which does not count
		w.MostRequests = 2
		begin := w.now
		request := func(want time.Duration) {
			t.Helper()
			err := w.Request(t.Context())
			refused, _ := errors.AsType[*run.TooManyRequests](err)
			switch {
			case want == 0 && err != nil:
				t.Fatal(err)
			case want > 0 && (refused == nil || refused.RetryAfter != want):
				t.Fatalf("got %v (%+v), want to wait %v", err, refused, want)
			}
		}
		work := func() {
			t.Helper()
			if err := w.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		request(0)
		request(0) // the same wish
		work()
		w.now = begin.Add(time.Hour)
		w.MostRequests = 1
		request(11 * time.Hour)
		w.MostRequests = 2
		w.Inbox = broken{}
		request(0)
		work() // fails
		w.Inbox = nil
		request(0)
		work()
		w.now = begin.Add(2 * time.Hour)
		newID := w.NewID
		w.start(w.db, newID)
		w.MostRequests = 2
		request(10 * time.Hour)
		w.now = begin.Add(12 * time.Hour)
		request(0)
		work()
		request(time.Hour)
		w.MostRequests = 0
		request(0)
	})
}

// broken is an inbox that cannot be looked into.
type broken struct{ run.Inbox }

func (broken) Next(context.Context, string) (string, string, bool, error) {
	return "", "", false, errors.New("the folder is away")
}
