package flow

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"rollbook/internal/vocab"
)

// Service makes and changes the configuration. It is the only way to: the API,
// the command line and the first run all go through it, so that its rules hold.
//
// What its read methods return is shared and MUST NOT be modified beneath the
// top level; what an Update method hands to its change function is the
// caller's own.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string // a UUID, time-ordered

	cached atomic.Pointer[Snapshot] // the latest state that was seen; its version says whether it still holds
}

// Store keeps the configuration.
type Store interface {
	// Change calls fn with a transaction. What fn did is durable when Change
	// returns nil, and nothing of it remains when fn or Change fails. Changes
	// MUST happen one after the other, also those of several processes. Change
	// MAY call fn again after a failure that was the database's.
	Change(ctx context.Context, fn func(Tx) error) error
	// View calls fn with a transaction that only reads and sees one state.
	View(ctx context.Context, fn func(Tx) error) error
}

// Tx reads and writes the configuration.
type Tx interface {
	// Version returns a number that grows by one with every change: in Change
	// it is the one that this change makes.
	Version(ctx context.Context) (int64, error)
	// Get decodes an entity. It returns an Error of kind NotFound for an ID
	// that is not there.
	Get(ctx context.Context, kind Kind, id string, into any) error
	// All calls yield with every entity in the order of creation. decode MUST
	// be called before yield returns, or not at all.
	All(ctx context.Context, yield func(kind Kind, decode func(into any) error) error) error
	// Put writes the entity, new or not.
	Put(ctx context.Context, kind Kind, id string, entity any) error
	Delete(ctx context.Context, kind Kind, id string) error

	// Definitions returns the values of all lists by type, sort index and code.
	Definitions(ctx context.Context) ([]vocab.Definition, error)
	PutDefinition(ctx context.Context, d vocab.Definition) error
}

// Kind names a kind of configured entity, as its collection in the API.
type Kind string

// The kinds of configured entity.
const (
	KindSourceSystem     Kind = "sourceSystems"
	KindConnector        Kind = "dataConnectors"
	KindYear             Kind = "years"
	KindInboundFlow      Kind = "inboundFlows"
	KindFlowSet          Kind = "outboundProvisioningFlowSets"
	KindProvisioningFlow Kind = "provisioningFlows"
)

// current returns the state of the configuration. Finding out whether the
// cached one still holds is one read of one row, whatever is asked for.
func (s *Service) current(ctx context.Context) (*Snapshot, error) {
	var state *Snapshot
	err := s.Store.View(ctx, func(tx Tx) error {
		version, err := tx.Version(ctx)
		if err != nil {
			return err
		}
		state, err = s.at(ctx, tx, version)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	s.cached.Store(state)
	return state, nil
}

// at returns the state of a version, which is the one that tx sees.
func (s *Service) at(ctx context.Context, tx Tx, version int64) (*Snapshot, error) {
	if state := s.cached.Load(); state != nil && state.version == version {
		return state, nil
	}
	return load(ctx, tx, version)
}

// edit is a change in progress: the transaction, and the configuration as the
// change has made it so far, which the rules are checked against.
type edit struct {
	service *Service
	tx      Tx
	state   Snapshot
	now     time.Time
}

// change runs fn as one change of the configuration.
func (s *Service) change(ctx context.Context, fn func(*edit) error) error {
	var made *edit
	err := s.Store.Change(ctx, func(tx Tx) error {
		version, err := tx.Version(ctx)
		if err != nil {
			return err
		}
		before, err := s.at(ctx, tx, version-1)
		if err != nil {
			return err
		}
		made = &edit{service: s, tx: tx, state: *before, now: moment(s.Now())}
		made.state.version = version
		return fn(made)
	})
	if err != nil {
		return err
	}
	s.cached.Store(&made.state)
	return nil
}

// moment returns a time as the configuration keeps it: UTC, in microseconds.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// later returns now, or the first moment after before where the clock did not
// move on: a client that compares two times must see that there was a change.
func later(before, now time.Time) time.Time {
	if now.After(before) {
		return now
	}
	return before.Add(time.Microsecond)
}
