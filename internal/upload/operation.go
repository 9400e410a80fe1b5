package upload

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// Operation is the check of an upload (industryData: fileValidateOperation).
type Operation struct {
	ID                                string
	Created, LastAction               time.Time
	ConnectorID, Status, StatusDetail string
	Errors, Warnings                  []PublicError
	ValidatedFiles                    []string
}

// PublicError is one thing that is wrong with an upload (Graph: publicError).
type PublicError struct{ Code, Message, Target string }

// result is what came of a check, as it is kept in Check.Body.
type result struct {
	StatusDetail     string
	Errors, Warnings []PublicError
	ValidatedFiles   []string
	Begun            int  `json:",omitzero"` // how often the check was begun that has not ended
	Rejected         bool `json:",omitzero"` // no run takes the upload
}

// Operation returns a check, or ErrNoOperation.
func (s *Service) Operation(ctx context.Context, id string) (Operation, error) {
	check, err := s.Store.Operation(ctx, id)
	if err != nil {
		return Operation{}, fmt.Errorf("operation: %w", err)
	}
	return check.operation()
}

// Operations returns the checks of the last days in the order of creation.
func (s *Service) Operations(ctx context.Context) ([]Operation, error) {
	checks, err := s.Store.Operations(ctx)
	if err != nil {
		return nil, fmt.Errorf("operations: %w", err)
	}
	ops := make([]Operation, len(checks))
	for i, check := range checks {
		if ops[i], err = check.operation(); err != nil {
			return nil, err
		}
	}
	return ops, nil
}

func (c Check) operation() (Operation, error) {
	var r result
	if err := json.Unmarshal([]byte(c.Body), &r); err != nil {
		return Operation{}, fmt.Errorf("operation %s: %w", c.ID, err)
	}
	return Operation{
		ID: c.ID, Created: c.Created, LastAction: c.LastAction, ConnectorID: c.Connector,
		Status: c.Status, StatusDetail: r.StatusDetail,
		Errors: r.Errors, Warnings: r.Warnings, ValidatedFiles: r.ValidatedFiles,
	}, nil
}
