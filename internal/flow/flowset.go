package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// FlowSet is what is provisioned for a set of organizations (industryData:
// outboundProvisioningFlowSet).
type FlowSet struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"displayName"`
	Filter      *Filter   `json:"filter"` // nil for all organizations
	Created     time.Time `json:"createdDateTime"`
	Modified    time.Time `json:"lastModifiedDateTime"`
	Policy      *Policy   `json:"policy,omitempty"` // nil for the default; a change without one keeps it
}

// Policy says how the calendar of a school is taken for the organizations of a flow
// set. The API of School Data Sync has no such thing.
type Policy struct {
	// DaysBefore and DaysAfter are how many days before a session begins a class or a
	// role counts as current already, and how many after it ended still.
	DaysBefore int `json:"daysBefore"`
	DaysAfter  int `json:"daysAfter"`
}

// mostDays bounds a policy: what is beyond is another session.
const mostDays = 120

// Filter selects organizations by the sourcedId that the school gave them,
// without their descendants (industryData: basicFilter).
type Filter struct {
	Attribute string   `json:"attribute"` // orgExternalId
	In        []string `json:"in"`
}

// CreateFlowSet makes a new flow set and returns it as it is stored.
func (s *Service) CreateFlowSet(ctx context.Context, e FlowSet) (FlowSet, error) {
	return create(ctx, s, flowSets(), e)
}

// FlowSet returns the flow set with the ID, or an Error of kind NotFound.
func (s *Service) FlowSet(ctx context.Context, id string) (FlowSet, error) {
	return one(ctx, s, flowSets(), id)
}

// FlowSets returns every flow set in the order of creation.
func (s *Service) FlowSets(ctx context.Context) ([]FlowSet, error) {
	return all(ctx, s, flowSets())
}

// UpdateFlowSet changes the flow set with the ID. change gets its stored state, and
// no other change comes between.
func (s *Service) UpdateFlowSet(ctx context.Context, id string, change func(FlowSet) (FlowSet, error)) (FlowSet, error) {
	return update(ctx, s, flowSets(), id, change)
}

// DeleteFlowSet deletes the flow set with the ID and the flows in it. What
// they made in the directory stays.
func (s *Service) DeleteFlowSet(ctx context.Context, id string) error {
	return s.change(ctx, func(ed *edit) error {
		for _, f := range ed.state.ProvisioningFlows {
			if f.FlowSet != id {
				continue
			}
			if err := drop(ctx, ed, provisioningFlows(), f.ID); err != nil {
				return err
			}
		}
		return drop(ctx, ed, flowSets(), id)
	})
}

func flowSets() noun[FlowSet] {
	return noun[FlowSet]{
		kind: KindFlowSet, name: "flow set",
		list:   func(s *Snapshot) *[]FlowSet { return &s.FlowSets },
		id:     func(e *FlowSet) *string { return &e.ID },
		begin:  beginFlowSet,
		check:  checkFlowSet,
		settle: settleFlowSet,
	}
}

func beginFlowSet(_ context.Context, ed *edit, e *FlowSet) error {
	e.Created, e.Modified = ed.now, ed.now
	return nil
}

// checkFlowSet does not ask whether the organizations exist: a filter may be
// written before the first feed.
func checkFlowSet(_ *Snapshot, e *FlowSet) error {
	if err := requireName(e.DisplayName); err != nil {
		return err
	}
	if p := e.Policy; p != nil && (min(p.DaysBefore, p.DaysAfter) < 0 || max(p.DaysBefore, p.DaysAfter) > mostDays) {
		return invalid("policy", "the days before and after a session are from 0 to %d", mostDays)
	}
	if e.Filter == nil {
		return nil
	}
	filter := Filter{Attribute: e.Filter.Attribute, In: slices.Clone(e.Filter.In)}
	e.Filter = &filter
	if err := choose("filter/attribute", &filter.Attribute, "orgExternalId"); err != nil {
		return err
	}
	if len(filter.In) == 0 {
		return invalid("filter/in", "filter/in names no organization: name one, or set filter to null for all organizations")
	}
	for i, id := range filter.In {
		if strings.TrimSpace(id) == "" {
			return invalid(fmt.Sprintf("filter/in/%d", i), "filter/in holds an empty organization identifier")
		}
	}
	return nil
}

func settleFlowSet(ed *edit, old FlowSet, e *FlowSet) error {
	e.Created, e.Modified = old.Created, later(old.Modified, ed.now)
	if e.Policy == nil {
		e.Policy = old.Policy
	}
	return nil
}
