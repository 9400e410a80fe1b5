package flow

import (
	"context"
	"slices"
	"sync"
	"time"

	"rollbook/internal/vocab"
)

// Snapshot is the whole configuration at one moment, everything in the order
// of creation. It is shared and MUST NOT be modified.
type Snapshot struct {
	SourceSystems     []SourceSystem
	Connectors        []Connector
	Years             []Year
	InboundFlows      []InboundFlow
	FlowSets          []FlowSet
	ProvisioningFlows []ProvisioningFlow // of all sets
	Decisions         []Decision
	Definitions       []vocab.Definition // by type, sort index and code
	Lists             *vocab.Lists       // of the definitions

	version Version

	// borneOut notes of provisioning flows, by ID, whether the rules bear them
	// out. It is nil while the configuration is being changed.
	borneOut *sync.Map
}

// Version is a number that grows by one with every change.
func (s Snapshot) Version() int64 { return s.version.Number }

// Snapshot returns the configuration as it is now.
func (s *Service) Snapshot(ctx context.Context) (Snapshot, error) {
	state, err := s.current(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	now := *state
	now.ProvisioningFlows = state.withReadiness(state.ProvisioningFlows, s.Now())
	return now, nil
}

// Lists returns the lists of values as they are now.
func (s *Service) Lists(ctx context.Context) (*vocab.Lists, error) {
	state, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	return state.Lists, nil
}

// load reads the state that tx sees.
func load(ctx context.Context, tx Tx, version Version) (*Snapshot, error) {
	state := &Snapshot{version: version, borneOut: &sync.Map{}}
	defs, err := tx.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	state.setDefinitions(defs)
	return state, tx.All(ctx, state.add)
}

func (s *Snapshot) setDefinitions(defs []vocab.Definition) {
	s.Definitions, s.Lists = defs, vocab.NewLists(defs)
}

// add takes an entity into the snapshot.
func (s *Snapshot) add(kind Kind, decode func(into any) error) error {
	switch kind {
	case KindSourceSystem:
		return decodeOnto(&s.SourceSystems, decode)
	case KindConnector:
		return decodeOnto(&s.Connectors, decode)
	case KindYear:
		return decodeOnto(&s.Years, decode)
	case KindInboundFlow:
		return decodeOnto(&s.InboundFlows, decode)
	case KindFlowSet:
		return decodeOnto(&s.FlowSets, decode)
	case KindProvisioningFlow:
		return decodeOnto(&s.ProvisioningFlows, decode)
	case KindDecision:
		return decodeOnto(&s.Decisions, decode)
	default: // a counter is no part of it
	}
	return nil
}

func decodeOnto[E any](list *[]E, decode func(into any) error) error {
	var e E
	err := decode(&e)
	*list = append(*list, e)
	return err
}

// withReadiness returns copies of flows that say whether they can do work.
func (s *Snapshot) withReadiness(flows []ProvisioningFlow, now time.Time) []ProvisioningFlow {
	flows = slices.Clone(flows)
	for i := range flows {
		flows[i].Readiness = s.readiness(flows[i], now)
	}
	return flows
}
