package server

import (
	"context"

	"rollbook/internal/obs"
	"rollbook/internal/run"
	"rollbook/internal/store"
)

// backlog reads for metrics what an installation has to do.
type backlog struct {
	runs    store.Runs
	uploads store.Uploads
}

var _ obs.Backlog = backlog{}

func (b backlog) Runs(ctx context.Context) ([]run.Run, error) { return b.runs.Runs(ctx) }

func (b backlog) Unfinished(ctx context.Context) ([]run.Run, error) { return b.runs.Unfinished(ctx) }

func (b backlog) Checks(ctx context.Context) (waiting, begun int, err error) {
	return b.uploads.Unfinished(ctx)
}
