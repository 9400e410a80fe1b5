package openldap_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
	"rollbook/internal/target/ldapserver"
	"rollbook/internal/target/openldap"
	"rollbook/internal/target/openldap/ldaptest"
	"rollbook/internal/target/targettest"
)

// settings are those with an attribute for everything that the suite writes.
func settings(b ldaptest.Branch) openldap.Settings {
	return openldap.Settings{Lock: "pwdAccountLockedTime", Settings: ldapserver.Settings{
		URL: b.URL, BindDN: ldaptest.Admin,
		People: ldapserver.Branch{Base: b.People, Attributes: map[directory.Property]string{
			directory.ExternalID: "roomNumber", directory.Grade: "departmentNumber", directory.CourseTitle: "title",
		}},
		Groups: ldapserver.Branch{Base: b.Groups, Classes: []string{"extensibleObject"}, Attributes: map[directory.Property]string{
			directory.DisplayName: "displayName", directory.Description: "description", directory.CourseTitle: "title", directory.HasTeam: "employeeType",
		}},
	}}
}

func open(t *testing.T, s openldap.Settings) *openldap.Target {
	t.Helper()
	target, err := openldap.Open(s, ldaptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.Close() })
	return target
}

func TestTarget(t *testing.T) {
	t.Parallel()
	targettest.Run(t, func(t *testing.T) (directory.Target, targettest.Hand) {
		s := settings(ldaptest.Open(t))
		return open(t, s), targettest.HandOf(open(t, s))
	})
}

// Who gets the user name of somebody whom another hand deleted is in none of the groups that
// still lead there, on a server that does not look after its links.
func TestANameThatGroupsStillLeadTo(t *testing.T) {
	t.Parallel()
	b := ldaptest.Open(t)
	target := open(t, settings(b))
	apply := func(c directory.Change) directory.Outcome {
		t.Helper()
		var out directory.Outcome
		c.Seq = 1
		err := target.Apply(t.Context(), func(yield func(directory.Change) bool) { yield(c) }, func(some ...directory.Outcome) error {
			out = some[0]
			return nil
		})
		if err = errors.Join(err, out.Err); err != nil {
			t.Fatal(err)
		}
		return out
	}
	account := func(anchor, name string) directory.Change {
		return directory.Change{
			Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account, Anchor: anchor},
			Set: directory.Values{{Property: directory.UserPrincipalName, Text: name}},
		}
	}
	member := func(anchor string) directory.LinkChange {
		for o, err := range target.Since(t.Context(), "", []directory.Kind{directory.Account}) {
			if err == nil && o.Ref.Anchor == anchor {
				return directory.LinkChange{Link: directory.Link{Relation: directory.Member, To: o.Ref}}
			}
		}
		t.Fatalf("there is no %s", anchor)
		return directory.LinkChange{}
	}
	raw := b.Dial(t)
	for _, how := range []string{"made", "renamed"} {
		gone := apply(account("user_gone"+how, "ana"+how))
		apply(directory.Change{
			Verb: directory.Create, Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: "Section_" + how},
			Set: directory.Values{{Property: directory.MailNickname, Text: "Section_" + how}}, Links: []directory.LinkChange{member("user_gone" + how)},
		})
		if err := raw.Del(ldap.NewDelRequest(gone.Ref.At, nil)); err != nil {
			t.Fatal(err)
		}
		if how == "made" {
			apply(account("user_new", "ANA"+how))
		} else {
			apply(account("user_other", "ben"))
			c := account("user_other", "ana"+how)
			apply(c)
		}
		found, err := raw.Search(ldap.NewSearchRequest("cn=Section_"+how+","+b.Groups, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"member"}, nil))
		if err != nil || len(found.Entries) != 1 {
			t.Fatal(err)
		}
		if got := found.Entries[0].GetAttributeValues("member"); len(got) != 1 || got[0] != "cn=nobody" {
			t.Errorf("%s: the group of who is gone has %v", how, got)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := openldap.Settings{Settings: ldapserver.Settings{
		URL: "ldaps://ldap.school.example", BindDN: "cn=rollbook,dc=school,dc=example",
		People: ldapserver.Branch{Base: "ou=people,dc=school,dc=example"}, Groups: ldapserver.Branch{Base: "ou=groups,dc=school,dc=example"},
	}}.WithDefaults()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*openldap.Settings){
		"no address":                 func(s *openldap.Settings) { s.URL = "" },
		"another scheme":             func(s *openldap.Settings) { s.URL = "https://ldap.school.example" },
		"a password in the clear":    func(s *openldap.Settings) { s.URL = "ldap://ldap.school.example" },
		"no base":                    func(s *openldap.Settings) { s.People.Base = "" },
		"a base that is no DN":       func(s *openldap.Settings) { s.Groups.Base = "groups" },
		"an authority that is none":  func(s *openldap.Settings) { s.CA = "nonsense" },
		"a placeholder that is none": func(s *openldap.Settings) { s.Placeholders = []string{"nobody"} },
		"an attribute for two": func(s *openldap.Settings) {
			s.People.Attributes = map[directory.Property]string{directory.Mail: "mail", directory.Grade: "MAIL"}
		},
	} {
		s := good
		if spoil(&s); s.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
	clear := good
	if clear.URL, clear.StartTLS = "ldap://ldap.school.example", true; clear.Check() != nil {
		t.Errorf("StartTLS: %v", clear.Check())
	}
}

