package run

import (
	"context"
	"fmt"
	"maps"

	"github.com/go-json-experiment/json"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
)

// markResets names the resets that were done, by provisioning flow.
const markResets = "resets"

// findResets leaves those resets in the configuration that no run has done yet.
func (p *pass) findResets(ctx context.Context) error {
	p.resets = map[string]string{}
	for _, f := range p.config.ProvisioningFlows {
		if f.Reset != "" {
			p.resets[f.ID] = f.Reset
		}
	}
	if len(p.resets) == 0 {
		return nil
	}
	done, err := p.doneResets(ctx)
	if err != nil {
		return err
	}
	for i := range p.config.ProvisioningFlows { // which are this run's own
		if f := &p.config.ProvisioningFlows[i]; done[f.ID] == f.Reset {
			f.Reset = ""
		}
	}
	return nil
}

func (p *pass) doneResets(ctx context.Context) (map[string]string, error) {
	done := map[string]string{}
	text, err := p.Marks.Mark(ctx, markResets)
	if err != nil || text == "" {
		return done, err
	}
	if err := json.Unmarshal([]byte(text), &done); err != nil {
		return nil, fmt.Errorf("recall the resets: %w", err)
	}
	return done, nil
}

// remembered returns the mark up to which the target agreed with the ledger, which
// is none where a flow is reset.
func (p *pass) remembered(ctx context.Context) (directory.Mark, error) {
	if p.resetting() {
		return "", nil
	}
	return p.Ledger.Mark(ctx, p.TargetID)
}

// resetting reports whether a reset is to be done that can be: one of a flow
// that this run does.
func (p *pass) resetting() bool {
	for _, f := range p.config.ProvisioningFlows {
		if f.Reset != "" && f.Readiness == flow.Ready {
			return true
		}
	}
	return false
}

// honorResets notes, once the plan is complete and so will be applied, that the
// resets in it are done. One of a flow that is not ready waits until it is.
func (p *pass) honorResets(ctx context.Context) error {
	if !p.resetting() {
		return nil
	}
	done, err := p.doneResets(ctx)
	if err != nil {
		return err
	}
	for _, f := range p.config.ProvisioningFlows {
		if f.Reset != "" && f.Readiness == flow.Ready {
			done[f.ID] = f.Reset
		}
	}
	maps.DeleteFunc(done, func(id, _ string) bool { return p.resets[id] == "" }) // of flows that were deleted
	text, err := json.Marshal(done, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("note the resets: %w", err)
	}
	return p.Marks.SetMark(ctx, markResets, string(text))
}
