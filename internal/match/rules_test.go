package match_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/match"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// setting is a rule for students.
func setting(identifier, target, domain string, order int) flow.UserMatchingSetting {
	return flow.UserMatchingSetting{
		SourceIdentifier: flow.ReferenceValue{Code: identifier}, MatchTarget: flow.ReferenceValue{Code: target},
		DomainName: domain, PriorityOrder: order, RoleGroup: vocab.Students,
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	ana := roster.Person{SourcedID: "p-1", Username: "ana", Email: "ana@school.example", ActiveDirectoryMatchID: "ana.ad"}
	upn, mail := directory.UserPrincipalName, directory.Mail
	for name, test := range map[string]struct {
		settings []flow.UserMatchingSetting
		group    string
		want     match.Key
		ok       bool
	}{
		"no rule":                  {nil, vocab.Students, match.Key{}, false},
		"no rule for the group":    {[]flow.UserMatchingSetting{setting("username", "userPrincipalName", "", 0)}, vocab.Staff, match.Key{}, false},
		"no value":                 {[]flow.UserMatchingSetting{setting("badge", "userPrincipalName", "", 0)}, vocab.Students, match.Key{}, false},
		"username":                 {[]flow.UserMatchingSetting{setting("username", "userPrincipalName", "", 0)}, vocab.Students, match.Key{Property: upn, Value: "ana"}, true},
		"username and domain":      {[]flow.UserMatchingSetting{setting("username", "userPrincipalName", "school.example", 0)}, vocab.Students, match.Key{Property: upn, Value: "ana@school.example"}, true},
		"a domain with its sign":   {[]flow.UserMatchingSetting{setting("username", "userPrincipalName", "@school.example", 0)}, vocab.Students, match.Key{Property: upn, Value: "ana@school.example"}, true},
		"a value with its domain":  {[]flow.UserMatchingSetting{setting("email", "mail", "other.example", 0)}, vocab.Students, match.Key{Property: mail, Value: "ana@school.example"}, true},
		"active directory":         {[]flow.UserMatchingSetting{setting("activeDirectoryMatchId", "userPrincipalName", "", 0)}, vocab.Students, match.Key{Property: upn, Value: "ana.ad"}, true},
		"sourcedId":                {[]flow.UserMatchingSetting{setting("identifier", "userPrincipalName", "", 0)}, vocab.Students, match.Key{Property: upn, Value: "p-1"}, true},
		"the lower order counts":   {[]flow.UserMatchingSetting{setting("email", "mail", "", 1), setting("username", "userPrincipalName", "", 0)}, vocab.Students, match.Key{Property: upn, Value: "ana"}, true},
		"of equals the first does": {[]flow.UserMatchingSetting{setting("email", "mail", "", 1), setting("username", "userPrincipalName", "", 1)}, vocab.Students, match.Key{Property: mail, Value: "ana@school.example"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := match.NewRules(test.settings).Key(ana, test.group)
			if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
				t.Errorf("key, %v (-want +got):\n%s", ok, diff)
			}
		})
	}
}
