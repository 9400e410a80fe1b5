package flow

import (
	"context"
	"fmt"
	"sync"
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

	// Trust is how long a state that was read is taken for the current one
	// without asking the store again. Changes by this Service show at once all
	// the same, those of others as much later. 0 asks every time.
	Trust time.Duration

	// The latest state that was seen, and the latest that was made, which may not
	// be durable yet or come to nothing. Their versions say whether they hold.
	seen, made atomic.Pointer[Snapshot]

	belief  atomic.Pointer[believed]
	changes atomic.Int64 // that are durable
}

// Store keeps the configuration.
type Store interface {
	// Change calls fn with a transaction. What fn did is durable when Change
	// returns nil, and nothing of it remains when fn or Change fails. Changes
	// MUST happen one after the other, also those of several processes. Change
	// MAY call fn again after a failure that was the database's.
	Change(ctx context.Context, fn func(Tx) error) error
	// Version returns the version that the configuration has now. It MUST be cheap.
	Version(ctx context.Context) (Version, error)
	// View calls fn with a transaction that only reads and sees one state.
	View(ctx context.Context, fn func(Tx) error) error
}

// Tx reads and writes the configuration.
type Tx interface {
	// Version returns the state's version, which is zero in a new installation.
	Version(ctx context.Context) (Version, error)
	// SetVersion stores the version of the state that a change makes.
	SetVersion(ctx context.Context, version Version) error
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

// Version tells states of the configuration apart, and so whether a cache holds.
type Version struct {
	Number int64  // grows by one with every change
	Name   string // no other state has it, also none of the same number that was rolled back
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
	KindDecision         Kind = "decisions"
)

// current returns the state of the configuration.
func (s *Service) current(ctx context.Context) (*Snapshot, error) {
	if state := s.believe(); state != nil {
		return state, nil
	}
	changes, asked := s.changes.Load(), s.Now()
	state, err := s.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	s.believing(state, changes, asked)
	return state, nil
}

// ask returns the state that the store has now. Finding out whether the cached
// one still holds is one read of one row, whatever is asked for.
func (s *Service) ask(ctx context.Context) (*Snapshot, error) {
	version, err := s.Store.Version(ctx)
	if err != nil {
		return nil, err
	}
	if state := s.cached(version); state != nil {
		return state, nil
	}
	var state *Snapshot
	err = s.Store.View(ctx, func(tx Tx) error {
		version, err := tx.Version(ctx)
		if err != nil {
			return err
		}
		state, err = s.at(ctx, tx, version)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.seen.Store(state)
	return state, nil
}

// cached returns the state of a version if it is at hand, and nil otherwise.
func (s *Service) cached(version Version) *Snapshot {
	for _, state := range []*Snapshot{s.seen.Load(), s.made.Load()} {
		if state != nil && state.version == version {
			return state
		}
	}
	return nil
}

// at returns the state of a version, which is the one that tx sees.
func (s *Service) at(ctx context.Context, tx Tx, version Version) (*Snapshot, error) {
	if state := s.cached(version); state != nil {
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
	defer s.changes.Add(1)
	return s.Store.Change(ctx, func(tx Tx) error {
		version, err := tx.Version(ctx)
		if err != nil {
			return err
		}
		before, err := s.at(ctx, tx, version)
		if err != nil {
			return err
		}
		ed := &edit{service: s, tx: tx, state: *before, now: moment(s.Now())}
		ed.state.borneOut = nil
		ed.state.version = Version{Number: version.Number + 1, Name: s.NewID()}
		if err := tx.SetVersion(ctx, ed.state.version); err != nil {
			return err
		}
		if err := fn(ed); err != nil {
			return err
		}
		ed.state.borneOut = &sync.Map{}
		// Changes that wait for the same commit begin where this one ends.
		s.made.Store(&ed.state)
		return nil
	})
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
