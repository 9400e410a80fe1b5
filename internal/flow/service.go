package flow

import (
	"context"
	"time"

	"rollbook/internal/vocab"
)

// Service makes and changes the configuration. It is the only way to: the API,
// the command line and the first run all go through it, so that its rules hold.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string // a UUID, time-ordered
}

// Store keeps the configuration.
type Store interface {
	// Change calls fn with a transaction. What fn did is durable when Change
	// returns nil, and nothing of it remains when fn or Change fails.
	Change(ctx context.Context, fn func(Tx) error) error
	// View calls fn with a transaction that only reads.
	View(ctx context.Context, fn func(Tx) error) error
}

// Tx reads and writes the configuration. Get functions return an error of kind
// NotFound for an ID that is not there. Lists are in the order of creation.
type Tx interface {
	Get(ctx context.Context, kind Kind, id string, into any) error
	// List calls yield with each entity of the kind whose parent is as given
	// ("" for any), decoded into a new value of the type that the kind has.
	List(ctx context.Context, kind Kind, parent string, yield func(id string, decode func(into any) error) error) error
	// Put writes the entity, new or not.
	Put(ctx context.Context, kind Kind, id, parent string, entity any) error
	Delete(ctx context.Context, kind Kind, id string) error

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
