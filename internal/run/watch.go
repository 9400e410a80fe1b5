package run

import "context"

// Watcher is told what becomes of runs. It MUST return soon, and MUST NOT keep
// what it is given. Dry runs, which leave no record, are not told.
type Watcher interface {
	// Requested says that a run was asked for, and waits until it is begun.
	Requested(ctx context.Context, r Run)
	// Refused says that a run was asked for, and that there will be none.
	Refused(ctx context.Context, why error)
	// Begun says that a run begins. A run that was cut off may begin again.
	Begun(ctx context.Context, r Run)
	// Resumed says that a run which was cut off goes on with its plan.
	Resumed(ctx context.Context, r Run)
	// Ended says that a run has ended and that its record, which says how, is
	// kept. The result holds what this process did of it.
	Ended(ctx context.Context, r Run, result Result)
	// Abandoned says that a run which was cut off has ended as failed, without
	// any more work on it.
	Abandoned(ctx context.Context, r Run)
	// Stopped says that the work on a run has ended before the run did, and why:
	// it was told to stop, or the database failed. The run goes on, or begins
	// again, once there is work on runs again.
	Stopped(ctx context.Context, r Run, why error)
}

// watched returns who is told of a run.
func (e *Engine) watched(opts Options) Watcher {
	if e.Watch == nil || opts.DryRun {
		return unwatched{}
	}
	return e.Watch
}

// unwatched is told and does nothing.
type unwatched struct{}

func (unwatched) Requested(context.Context, Run)      {}
func (unwatched) Refused(context.Context, error)      {}
func (unwatched) Begun(context.Context, Run)          {}
func (unwatched) Resumed(context.Context, Run)        {}
func (unwatched) Ended(context.Context, Run, Result)  {}
func (unwatched) Abandoned(context.Context, Run)      {}
func (unwatched) Stopped(context.Context, Run, error) {}
