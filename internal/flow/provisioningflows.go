package flow

import (
	"context"
	"time"
)

// CreateProvisioningFlow makes a new flow in the set that it names and returns
// it as notReady, which it is until the next look at it (see readiness).
func (s *Service) CreateProvisioningFlow(ctx context.Context, e ProvisioningFlow) (ProvisioningFlow, error) {
	e, err := create(ctx, s, provisioningFlows(), e)
	e.Readiness = NotReady
	return e, err
}

// ProvisioningFlow returns the flow with the ID in a set, or an Error of kind NotFound.
func (s *Service) ProvisioningFlow(ctx context.Context, setID, id string) (ProvisioningFlow, error) {
	state, err := s.current(ctx)
	if err != nil {
		return ProvisioningFlow{}, err
	}
	e, err := state.provisioningFlow(setID, id)
	if err != nil {
		return e, err
	}
	e.Readiness = state.readiness(e, s.Now())
	return e, nil
}

// ProvisioningFlows returns the flows of a set in the order of creation, or an
// Error of kind NotFound where there is no such set.
func (s *Service) ProvisioningFlows(ctx context.Context, setID string) ([]ProvisioningFlow, error) {
	state, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := flowSets().find(state, setID); err != nil {
		return nil, err
	}
	var flows []ProvisioningFlow
	for _, f := range state.ProvisioningFlows {
		if f.FlowSet == setID {
			flows = append(flows, f)
		}
	}
	return state.withReadiness(flows, s.Now()), nil
}

// UpdateProvisioningFlow changes the flow with the ID in a set. change gets its
// stored state, and no other change comes between.
func (s *Service) UpdateProvisioningFlow(ctx context.Context, setID, id string, change func(ProvisioningFlow) (ProvisioningFlow, error)) (made ProvisioningFlow, err error) {
	err = s.change(ctx, func(ed *edit) error {
		if _, err := ed.state.provisioningFlow(setID, id); err != nil {
			return err
		}
		made, err = revise(ctx, ed, provisioningFlows(), id, change)
		made.Readiness = ed.state.readiness(made, ed.now)
		return err
	})
	return made, err
}

// DeleteProvisioningFlow deletes the flow with the ID in a set. What it made in
// the directory stays.
func (s *Service) DeleteProvisioningFlow(ctx context.Context, setID, id string) error {
	return s.change(ctx, func(ed *edit) error {
		if _, err := ed.state.provisioningFlow(setID, id); err != nil {
			return err
		}
		return drop(ctx, ed, provisioningFlows(), id)
	})
}

// ResetProvisioningFlow asks for a reset of the flow with the ID in a set: the
// next run compares everything that the flow made with the directory, and makes
// again what is no longer there.
func (s *Service) ResetProvisioningFlow(ctx context.Context, setID, id string) error {
	return s.change(ctx, func(ed *edit) error {
		f, err := ed.state.provisioningFlow(setID, id)
		if err != nil {
			return err
		}
		f.Reset = ed.service.NewID()
		return put(ctx, ed, provisioningFlows(), f)
	})
}

// provisioningFlow returns a flow of a set: one of another set is not found.
func (s *Snapshot) provisioningFlow(setID, id string) (ProvisioningFlow, error) {
	if _, err := flowSets().find(s, setID); err != nil {
		return ProvisioningFlow{}, err
	}
	e, err := provisioningFlows().find(s, id)
	if err == nil && e.FlowSet != setID {
		return ProvisioningFlow{}, notFound("provisioning flow", id)
	}
	return e, err
}

// readiness returns whether a flow can do work at a moment. It is not stored:
// time and other entities change it. A flow is failed when the configuration no
// longer bears it out, expired when every inbound flow has expired, and
// disabled when runs skip its kind, and otherwise ready: a directory to write
// to is always there, the hosted one where no other is configured.
func (s *Snapshot) readiness(e ProvisioningFlow, now time.Time) Readiness {
	if !s.bearsOut(e) {
		return Failed
	}
	if !e.Executable() {
		return Disabled
	}
	for _, in := range s.InboundFlows {
		if in.Readiness(now) != Expired {
			return Ready
		}
	}
	if len(s.InboundFlows) > 0 {
		return Expired
	}
	return Ready
}

// bearsOut reports whether a flow keeps the rules. Every read of it asks, so it
// is found out once for each state of the configuration.
func (s *Snapshot) bearsOut(e ProvisioningFlow) bool {
	if s.borneOut == nil {
		return checkProvisioningFlow(s, &e) == nil
	}
	if known, ok := s.borneOut.Load(e.ID); ok {
		return known == true
	}
	sound := checkProvisioningFlow(s, &e) == nil
	s.borneOut.Store(e.ID, sound)
	return sound
}

// Executable reports whether runs can do what the flow says. Of the kinds that
// they cannot do yet they say so, flow by flow.
func (e ProvisioningFlow) Executable() bool { return e.ClassGroup != nil || e.User != nil }

func provisioningFlows() noun[ProvisioningFlow] {
	return noun[ProvisioningFlow]{
		kind: KindProvisioningFlow, name: "provisioning flow",
		list:   func(s *Snapshot) *[]ProvisioningFlow { return &s.ProvisioningFlows },
		id:     func(e *ProvisioningFlow) *string { return &e.ID },
		begin:  beginProvisioningFlow,
		check:  checkProvisioningFlow,
		settle: settleProvisioningFlow,
	}
}

func beginProvisioningFlow(_ context.Context, ed *edit, e *ProvisioningFlow) error {
	e.Created, e.Modified, e.Readiness, e.Reset = ed.now, ed.now, "", ""
	if _, err := flowSets().find(&ed.state, e.FlowSet); err != nil {
		return err
	}
	for _, other := range ed.state.ProvisioningFlows {
		if other.FlowSet == e.FlowSet && other.Type == e.Type {
			return conflict("@odata.type", "the flow set already has a %s (%s), and may have one", e.Type, other.ID)
		}
	}
	return nil
}

func settleProvisioningFlow(ed *edit, old ProvisioningFlow, e *ProvisioningFlow) error {
	e.Created, e.Modified, e.Readiness, e.Reset = old.Created, later(old.Modified, ed.now), "", old.Reset
	if err := unchanged("flowSet", old.FlowSet, e.FlowSet); err != nil {
		return err
	}
	return unchanged("@odata.type", old.Type, e.Type)
}
