package obs

import (
	"context"
	"log/slog"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/run"
)

// Runs logs and counts runs: a line when one is asked for, begins and ends.
type Runs struct {
	Log     *slog.Logger
	Metrics *Metrics
}

var _ run.Watcher = Runs{}

// Requested implements run.Watcher.
func (w Runs) Requested(ctx context.Context, r run.Run) {
	w.Log.InfoContext(ctx, "run requested", "run", r.ID)
}

// Refused implements run.Watcher.
func (w Runs) Refused(ctx context.Context, why error) {
	w.Metrics.refusedRuns.Inc()
	w.Log.WarnContext(ctx, "run refused", "error", why)
}

// Begun implements run.Watcher.
func (w Runs) Begun(ctx context.Context, r run.Run) {
	w.Metrics.running.Inc()
	w.Log.InfoContext(ctx, "run begun", "run", r.ID)
}

// Resumed implements run.Watcher.
func (w Runs) Resumed(ctx context.Context, r run.Run) {
	w.Metrics.running.Inc()
	w.Log.InfoContext(ctx, "run resumed", "run", r.ID)
}

// Stopped implements run.Watcher.
func (w Runs) Stopped(ctx context.Context, r run.Run, why error) {
	w.Metrics.running.Dec()
	w.Log.WarnContext(ctx, "run stopped before its end; it goes on later", "run", r.ID, "error", why)
}

// Abandoned implements run.Watcher.
func (w Runs) Abandoned(ctx context.Context, r run.Run) {
	w.Metrics.runs.WithLabelValues(string(r.Status)).Inc()
	w.Log.ErrorContext(ctx, "run ended", "run", r.ID, "status", string(r.Status),
		"reason", r.BlockingError.Code, "error", r.BlockingError.Message)
}

// Ended implements run.Watcher.
func (w Runs) Ended(ctx context.Context, r run.Run, result run.Result) {
	w.count(r, result)
	attrs := []slog.Attr{slog.String("run", r.ID), slog.String("status", string(r.Status))}
	if r.BlockingError != nil {
		attrs = append(attrs, slog.String("reason", r.BlockingError.Code))
		// What is wrong with a feed is in the run's findings, and not in a log:
		// it may quote the feed.
		if !result.Unusable() {
			attrs = append(attrs, slog.String("error", r.BlockingError.Message))
		}
	}
	by := severities(result.Findings)
	attrs = append(attrs,
		slog.Duration("took", took(result).Round(time.Millisecond)),
		slog.Int("errors", by[feed.Error]+by[feed.Catastrophic]),
		slog.Int("warnings", by[feed.Warning]),
		slog.Int("users", result.Applied.Users),
		slog.Int("groups", result.Applied.Groups),
		slog.Int("memberships", result.Applied.Memberships),
		slog.Int("failed", result.Applied.Failed))
	w.Log.LogAttrs(ctx, level(r.Status), "run ended", attrs...)
}

func (w Runs) count(r run.Run, result run.Result) {
	m := w.Metrics
	m.running.Dec()
	m.runs.WithLabelValues(string(r.Status)).Inc()
	m.runSeconds.Observe(took(result).Seconds())
	for _, s := range result.Stages {
		m.stages.WithLabelValues(s.Name).Add(s.Seconds)
	}
	for _, f := range result.Findings {
		m.findings.WithLabelValues(string(f.Severity), string(f.Rule)).Inc()
	}
}

func severities(findings []feed.Finding) map[feed.Severity]int {
	by := map[feed.Severity]int{}
	for _, f := range findings {
		by[f.Severity]++
	}
	return by
}

// took returns how long a run was worked on.
func took(result run.Result) time.Duration {
	var seconds float64
	for _, s := range result.Stages {
		seconds += s.Seconds
	}
	return time.Duration(seconds * float64(time.Second))
}

// level returns how loudly the end of a run is told.
func level(s run.Status) slog.Level {
	switch s {
	case run.Failed:
		return slog.LevelError
	case run.CompletedWithErrors:
		return slog.LevelWarn
	default: // nobody has to look
	}
	return slog.LevelInfo
}
