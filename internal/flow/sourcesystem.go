package flow

// SourceSystem is a school's information system (industryData: sourceSystemDefinition).
type SourceSystem struct {
	ID                   string                `json:"id"`
	DisplayName          string                `json:"displayName"`
	Vendor               *string               `json:"vendor"`
	UserMatchingSettings []UserMatchingSetting `json:"userMatchingSettings"`

	// Number tells the source's records apart in the roster; given once, from 1.
	Number int `json:"number"`
}

// UserMatchingSetting says how people of a role group are found in the directory.
type UserMatchingSetting struct {
	MatchTarget      ReferenceValue `json:"matchTarget"`      // RefUserMatchTarget: userPrincipalName or mail
	PriorityOrder    int            `json:"priorityOrder"`    // the lowest counts first
	SourceIdentifier ReferenceValue `json:"sourceIdentifier"` // RefIdentifierType: username, email, activeDirectoryMatchId
	RoleGroup        string         `json:"roleGroup"`        // staff or students

	// DomainName is appended to the source value, after an @, where that value
	// has no domain. The published metadata lacks it, Microsoft's clients send it.
	DomainName string `json:"domainName,omitempty"`
}

// ReferenceValue is a code of a list of values.
type ReferenceValue struct {
	Code string `json:"code"`
}
