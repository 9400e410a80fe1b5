package obs

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rollbook/internal/run"
	"rollbook/internal/upload"
)

// A scrape reads the database. So few are made at once, and each is answered
// with what there is after that long.
const (
	scrapesAtOnce = 2
	scrapeTimeout = 10 * time.Second
)

// Metrics are what a process counts from its start on. They are safe for use by
// several goroutines. docs/running.md explains each.
type Metrics struct {
	registry *prometheus.Registry

	runs        *prometheus.CounterVec // by status
	runSeconds  prometheus.Histogram
	stages      *prometheus.CounterVec // by stage
	running     prometheus.Gauge
	refusedRuns prometheus.Counter
	findings    *prometheus.CounterVec // by severity, rule
	changes     *prometheus.CounterVec // by kind, verb, outcome
	uploads     *prometheus.CounterVec // by verdict

	requests       *prometheus.CounterVec   // by surface, method, code
	requestSeconds *prometheus.HistogramVec // by surface
	inFlight       prometheus.Gauge
}

// NewMetrics returns metrics that have counted nothing, and those of the
// process and of Go's runtime beside them.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry:    prometheus.NewRegistry(),
		runs:        counters("rollbook_runs_total", "Runs that ended in this process, by how they ended.", "status"),
		runSeconds:  histogram("rollbook_run_duration_seconds", "How long runs were worked on.", 0.1, 1, 5, 15, 60, 300, 900, 3600, 4*3600),
		stages:      counters("rollbook_run_stage_seconds_total", "How long runs spent in each stage.", "stage"),
		running:     gauge("rollbook_runs_in_progress", "Runs that this process works on."),
		refusedRuns: prometheus.NewCounter(prometheus.CounterOpts{Name: "rollbook_runs_refused_total", Help: "Runs that were asked for when there had been too many."}),
		findings:    counters("rollbook_findings_total", "Findings of the runs that ended, by severity and rule.", "severity", "rule"),
		changes:     counters("rollbook_changes_total", "Changes of objects of the directory, by kind, verb and what became of them.", "kind", "verb", "outcome"),
		uploads:     counters("rollbook_uploads_checked_total", "Uploads that were checked, by what came of it.", "verdict"),
		requests:    counters("rollbook_http_requests_total", "Requests that were answered, by surface, method and status.", "surface", "method", "code"),
		requestSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rollbook_http_request_duration_seconds", Help: "How long requests took, by surface.",
			Buckets: []float64{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60},
		}, []string{"surface"}),
		inFlight: gauge("rollbook_http_requests_in_flight", "Requests that are being answered."),
	}
	m.registry.MustRegister(m.runs, m.runSeconds, m.stages, m.running, m.refusedRuns, m.findings, m.changes, m.uploads,
		m.requests, m.requestSeconds, m.inFlight, collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// What has not happened yet is 0: so the first time it does is an increase.
	for _, status := range []run.Status{run.Completed, run.CompletedWithWarnings, run.CompletedWithErrors, run.Failed} {
		m.runs.WithLabelValues(string(status))
	}
	for _, verdict := range []upload.Verdict{upload.Accepted, upload.Rejected, upload.Failed, upload.GivenUp} {
		m.uploads.WithLabelValues(string(verdict))
	}
	return m
}

// Handler answers with all metrics, in the forms that Prometheus reads. What
// cannot be read at the moment is left out.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeTimeout,
	})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}

func histogram(name, help string, seconds ...float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds})
}
