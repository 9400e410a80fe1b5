package upload_test

import (
	"context"
	"strings"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/upload"
)

func TestRejectedIsTheLastUpload(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		bad := []feed.Finding{{Severity: feed.Catastrophic, Rule: feed.RuleFileEmpty, File: "users.csv", Message: "no rows"}}
		expectRejected(t, w, "c1", "")
		for _, findings := range [][]feed.Finding{bad, nil, bad} {
			w.findings = findings
			put(t, w.session(t, "c1"), "users.csv", "x")
			w.validate(t, "c1")
			want := ""
			if findings != nil {
				want = "no rows"
			}
			expectRejected(t, w, "c1", want)
		}
		expectRejected(t, w, "c2", "")
		// A new session is no check yet.
		put(t, w.session(t, "c1"), "users.csv", "x")
		expectRejected(t, w, "c1", "no rows")
	})
}

func TestWhatWasGivenUpIsRejected(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		put(t, w.session(t, "c1"), "users.csv", "x")
		id, err := w.Validate(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		w.crash(t)
		w.crash(t)
		w.Service.Check = func(context.Context, string) (upload.Found, error) { return upload.Found{}, nil }
		w.finish(t, id)
		expectRejected(t, w, "c1", "ended unexpectedly")
	})
}

func expectRejected(t *testing.T, w *world, connector, want string) {
	t.Helper()
	got, err := w.Rejected(t.Context(), connector)
	if err != nil || !strings.Contains(got, want) || (got == "") != (want == "") {
		t.Errorf("rejected for %q, %v; want %q", got, err, want)
	}
}
