package upload

import "context"

// Watcher is told what becomes of checks. It MUST return soon.
type Watcher interface {
	// Requested says that an upload is to be checked.
	Requested(ctx context.Context, op Operation)
	// Ended says what came of a check, once that is stored.
	Ended(ctx context.Context, op Operation, v Verdict)
}

// Verdict is what came of a check.
type Verdict string

// The verdicts.
const (
	Accepted Verdict = "accepted" // the next run takes the upload
	Rejected Verdict = "rejected" // the upload cannot be used
	Failed   Verdict = "failed"   // there was no check: it can be asked for again
	GivenUp  Verdict = "givenUp"  // to check it ended the process too often
)

func (s *Service) requested(ctx context.Context, check Check) {
	if s.Watch == nil {
		return
	}
	if op, err := check.operation(); err == nil {
		s.Watch.Requested(ctx, op)
	}
}

func (s *Service) ended(ctx context.Context, check Check, v Verdict) {
	if s.Watch == nil {
		return
	}
	if op, err := check.operation(); err == nil {
		s.Watch.Ended(ctx, op, v)
	}
}
