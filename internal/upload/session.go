package upload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// Session is where files are uploaded to (industryData: fileUploadSession).
type Session struct {
	ContainerID string
	// Address takes the files: path and query, below the scheme and host by which
	// the caller reached the server, which only the caller's request tells.
	Address string
	// ContainerExpires is until when the upload can be validated, and
	// SessionExpires until when the address takes files.
	ContainerExpires, SessionExpires time.Time
}

// How long a session takes files, and how long they are kept for validation
// (the published example has 34 hours between the two).
const (
	sessionLife   = 14 * time.Hour
	containerLife = 48 * time.Hour
)

// ErrNoSession is the error of Validate where there is nothing to validate.
var ErrNoSession = errors.New("no upload session is open for this connector: get one, upload the files, then validate")

// ErrNoOperation is the error of Operation for an ID that is not known, or no longer.
var ErrNoOperation = errors.New("there is no such operation")

// Session returns the connector's open session, or a new one where there is
// none. With reset it is always a new one, and what was uploaded is discarded.
func (s *Service) Session(ctx context.Context, connectorID string, reset bool) (Session, error) {
	now := s.Now().UTC().Truncate(time.Microsecond)
	container, err := s.Store.Open(ctx, Container{
		ID: s.NewID(), Connector: connectorID, State: stateOpen,
		SessionExpires: now.Add(sessionLife), Expires: now.Add(containerLife),
	}, now, reset)
	if err != nil {
		return Session{}, fmt.Errorf("upload session: %w", err)
	}
	if err := s.sweep(ctx); err != nil {
		return Session{}, fmt.Errorf("upload session: %w", err)
	}
	return Session{
		ContainerID: container.ID, Address: s.sign(container),
		ContainerExpires: container.Expires, SessionExpires: container.SessionExpires,
	}, nil
}

// Validate closes the connector's session and has its files checked. It returns
// the operation by which the check can be followed, or ErrNoSession.
func (s *Service) Validate(ctx context.Context, connectorID string) (operationID string, err error) {
	now := s.Now().UTC().Truncate(time.Microsecond)
	check := Check{
		ID: s.NewID(), Connector: connectorID, Status: statusNotStarted,
		Created: now, LastAction: now, Body: "{}",
	}
	s.commits.Lock()
	defer s.commits.Unlock()
	if err := s.Store.Close(ctx, check); err != nil {
		return "", fmt.Errorf("validate: %w", err)
	}
	s.requested(ctx, check)
	select {
	case s.wake() <- struct{}{}:
	default: // it is awake
	}
	return check.ID, nil
}

// Fail stores the check of a connector that could not be made, and why. It has
// ended when Fail returns, and is followed like any other.
func (s *Service) Fail(ctx context.Context, connectorID string, why PublicError) (operationID string, err error) {
	body, err := json.Marshal(result{StatusDetail: why.Message, Errors: []PublicError{why}})
	if err != nil {
		return "", fmt.Errorf("validate: %w", err)
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	check := Check{
		ID: s.NewID(), Connector: connectorID, Status: statusFailed,
		Created: now, LastAction: now, Body: string(body),
	}
	if err := s.Store.Record(ctx, check); err != nil {
		return "", fmt.Errorf("validate: %w", err)
	}
	s.ended(ctx, check, Failed)
	return check.ID, nil
}

// Next returns the folder or archive of the connector's newest upload that is
// good for a run and that none has taken.
func (s *Service) Next(ctx context.Context, connectorID string) (path, uploadID string, ok bool, err error) {
	container, err := s.Store.Latest(ctx, connectorID)
	if errors.Is(err, ErrNoSession) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, fmt.Errorf("next upload: %w", err)
	}
	path, err = s.folder(container).feed()
	return path, container.ID, err == nil, err
}

// Rejected returns why the connector's upload that was checked last was refused,
// and "" where it was not, or nothing is known of a check any more.
func (s *Service) Rejected(ctx context.Context, connectorID string) (why string, err error) {
	checks, err := s.Store.Operations(ctx)
	if err != nil {
		return "", fmt.Errorf("last upload: %w", err)
	}
	for _, check := range slices.Backward(checks) {
		if check.Connector != connectorID || check.Status == statusNotStarted || check.Status == statusRunning {
			continue
		}
		var r result
		if err := json.Unmarshal([]byte(check.Body), &r); err != nil {
			return "", fmt.Errorf("operation %s: %w", check.ID, err)
		}
		if !r.Rejected || len(r.Errors) == 0 {
			return "", nil
		}
		return r.Errors[0].Message, nil
	}
	return "", nil
}

// Taken says that a run has stored the upload and needs its files no longer.
func (s *Service) Taken(ctx context.Context, uploadID string) error {
	if err := s.Store.Take(ctx, uploadID); err != nil {
		return fmt.Errorf("upload taken: %w", err)
	}
	return s.sweep(ctx)
}
