package flow

import "time"

// Target is a directory that is written to beside the one that Rollbook hosts.
type Target struct {
	Number int // in the ledger; never given to another one
	Name   string
	Kind   string // of server, such as openldap
	// Settings are those of the kind, as JSON, and Secret is the password.
	Settings string
	Secret   Sealed
	// FlowSets are the IDs of the flow sets that are provisioned to it; none for all.
	FlowSets []string
	Created  time.Time
}

// For returns the part of a configuration that is provisioned to the target.
func (t Target) For(c Snapshot) Snapshot {
	if len(t.FlowSets) == 0 {
		return c
	}
	in := map[string]bool{}
	for _, id := range t.FlowSets {
		in[id] = true
	}
	var sets []FlowSet
	for _, s := range c.FlowSets {
		if in[s.ID] {
			sets = append(sets, s)
		}
	}
	var flows []ProvisioningFlow
	for _, f := range c.ProvisioningFlows {
		if in[f.FlowSet] {
			flows = append(flows, f)
		}
	}
	c.FlowSets, c.ProvisioningFlows = sets, flows
	return c
}
