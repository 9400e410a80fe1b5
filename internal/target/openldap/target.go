package openldap

import (
	"context"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
	"rollbook/internal/target/ldapserver"
)

// Target is a directory of OpenLDAP's kind.
type Target struct {
	*ldapserver.Target
	settings Settings
}

var _ directory.Target = (*Target)(nil)

// Open returns the directory with these settings. It does not connect yet. The caller
// MUST close it.
func Open(s Settings, password string) (*Target, error) {
	s = s.WithDefaults()
	if err := s.Check(); err != nil {
		return nil, err
	}
	return &Target{ldapserver.Open(s.Settings, s.layout(), password), s}, nil
}

// Probe implements directory.Target. Whether there is the right to write, the server tells
// only who writes.
func (t *Target) Probe(ctx context.Context) ([]directory.Problem, error) {
	problems, err := t.Missing(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range directory.Kinds() {
		base := t.Layout().Kinds[kind].Base
		problems = append(problems, directory.Problem{
			Kind: kind, Verb: directory.Create, Needs: "the right to write below " + base, Proof: directory.CannotTell,
			Text: "whether " + t.settings.BindDN + " may write below " + base + " shows with the first change",
		})
	}
	slices.SortStableFunc(problems, func(a, b directory.Problem) int { return strings.Compare(a.Needs, b.Needs) })
	return problems, nil
}

// layout is how inetOrgPersons and groupOfNames are kept.
func (s Settings) layout() ldapserver.Layout {
	same := func(name string) string { return name }
	nothing := func(string) map[string][]string { return nil }
	people := ldapserver.KindLayout{
		Base: s.People.Base, Place: s.People.Place, Filter: "(objectClass=inetOrgPerson)", Attributes: s.People.Attributes,
		Classes: append([]string{"top", "person", "organizationalPerson", "inetOrgPerson"}, s.People.Classes...),
		Name:    directory.UserPrincipalName, Naming: personName, Named: same, Holder: ldapserver.Equals(personName),
		Substitutes: map[directory.Property]bool{directory.Surname: true},
		Made:        func(name string) map[string][]string { return map[string][]string{familyName: {name}} },
		Renamed:     func(name string) map[string][]string { return map[string][]string{commonName: {name}} },
		Password:    s.password,
	}
	if s.Lock != "" {
		people.Enabled = &ldapserver.SwitchLayout{
			Attribute: s.Lock,
			On:        func(value string) bool { return value == "" },
			Value: func(on bool, _ string) string {
				if on {
					return ""
				}
				return locked
			},
		}
	}
	groups := ldapserver.KindLayout{
		Base: s.Groups.Base, Place: s.Groups.Place, Filter: "(objectClass=groupOfNames)", Attributes: s.Groups.Attributes,
		Classes: append([]string{"top", "groupOfNames"}, s.Groups.Classes...),
		Name:    directory.MailNickname, Naming: groupName, Named: same, Holder: ldapserver.Equals(groupName),
		Made: nothing, Renamed: nothing,
	}
	return ldapserver.Layout{
		Kinds: map[directory.Kind]ldapserver.KindLayout{directory.Account: people, directory.ClassGroup: groups},
		Links: map[directory.Relation]ldapserver.LinksLayout{directory.Member: {Attribute: memberLinks}, directory.Owner: {Attribute: ownerLinks}},
		ID: ldapserver.IDLayout{
			Attribute: "entryUUID", // RFC 4530
			Text:      func(raw []byte) string { return string(raw) },
			Filter:    ldap.EscapeFilter,
		},
		Placeholders: s.Placeholders, KeepsLinks: s.KeepsLinks,
	}
}

// password is what a new account has beside with an initial password.
func (s Settings) password(initial string) (map[string][]string, error) {
	if initial == "" {
		return nil, nil
	}
	attributes := map[string][]string{password: {initial}}
	if s.ChangePassword {
		attributes[mustChange] = []string{"TRUE"}
	}
	return attributes, nil
}
