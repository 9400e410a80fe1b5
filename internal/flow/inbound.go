package flow

import (
	"context"
	"time"
)

// InboundFlow is one connector's feed for one academic year (industryData: inboundFlow).
type InboundFlow struct {
	ID                 string          `json:"id"`
	Type               InboundFlowType `json:"type"`
	DisplayName        string          `json:"displayName"`
	DataDomain         string          `json:"dataDomain"` // educationRostering
	EffectiveDateTime  time.Time       `json:"effectiveDateTime"`
	ExpirationDateTime *time.Time      `json:"expirationDateTime"`
	DataConnector      string          `json:"dataConnector"` // its ID
	Year               string          `json:"year"`          // its ID
}

// InboundFlowType names the kind of an inbound flow as the API does.
type InboundFlowType string

// The kinds of inbound flow.
const (
	InboundFileFlow InboundFlowType = "inboundFileFlow"
	InboundAPIFlow  InboundFlowType = "inboundApiFlow"
)

// Readiness returns the flow's readiness at a moment: what is beyond its
// expiration is expired, everything else is ready, also before the flow takes
// effect (a client that waits for ready must not wait for the start of term).
func (f InboundFlow) Readiness(now time.Time) Readiness {
	if f.ExpirationDateTime != nil && now.After(*f.ExpirationDateTime) {
		return Expired
	}
	return Ready
}

// Runs reports whether a run at this moment takes the flow.
func (f InboundFlow) Runs(now time.Time) bool {
	return f.Readiness(now) == Ready && !now.Before(f.EffectiveDateTime)
}

// Executable reports whether runs can read the flow's feed: they cannot ask
// OneRoster APIs yet.
func (f InboundFlow) Executable() bool { return f.Type == InboundFileFlow }

// Readiness says whether a flow can do work (industryData: readinessStatus).
type Readiness string

// The states of readiness.
const (
	NotReady Readiness = "notReady"
	Ready    Readiness = "ready"
	Failed   Readiness = "failed"
	Disabled Readiness = "disabled"
	Expired  Readiness = "expired"
)

// CreateInboundFlow makes a new inbound flow and returns it as it is stored.
func (s *Service) CreateInboundFlow(ctx context.Context, e InboundFlow) (InboundFlow, error) {
	return create(ctx, s, inboundFlows(), e)
}

// InboundFlow returns the inbound flow with the ID, or an Error of kind NotFound.
func (s *Service) InboundFlow(ctx context.Context, id string) (InboundFlow, error) {
	return one(ctx, s, inboundFlows(), id)
}

// InboundFlows returns every inbound flow in the order of creation.
func (s *Service) InboundFlows(ctx context.Context) ([]InboundFlow, error) {
	return all(ctx, s, inboundFlows())
}

// UpdateInboundFlow changes the inbound flow with the ID. change gets its stored state, and
// no other change comes between.
func (s *Service) UpdateInboundFlow(ctx context.Context, id string, change func(InboundFlow) (InboundFlow, error)) (InboundFlow, error) {
	return update(ctx, s, inboundFlows(), id, change)
}

// DeleteInboundFlow deletes the inbound flow with the ID. What it
// brought in stays.
func (s *Service) DeleteInboundFlow(ctx context.Context, id string) error {
	return remove(ctx, s, inboundFlows(), id)
}

func inboundFlows() noun[InboundFlow] {
	return noun[InboundFlow]{
		kind: KindInboundFlow, name: "inbound flow",
		list:   func(s *Snapshot) *[]InboundFlow { return &s.InboundFlows },
		id:     func(e *InboundFlow) *string { return &e.ID },
		check:  checkInboundFlow,
		settle: settleInboundFlow,
	}
}

// carries returns the kind of inbound flow that takes the feed of a kind of connector.
func carries(t ConnectorType) InboundFlowType {
	if t == OneRosterConnector {
		return InboundAPIFlow
	}
	return InboundFileFlow
}

func checkInboundFlow(in *Snapshot, e *InboundFlow) error {
	if e.Type != InboundFileFlow && e.Type != InboundAPIFlow {
		return invalid("@odata.type", "an inbound flow may be an %s or an %s, and not %q", InboundFileFlow, InboundAPIFlow, e.Type)
	}
	if err := checkName(e.DisplayName); err != nil {
		return err
	}
	if err := choose("dataDomain", &e.DataDomain, "educationRostering"); err != nil {
		return err
	}
	if err := checkWindow(e); err != nil {
		return err
	}
	return checkInboundReferences(in, *e)
}

// checkWindow allows an expiration after the end of the year, which
// administrators set to keep a flow going through the summer: the year decides
// by itself which classes are current.
func checkWindow(e *InboundFlow) error {
	if e.EffectiveDateTime.IsZero() {
		return invalid("effectiveDateTime", "effectiveDateTime is required")
	}
	e.EffectiveDateTime = e.EffectiveDateTime.UTC()
	if e.ExpirationDateTime == nil {
		return nil
	}
	expiration := e.ExpirationDateTime.UTC()
	e.ExpirationDateTime = &expiration
	if expiration.Before(e.EffectiveDateTime) {
		return invalid("expirationDateTime", "expirationDateTime %s is before effectiveDateTime %s",
			expiration.Format(time.RFC3339), e.EffectiveDateTime.Format(time.RFC3339))
	}
	return nil
}

func checkInboundReferences(in *Snapshot, e InboundFlow) error {
	if e.DataConnector == "" {
		return invalid("dataConnector", "dataConnector is required: bind it with dataConnector@odata.bind")
	}
	connector, err := connectors().find(in, e.DataConnector)
	if err != nil {
		return invalid("dataConnector", "%s", err)
	}
	if carries(connector.Type) != e.Type {
		return invalid("dataConnector", "the data connector %q is of the type %s, which an %s takes, and not an %s", connector.DisplayName, connector.Type, carries(connector.Type), e.Type)
	}
	if e.Year == "" {
		return invalid("year", "year is required: bind it with year@odata.bind")
	}
	if _, err := years().find(in, e.Year); err != nil {
		return invalid("year", "%s", err)
	}
	return nil
}

func settleInboundFlow(_ *edit, old InboundFlow, e *InboundFlow) error {
	if err := unchanged("@odata.type", old.Type, e.Type); err != nil {
		return err
	}
	if err := unchanged("dataDomain", old.DataDomain, e.DataDomain); err != nil {
		return err
	}
	if err := unchanged("dataConnector", old.DataConnector, e.DataConnector); err != nil {
		return err
	}
	return unchanged("year", old.Year, e.Year)
}
