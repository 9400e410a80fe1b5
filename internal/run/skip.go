package run

import (
	"fmt"
	"slices"

	"rollbook/internal/flow"
	"rollbook/internal/match"
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
		p.skip(a, codeNotSupported, fmt.Sprintf("flows of type %s cannot be done yet; nothing was made for it in the directory", f.Type))
	case f.Readiness != flow.Ready:
		p.skip(a, codeNotReady, fmt.Sprintf("the flow is %s", f.Readiness))
	default:
		a.ID, a.Status = p.NewID(), ActivityInProgress
		p.run.Activities = append(p.run.Activities, a)
		for _, reason := range leftOut(f, p.External) {
			p.leaveOut(reason)
		}
	}
}

// leftOut returns what a flow asks for that runs cannot do yet while they do
// the rest of it. passwords says that the directory takes initial ones.
func leftOut(f flow.ProvisioningFlow, passwords bool) []string {
	var left []string
	if f.User == nil {
		return nil
	}
	if options := f.User.CreationOptions; options != nil && f.User.CreateUnmatchedUsers {
		if slices.ContainsFunc(options.Configurations, func(c flow.UserConfiguration) bool { return len(c.LicenseSkus) > 0 }) {
			left = append(left, "licenses (licenseSkus) cannot be assigned yet; accounts are made without")
		}
		if !passwords && slices.ContainsFunc(options.Configurations, func(c flow.UserConfiguration) bool { return c.DefaultPasswordSettings != nil }) {
			left = append(left, "initial passwords (defaultPasswordSettings) are for directories of one's own; the hosted one has none")
		}
	}
	management := f.User.ManagementOptions
	if slices.Contains(management.AdditionalAttributes, "userNumber") {
		left = append(left, "user numbers (userNumber) are not in the files that can be read, and are not written")
	}
	if allow := management.AdditionalOptions.AllowStudentContactAssociation; allow != nil && *allow {
		left = append(left, "contacts (allowStudentContactAssociation) cannot be associated with students yet")
	}
	return left
}

// noteRules names the rules of a source system that match nobody.
func (p *pass) noteRules(source flow.SourceSystem) {
	for _, s := range source.UserMatchingSettings {
		if code := s.SourceIdentifier.Code; !match.Carried(code) {
			p.leaveOut(fmt.Sprintf("the %s of %q are to be matched by %s, which the files that can be read do not hold, so none is",
				s.RoleGroup, source.DisplayName, code))
		}
	}
}

// leaveOut notes what is left out of the flow whose activity was added last.
func (p *pass) leaveOut(reason string) {
	a := &p.run.Activities[len(p.run.Activities)-1]
	a.Partial = true
	p.result.Skipped = append(p.result.Skipped, Skipped{a.DisplayName, a.FlowID, reason})
}

func (p *pass) skip(a Activity, code, reason string) {
	a.ID, a.Status = p.NewID(), ActivitySkipped
	a.BlockingError = &BlockingError{Code: code, Message: reason, Target: a.FlowID}
	p.run.Activities = append(p.run.Activities, a)
	p.result.Skipped = append(p.result.Skipped, Skipped{a.DisplayName, a.FlowID, reason})
}
