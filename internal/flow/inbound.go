package flow

import "time"

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
