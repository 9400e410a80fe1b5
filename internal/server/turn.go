package server

import (
	"context"
	"errors"
	"time"

	"rollbook/internal/jobs"
	"rollbook/internal/run"
)

// HeldError says that another process is at work on runs.
type HeldError = jobs.HeldError

// turnInterval is how often a run that waits for its turn asks for it.
const turnInterval = time.Second

// RunInTurn does what Run does, and where another process is at work, waits until
// that is done or ctx is. waiting is told once.
func (p *Parts) RunInTurn(ctx context.Context, opts run.Options, waiting func(held error)) (run.Result, error) {
	for told := false; ; told = true {
		result, err := p.Run(ctx, opts)
		if _, held := errors.AsType[*HeldError](err); !held {
			return result, err
		}
		if !told {
			waiting(err)
		}
		select {
		case <-ctx.Done():
			return result, errors.Join(err, context.Cause(ctx))
		case <-time.After(turnInterval):
		}
	}
}
