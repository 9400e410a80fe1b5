package flow

import "time"

// FlowSet is what is provisioned for a set of organizations (industryData:
// outboundProvisioningFlowSet).
type FlowSet struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"displayName"`
	Filter      *Filter   `json:"filter"` // nil for all organizations
	Created     time.Time `json:"createdDateTime"`
	Modified    time.Time `json:"lastModifiedDateTime"`
}

// Filter selects organizations by the sourcedId that the school gave them,
// without their descendants (industryData: basicFilter).
type Filter struct {
	Attribute string   `json:"attribute"` // orgExternalId
	In        []string `json:"in"`
}

// Has reports whether a set takes an organization.
func (s FlowSet) Has(orgSourcedID string) bool {
	if s.Filter == nil {
		return true
	}
	for _, id := range s.Filter.In {
		if id == orgSourcedID {
			return true
		}
	}
	return false
}
