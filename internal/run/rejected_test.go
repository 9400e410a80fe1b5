package run_test

import (
	"context"
	"strings"
	"testing"

	"rollbook/internal/run"
)

// refused holds nothing, as the last upload was refused.
type refused struct{ why string }

func (refused) Next(context.Context, string) (path, upload string, found bool, err error) {
	return "", "", false, nil
}
func (refused) Taken(context.Context, string) error                { return nil }
func (r refused) Rejected(context.Context, string) (string, error) { return r.why, nil }

// A run after an upload that was refused does the rest of its work, and says that
// it read nothing.
func TestARunAfterARejectedUpload(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.sync(t)
		for why, want := range map[string]run.Status{"": run.Completed, "users.csv is empty": run.CompletedWithErrors} {
			w.Inbox = refused{why}
			if err := w.Request(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := w.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
			runs, err := w.Runs.Runs(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			findings, err := w.Runs.Findings(t.Context(), runs[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			inbound := runs[0].Activities[0]
			failed := inbound.Status == run.ActivityFailed && strings.Contains(inbound.BlockingError.Message, why)
			told := len(findings) == 1 && findings[0].Rule == "upload-rejected" && strings.Contains(findings[0].Message, why)
			if runs[0].Status != want || failed != (why != "") || told != (why != "") {
				t.Errorf("refused for %q: the run is %+v with findings %+v", why, runs[0], findings)
			}
			if runs[0].Totals.People != 40 {
				t.Errorf("it counts %d people, want those that were read last", runs[0].Totals.People)
			}
			for _, a := range runs[0].Activities[1:] {
				if a.Status != run.ActivityCompleted {
					t.Errorf("the flow %s is %s", a.DisplayName, a.Status)
				}
			}
		}
	})
}
