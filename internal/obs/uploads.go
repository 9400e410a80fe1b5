package obs

import (
	"context"
	"log/slog"

	"rollbook/internal/upload"
)

// Uploads logs and counts the checks of uploads.
type Uploads struct {
	Log     *slog.Logger
	Metrics *Metrics
}

var _ upload.Watcher = Uploads{}

// Requested implements upload.Watcher.
func (w Uploads) Requested(ctx context.Context, op upload.Operation) {
	w.Log.InfoContext(ctx, "upload check requested", "operation", op.ID, "connector", op.ConnectorID)
}

// Ended implements upload.Watcher.
func (w Uploads) Ended(ctx context.Context, op upload.Operation, verdict upload.Verdict) {
	w.Metrics.uploads.WithLabelValues(string(verdict)).Inc()
	level := slog.LevelInfo
	if verdict != upload.Accepted {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("operation", op.ID),
		slog.String("connector", op.ConnectorID),
		slog.String("verdict", string(verdict)),
		slog.Int("errors", len(op.Errors)),
		slog.Int("warnings", len(op.Warnings)),
		slog.Duration("took", op.LastAction.Sub(op.Created)),
	}
	if op.StatusDetail != "" {
		attrs = append(attrs, slog.String("detail", op.StatusDetail))
	}
	w.Log.LogAttrs(ctx, level, "upload check ended", attrs...)
}
