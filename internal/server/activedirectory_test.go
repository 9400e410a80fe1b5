package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/server"
	"rollbook/internal/target/activedirectory/adtest"
	"rollbook/internal/target/ldapserver"
)

// A district gets its accounts and groups into Active Directory: the first plan waits, nights
// follow, what a hand did is put right, and a night is taken back.
func TestActiveDirectory(t *testing.T) {
	t.Parallel()
	b := adtest.Open(t)
	s := newDistrict(t, testConfig(t))
	_, err := s.parts.AddActiveDirectory(t.Context(), "ad", server.ActiveDirectorySettings{Settings: ldapserver.Settings{
		URL: b.URL, CA: b.CA, BindDN: adtest.Admin, People: server.Branch{Base: b.People}, Groups: server.Branch{Base: b.Groups},
	}}, adtest.Password, nil)
	if err != nil {
		t.Fatal(err)
	}
	members := func() string {
		found, err := b.Dial(t).Search(ldap.NewSearchRequest(b.Groups, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(cn=Section_k-201)", []string{"member"}, nil))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range found.Entries {
			for _, dn := range e.GetAttributeValues("member") {
				name, _, _ := strings.Cut(strings.TrimPrefix(dn, "CN="), ",")
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	s.firstNights(directoryOfOnesOwn{members, func() {
		byHand := ldap.NewModifyRequest("CN=Section_k-201,"+b.Groups, nil)
		byHand.Delete("member", []string{"CN=cchen27," + b.People})
		if err := b.Dial(t).Modify(byHand); err != nil {
			t.Fatal(err)
		}
	}})
}
