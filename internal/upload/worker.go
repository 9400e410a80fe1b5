package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// How often what expired is removed, and for how long operations are kept.
const (
	sweepEvery     = 10 * time.Minute
	operationsLast = 7 * 24 * time.Hour
)

// Run checks uploads as they are validated until ctx is done, which is no
// error. What it was checking then it begins anew the next time. There may be
// one Run at a time.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		err := errors.Join(s.checkPending(ctx), s.sweep(ctx))
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("check uploads: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-s.wake():
		}
	}
}

func (s *Service) checkPending(ctx context.Context) error {
	checks, err := s.Store.Operations(ctx)
	if err != nil {
		return err
	}
	for _, check := range checks {
		if check.Status != statusNotStarted && check.Status != statusRunning {
			continue
		}
		if err := s.check(ctx, check); err != nil {
			return err
		}
	}
	return nil
}

// mostCrashes is how often the check of an upload may end the process. After
// that the upload is refused, or each start would end as the one before.
const mostCrashes = 2

// check checks one upload. That the check itself did not work out is stored
// with it and no error, and the upload can be validated again.
func (s *Service) check(ctx context.Context, check Check) error {
	var last result
	if err := json.Unmarshal([]byte(check.Body), &last); err != nil {
		return fmt.Errorf("operation %s: %w", check.ID, err)
	}
	if last.Begun >= mostCrashes {
		return s.end(ctx, check, GivenUp, givenUp())
	}
	if _, err := s.progress(ctx, check, statusRunning, result{Begun: last.Begun + 1}, stateClosed); err != nil {
		return err
	}
	r, good, err := s.examine(ctx, check)
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), s.stopped(ctx, check, last))
	}
	switch {
	case err != nil:
		return s.end(ctx, check, Failed, result{StatusDetail: err.Error()})
	case !good:
		return s.end(ctx, check, Rejected, r)
	}
	return s.end(ctx, check, Accepted, r)
}

// end stores what came of a check.
func (s *Service) end(ctx context.Context, check Check, v Verdict, r result) error {
	r.Rejected = v == Rejected || v == GivenUp
	status, state := statusSucceeded, stateValid
	switch v {
	case Accepted:
	case Rejected:
		state = stateGone
	case Failed:
		status, state = statusFailed, stateOpen
	case GivenUp:
		status, state = statusFailed, stateGone
	}
	check, err := s.progress(ctx, check, status, r, state)
	if err == nil {
		s.ended(ctx, check, v)
	}
	return err
}

// stopped notes that a check did not end because the process is told to stop,
// which is no crash. Who has lost the right to check notes nothing: another
// process has it, and may be checking the same upload.
func (s *Service) stopped(ctx context.Context, check Check, last result) error {
	if !errors.Is(context.Cause(ctx), context.Canceled) {
		return nil
	}
	_, err := s.progress(context.WithoutCancel(ctx), check, statusNotStarted, last, stateClosed)
	return err
}

// givenUp is what came of a check that ended the process too often.
func givenUp() result {
	message := fmt.Sprintf("the program ended unexpectedly %d times while it checked this upload; it is not checked again", mostCrashes)
	hint := "Whoever runs the server finds in its system's log what ended it; often memory ran out. Look at the files with rollbook check, and upload them again."
	return result{StatusDetail: message, Errors: []PublicError{{Code: "validation-given-up", Message: message + " (" + hint + ")"}}}
}

// progress stores how far a check is, and returns it as it is stored.
func (s *Service) progress(ctx context.Context, check Check, status string, r result, containerState string) (Check, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return check, fmt.Errorf("operation %s: %w", check.ID, err)
	}
	check.Status, check.Body = status, string(body)
	check.LastAction = s.Now().UTC().Truncate(time.Microsecond)
	return check, s.Store.Progress(ctx, check, containerState)
}

// examine returns what the check of an upload finds, and whether the upload is
// good for a run.
func (s *Service) examine(ctx context.Context, check Check) (result, bool, error) {
	container, err := s.Store.Get(ctx, check.Upload)
	if err != nil {
		return result{}, false, err
	}
	path, err := s.folder(container).feed()
	if err != nil {
		return result{}, false, err
	}
	found, err := s.Check(ctx, path)
	if err != nil {
		return result{}, false, err
	}
	r, good := report(found)
	return r, good, nil
}
