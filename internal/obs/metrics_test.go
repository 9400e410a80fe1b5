package obs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"rollbook/internal/obs"
	"rollbook/internal/run"
)

// scrape returns the text of all metrics.
func scrape(t *testing.T, m *obs.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("got %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// counted returns the metrics with a name's beginning that are not 0, as they are written.
func counted(t *testing.T, m *obs.Metrics, prefix string) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	for line := range strings.Lines(scrape(t, m)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(name, prefix) || strings.Contains(name, "_bucket{") {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if n != 0 {
			got[name] = n
		}
	}
	return got
}

func wantCounted(t *testing.T, m *obs.Metrics, prefix string, want map[string]float64) {
	t.Helper()
	if diff := cmp.Diff(want, counted(t, m, prefix)); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// logger returns a log and what was written to it, without the times.
func logger() (*slog.Logger, *bytes.Buffer) {
	var text bytes.Buffer
	return slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})), &text
}

// installation is a backlog that tests set.
type installation struct {
	runs, unfinished []run.Run
	waiting, begun   int
	err              error
}

func (i *installation) Runs(context.Context) ([]run.Run, error)       { return i.runs, nil }
func (i *installation) Unfinished(context.Context) ([]run.Run, error) { return i.unfinished, nil }
func (i *installation) Checks(context.Context) (waiting, begun int, err error) {
	return i.waiting, i.begun, i.err
}

func TestBacklog(t *testing.T) {
	t.Parallel()
	at := func(second int64) *time.Time { t := time.Unix(second, 0); return &t }
	i := &installation{
		runs:       []run.Run{{Status: run.Running}, {Status: run.Completed, End: at(900)}, {Status: run.Failed, End: at(800)}, {Status: run.Completed, End: at(700)}},
		unfinished: []run.Run{{Requested: true}, {}, {Requested: true}},
		waiting:    3, begun: 1,
	}
	m := obs.NewMetrics()
	m.WatchBacklog(i)
	want := map[string]float64{
		`rollbook_database_readable`:                                  1,
		`rollbook_queue{state="waiting",work="run"}`:                  2,
		`rollbook_queue{state="begun",work="run"}`:                    1,
		`rollbook_queue{state="waiting",work="uploadCheck"}`:          3,
		`rollbook_queue{state="begun",work="uploadCheck"}`:            1,
		`rollbook_last_run_end_timestamp_seconds{status="completed"}`: 900,
		`rollbook_last_run_end_timestamp_seconds{status="failed"}`:    800,
	}
	wantCounted(t, m, "rollbook_", want)

	// Without the database the rest is still told.
	i.err = errors.New("the disk is away")
	if text := scrape(t, m); !strings.Contains(text, "\nrollbook_database_readable 0\n") || strings.Contains(text, "rollbook_queue{") ||
		!strings.Contains(text, "\ngo_goroutines ") || !strings.Contains(text, "\nrollbook_runs_total{status=\"failed\"} 0\n") {
		t.Errorf("without the database:\n%s", text)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	m := obs.NewMetrics()
	for range 3 {
		m.RequestBegun()
	}
	m.RequestEnded("graph", http.MethodGet, http.StatusOK, 250*time.Millisecond)
	m.RequestEnded("graph", "BREW", http.StatusMethodNotAllowed, 250*time.Millisecond)
	wantCounted(t, m, "rollbook_http", map[string]float64{
		`rollbook_http_requests_in_flight`:                                        1,
		`rollbook_http_requests_total{code="200",method="GET",surface="graph"}`:   1,
		`rollbook_http_requests_total{code="405",method="other",surface="graph"}`: 1,
		`rollbook_http_request_duration_seconds_sum{surface="graph"}`:             0.5,
		`rollbook_http_request_duration_seconds_count{surface="graph"}`:           2,
	})
}

// TestMetricsAreNamedAsIsCustomary has Prometheus's own linter look at them.
func TestMetricsAreNamedAsIsCustomary(t *testing.T) {
	t.Parallel()
	m := obs.NewMetrics()
	m.WatchBacklog(&installation{})
	m.RequestEnded("graph", http.MethodGet, http.StatusOK, time.Second)
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "rollbook_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}
