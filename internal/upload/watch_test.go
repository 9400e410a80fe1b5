package upload_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/upload"
)

// told is who is told of checks.
type told struct {
	mu    sync.Mutex
	lines []string
	ended chan string // IDs of checks that have ended
}

func (w *told) Requested(_ context.Context, op upload.Operation) {
	w.tell("requested", op.ConnectorID, op.Status)
}

func (w *told) Ended(_ context.Context, op upload.Operation, v upload.Verdict) {
	w.tell(string(v), op.ConnectorID, op.Status)
	w.ended <- op.ID
}

func (w *told) tell(words ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, strings.Join(words, " "))
}

// await returns once the check has ended.
func (w *told) await(id string) {
	for ended := range w.ended {
		if ended == id {
			return
		}
	}
}

func TestChecksAreTold(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		put(t, w.session(t, "good"), "users.csv", "x")
		w.findings = []feed.Finding{{Severity: feed.Error, Rule: "x", File: "users.csv"}}
		w.validate(t, "good")
		put(t, w.session(t, "bad"), "users.csv", "x")
		w.findings = []feed.Finding{{Severity: feed.Catastrophic, Rule: "x", File: "users.csv"}}
		w.validate(t, "bad")
		put(t, w.session(t, "unlucky"), "users.csv", "x")
		w.failure = errors.New("the disk is away")
		w.validate(t, "unlucky")
		if _, err := w.Fail(t.Context(), "api", upload.PublicError{Code: "NotThere"}); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"requested good notStarted", "accepted good succeeded",
			"requested bad notStarted", "rejected bad succeeded",
			"requested unlucky notStarted", "failed unlucky failed",
			"failed api failed",
		}
		if diff := cmp.Diff(want, w.told.lines); diff != "" {
			t.Errorf("what was told (-want +got):\n%s", diff)
		}
	})
}
