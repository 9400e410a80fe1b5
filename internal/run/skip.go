package run

import (
	"fmt"

	"rollbook/internal/flow"
)

// Skipped is a flow that a run did not do, and why.
type Skipped struct {
	Flow   string `json:"flow"` // its name, or its kind where it has none
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// The codes of flows that were skipped.
const (
	codeNotSupported = "flowNotSupported" // this release cannot do its kind
	codeNotReady     = "flowNotReady"     // its configuration does not bear it out
)

// skipInbound records an inbound flow that a run cannot do.
func (p *pass) skipInbound(f flow.InboundFlow) {
	p.skip(Activity{FlowID: f.ID, DisplayName: f.DisplayName, Inbound: true, Inbounds: &InboundCounts{}},
		codeNotSupported, "OneRoster APIs cannot be read yet; upload the roster to a connector for files instead")
}

// addOutbound records a provisioning flow, which is done if it can be.
func (p *pass) addOutbound(f flow.ProvisioningFlow) {
	a := Activity{FlowID: f.ID, DisplayName: string(f.Type)}
	switch {
	case !f.Executable():
		p.skip(a, codeNotSupported, fmt.Sprintf("a %s cannot be done yet; nothing was made for it in the directory", f.Type))
	case f.Readiness != flow.Ready:
		p.skip(a, codeNotReady, fmt.Sprintf("the flow is %s", f.Readiness))
	default:
		a.ID, a.Status = p.NewID(), ActivityInProgress
		p.run.Activities = append(p.run.Activities, a)
	}
}

func (p *pass) skip(a Activity, code, reason string) {
	a.ID, a.Status = p.NewID(), ActivitySkipped
	a.BlockingError = &BlockingError{Code: code, Message: reason, Target: a.FlowID}
	p.run.Activities = append(p.run.Activities, a)
	p.result.Skipped = append(p.result.Skipped, Skipped{a.DisplayName, a.FlowID, reason})
}
