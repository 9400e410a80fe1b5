package obs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollbook/internal/run"
)

// Backlog is what an installation has to do, whichever process does it.
type Backlog interface {
	// Runs returns the latest runs, the newest first.
	Runs(ctx context.Context) ([]run.Run, error)
	// Unfinished returns the runs that wait, are done, or were cut off.
	Unfinished(ctx context.Context) ([]run.Run, error)
	// Checks returns how many checks of uploads wait, and how many were begun.
	Checks(ctx context.Context) (waiting, begun int, err error)
}

// backlogTimeout is how long the database may take to tell.
const backlogTimeout = 5 * time.Second

// WatchBacklog adds what waits, and when runs last ended, to the metrics. It is
// read from the database when it is asked for, since other processes do runs too.
func (m *Metrics) WatchBacklog(b Backlog) {
	m.registry.MustRegister(backlog{
		Backlog:  b,
		queue:    prometheus.NewDesc("rollbook_queue", "What waits to be done, and what was begun, by kind of work.", []string{"work", "state"}, nil),
		ends:     prometheus.NewDesc("rollbook_last_run_end_timestamp_seconds", "When a run last ended, by how it ended.", []string{"status"}, nil),
		readable: prometheus.NewDesc("rollbook_database_readable", "1 where the database answered this scrape, 0 where it did not.", nil, nil),
	})
}

type backlog struct {
	Backlog
	queue, ends, readable *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (b backlog) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{b.queue, b.ends, b.readable} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (b backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), backlogTimeout)
	defer cancel()
	answered := 1.0
	metrics, err := b.read(ctx)
	if err != nil {
		answered = 0
	}
	ch <- prometheus.MustNewConstMetric(b.readable, prometheus.GaugeValue, answered)
	for _, m := range metrics {
		ch <- m
	}
}

// read returns all metrics, or none.
func (b backlog) read(ctx context.Context) ([]prometheus.Metric, error) {
	unfinished, err := b.Unfinished(ctx)
	if err != nil {
		return nil, err
	}
	latest, err := b.Runs(ctx)
	if err != nil {
		return nil, err
	}
	waiting, begun, err := b.Checks(ctx)
	if err != nil {
		return nil, err
	}
	requested := 0
	for _, r := range unfinished {
		if r.Requested {
			requested++
		}
	}
	metrics := []prometheus.Metric{
		b.queued("run", "waiting", requested), b.queued("run", "begun", len(unfinished)-requested),
		b.queued("uploadCheck", "waiting", waiting), b.queued("uploadCheck", "begun", begun),
	}
	for status, end := range lastEnds(latest) {
		metrics = append(metrics, prometheus.MustNewConstMetric(b.ends, prometheus.GaugeValue, float64(end.UnixMilli())/1000, string(status)))
	}
	return metrics, nil
}

func (b backlog) queued(work, state string, n int) prometheus.Metric {
	return prometheus.MustNewConstMetric(b.queue, prometheus.GaugeValue, float64(n), work, state)
}

// lastEnds returns when a run last ended in each way.
func lastEnds(runs []run.Run) map[run.Status]time.Time {
	ends := map[run.Status]time.Time{}
	for _, r := range runs {
		if r.End != nil && r.End.After(ends[r.Status]) {
			ends[r.Status] = *r.End
		}
	}
	return ends
}