// What is missing is named, and what cannot be told is said to be so.
func TestProbe(t *testing.T) {
	t.Parallel()
	s := settings(ldaptest.Open(t))
	s.People.Base = "ou=nowhere," + ldaptest.Suffix
	s.Groups.Classes = []string{"schoolClass"}
	s.Groups.Attributes[directory.ClassCode] = "classCode"
	problems, err := open(t, s).Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, p := range problems {
		if p.Proof == directory.Missing {
			missing[p.Needs] = true
		}
	}
	for _, want := range []string{s.People.Base, "schoolClass", "classCode"} {
		if !missing[want] {
			t.Errorf("nothing is said of %s: %+v", want, problems)
		}
		delete(missing, want)
	}
	if len(missing) > 0 {
		t.Errorf("these are there: %v", missing)
	}
}

// A server that cannot be reached, or refuses the login, is an error of everything, and
// every change that was read has an outcome.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	b := ldaptest.Open(t)
	down := settings(b)
	down.URL = "ldap://127.0.0.1:1"
	refused, err := openldap.Open(settings(b), "another password")
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]*openldap.Target{"down": open(t, down), "refused": refused} {
		if _, err := target.Probe(t.Context()); err == nil {
			t.Errorf("%s: it was probed", name)
		}
		for _, err := range target.Since(t.Context(), "", directory.Kinds()) {
			if err == nil {
				t.Errorf("%s: something was read", name)
			}
		}
		var outcomes []directory.Outcome
		c := directory.Change{Seq: 1, Verb: directory.Delete, Ref: directory.Ref{Kind: directory.Account, ID: "00000000-0000-7000-8000-00000000dead"}}
		err := target.Apply(t.Context(), func(yield func(directory.Change) bool) { yield(c) }, func(some ...directory.Outcome) error {
			outcomes = append(outcomes, some...)
			return nil
		})
		var busy directory.Busy
		if err == nil || len(outcomes) != 1 || !errors.As(outcomes[0].Err, &busy) {
			t.Errorf("%s: %+v, %v", name, outcomes, err)
		}
	}
}

// A unit that vanished is named, and every change has an outcome.
func TestTheUnitVanished(t *testing.T) {
	t.Parallel()
	b := ldaptest.Open(t)
	target := open(t, settings(b))
	if err := b.Dial(t).Del(ldap.NewDelRequest(b.People, nil)); err != nil {
		t.Fatal(err)
	}
	c := directory.Change{
		Seq: 1, Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account, Anchor: "user_ana"},
		Set: directory.Values{{Property: directory.UserPrincipalName, Text: "ana@school.example"}},
	}
	var outcomes []directory.Outcome
	err := target.Apply(t.Context(), func(yield func(directory.Change) bool) { yield(c) }, func(some ...directory.Outcome) error {
		outcomes = append(outcomes, some...)
		return nil
	})
	if len(outcomes) != 1 || outcomes[0].State != directory.Failed {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	if text := errors.Join(err, outcomes[0].Err).Error(); !strings.Contains(text, b.People) {
		t.Errorf("%q does not name the unit", text)
	}
}
