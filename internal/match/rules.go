package match

import (
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/roster"
)

// Rules say by what the people of each role group are found (industryData:
// userMatchingSettings).
type Rules struct {
	byGroup map[string]flow.UserMatchingSetting
}

// NewRules takes the rules of a source system. Where a role group has several,
// the one with the lowest priority order counts.
func NewRules(settings []flow.UserMatchingSetting) Rules {
	r := Rules{byGroup: map[string]flow.UserMatchingSetting{}}
	for _, s := range settings {
		if best, ok := r.byGroup[s.RoleGroup]; !ok || s.PriorityOrder < best.PriorityOrder {
			r.byGroup[s.RoleGroup] = s
		}
	}
	return r
}

// Key is what a person is looked up by in the directory.
type Key struct {
	Property directory.Property // UserPrincipalName or Mail
	Value    string             // with the domain, as it is written; compared without case
}

// Key returns what a person of a role group is looked up by. It is false where
// no rule covers the group or the school does not say the value.
func (r Rules) Key(p roster.Person, group string) (Key, bool) {
	s, ok := r.byGroup[group]
	if !ok {
		return Key{}, false
	}
	value := identifier(p, s.SourceIdentifier.Code)
	if value == "" {
		return Key{}, false
	}
	if s.DomainName != "" && !strings.Contains(value, "@") {
		value += "@" + strings.TrimPrefix(s.DomainName, "@")
	}
	property := directory.UserPrincipalName
	if s.MatchTarget.Code == "mail" {
		property = directory.Mail
	}
	return Key{property, value}, true
}

// Carried reports whether the rosters that can be read carry an identifier
// (RefIdentifierType). A rule with another one matches nobody.
func Carried(code string) bool {
	return identifier(roster.Person{SourcedID: "x", Username: "x", Email: "x", ActiveDirectoryMatchID: "x"}, code) != ""
}

// identifier returns the value of a person that a RefIdentifierType names.
func identifier(p roster.Person, code string) string {
	switch code {
	case "username", "upn":
		return p.Username
	case "email":
		return p.Email
	case "activeDirectoryMatchId", "activeDirectoryId":
		return p.ActiveDirectoryMatchID
	case "identifier", "sourceExternalId":
		return p.SourcedID
	}
	return ""
}
