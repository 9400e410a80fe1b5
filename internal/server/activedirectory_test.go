package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/ledger"
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
	first := s.ldap()
	if first.Held == nil || members() != "" {
		t.Fatalf("the first plan: %+v; there is %q", first.Held, members())
	}
	s.approve(first.Held.Plan)
	all := "aarcon27 bbell27 cchen27 ddiallo27 eevans27 ffaure27 peter.quinn"
	if got := members(); got != all {
		t.Errorf("k-201 has %q, want %q", got, all)
	}
	if again := s.ldap(); again.Plan.Effects() > 0 || again.Held != nil {
		t.Errorf("the same feed again plans %+v", again.Plan)
	}
	s.edit("enrollments.csv", "k-201,p-2001,student\n", "")
	s.edit("users.csv", "bbell27", "bbell28")
	night := s.ldap()
	if diff := cmp.Diff(ledger.Counts{Accounts: ledger.ObjectCounts{Update: 1}, Memberships: ledger.LinkCounts{Remove: 1}}, night.Plan.Counts); diff != "" {
		t.Errorf("the night (-want +got):\n%s", diff)
	}
	if got := members(); got != "bbell28 cchen27 ddiallo27 eevans27 ffaure27 peter.quinn" {
		t.Errorf("k-201 has %q after the night", got)
	}
	byHand := ldap.NewModifyRequest("CN=Section_k-201,"+b.Groups, nil)
	byHand.Delete("member", []string{"CN=cchen27," + b.People})
	if err := b.Dial(t).Modify(byHand); err != nil {
		t.Fatal(err)
	}
	if fixed := s.ldap(); fixed.Plan.Memberships.Add != 1 || !strings.Contains(members(), "cchen27") {
		t.Errorf("what a hand took out is not put right: %+v", fixed.Plan)
	}
	back, err := s.parts.Rollback(t.Context(), ledger.Undoing{Run: night.Run.ID}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.approve(back.Plan.ID)
	if got := members(); got != all {
		t.Errorf("k-201 has %q once the night was rolled back, want %q", got, all)
	}
	if again := s.ldap(); again.Plan.Effects() > 0 {
		t.Errorf("the night after plans %+v", again.Plan)
	}
}
