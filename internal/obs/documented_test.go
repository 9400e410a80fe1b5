package obs_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/obs"
	"rollbook/internal/run"
	"rollbook/internal/target/targettest"
)

// TestMetricsAreDocumented has docs/running.md explain every metric there is, and
// none that there is not.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/running.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for line := range strings.Lines(scrape(t, used(t))) {
		if name, ok := strings.CutPrefix(line, "# TYPE rollbook_"); ok {
			name, _, _ = strings.Cut(name, " ")
			there["rollbook_"+name] = true
		}
	}
	documented := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if name, ok := strings.CutPrefix(line, "| `rollbook_"); ok {
			name, _, _ = strings.Cut(name, "`")
			documented["rollbook_"+name] = true
		}
	}
	for name := range there {
		if !documented[name] {
			t.Errorf("docs/running.md does not explain %s", name)
		}
	}
	for name := range documented {
		if !there[name] {
			t.Errorf("docs/running.md explains %s, which is not there", name)
		}
	}
}

// used returns metrics that have counted something of everything.
func used(t *testing.T) *obs.Metrics {
	t.Helper()
	m := obs.NewMetrics()
	at := time.Unix(1, 0)
	m.WatchBacklog(&installation{runs: []run.Run{{Status: run.Completed, End: &at}}})
	m.RequestBegun()
	m.RequestEnded("graph", http.MethodGet, http.StatusOK, 0)
	log, _ := logger()
	obs.Runs{Log: log, Metrics: m}.Ended(t.Context(), run.Run{}, run.Result{
		Findings: []feed.Finding{{}}, Stages: []run.Stage{{Name: "check"}},
	})
	changes := []directory.Change{{Verb: directory.Delete, Ref: directory.Ref{Kind: directory.Account, ID: "x"}}}
	err := obs.Target{Target: targettest.NewMemory(), Metrics: m}.Apply(t.Context(), slices.Values(changes), func(...directory.Outcome) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return m
}
