package activedirectory

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/target/ldapserver"
)

// Target is a domain of Active Directory.
type Target struct {
	*ldapserver.Target
	settings Settings
}

var _ directory.Target = (*Target)(nil)

// Open returns the domain with these settings. It does not connect yet. random is what
// passwords are made from that nobody is to know. The caller MUST close it.
func Open(s Settings, password string, random io.Reader) (*Target, error) {
	s = s.WithDefaults()
	if err := s.Check(); err != nil {
		return nil, err
	}
	return &Target{ldapserver.Open(s.Settings, s.layout(random), password), s}, nil
}

// layout is how users and groups are kept.
func (s Settings) layout(random io.Reader) ldapserver.Layout {
	owners := ldapserver.LinksLayout{Attribute: s.Owners}
	if strings.EqualFold(s.Owners, managedBy) {
		owners.Max = 1
	}
	return ldapserver.Layout{
		Kinds: map[directory.Kind]ldapserver.KindLayout{
			directory.Account: {
				Base: s.People.Base, Place: s.People.Place, Filter: "(&(objectClass=user)(!(objectClass=computer)))", Attributes: s.People.Attributes,
				Classes: append([]string{"top", "person", "organizationalPerson", classOf(directory.Account)}, s.People.Classes...),
				Name:    directory.UserPrincipalName, Naming: commonName, Named: AccountName,
				Holder:   holder(s.People.Attributes[directory.UserPrincipalName], AccountName),
				Enabled:  enabled(),
				Made:     func(string) map[string][]string { return nil },
				Renamed:  func(name string) map[string][]string { return map[string][]string{accountName: {AccountName(name)}} },
				Password: passwords(random, s.ChangePassword),
			},
			directory.ClassGroup: {
				Base: s.Groups.Base, Place: s.Groups.Place, Filter: "(objectClass=group)", Attributes: s.Groups.Attributes,
				Classes: append([]string{"top", classOf(directory.ClassGroup)}, s.Groups.Classes...),
				Name:    directory.MailNickname, Naming: commonName, Named: groupAccountName,
				Holder: holder(commonName, groupAccountName),
				Made:   func(string) map[string][]string { return map[string][]string{groupType: {securityGroup}} },
				Renamed: func(name string) map[string][]string {
					return map[string][]string{accountName: {groupAccountName(name)}}
				},
			},
		},
		Links:      map[directory.Relation]ldapserver.LinksLayout{directory.Member: {Attribute: memberLinks}, directory.Owner: owners},
		ID:         ldapserver.IDLayout{Attribute: "objectGUID", Text: guidText, Filter: guidFilter},
		KeepsLinks: true, MostLinks: s.MostLinks,
	}
}

// mostOfCommonName is how many characters a cn has at most (its rangeUpper).
const mostOfCommonName = 64

// groupAccountName returns the cn and sAMAccountName of a group, which may be longer than that
// of a person.
func groupAccountName(name string) string { return short(name, name, mostOfCommonName) }

// holder returns the filter that finds who has a name, or what is made of it.
func holder(attribute string, made func(string) string) func(string) string {
	return func(name string) string {
		return "(|" + ldapserver.Equals(attribute)(name) + ldapserver.Equals(accountName)(made(name)) + ")"
	}
}

// Probe implements directory.Target. The server says itself what whoever logs in may make
// below a unit, and write to an object ([MS-ADTS] 3.1.1.4.5.5 and 3.1.1.4.5.8).
func (t *Target) Probe(ctx context.Context) ([]directory.Problem, error) {
	problems, err := t.Missing(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range directory.Kinds() {
		more, err := t.rights(ctx, kind)
		if err != nil {
			return nil, err
		}
		problems = append(problems, more...)
	}
	slices.SortStableFunc(problems, func(a, b directory.Problem) int { return strings.Compare(a.Needs, b.Needs) })
	return problems, nil
}

// rights returns which rights are missing to make objects of a kind and to write to them.
func (t *Target) rights(ctx context.Context, kind directory.Kind) ([]directory.Problem, error) {
	layout := t.Layout().Kinds[kind]
	class := classOf(kind)
	unit, there, err := t.Entry(ctx, layout.Base, mayMakeBelow)
	if err != nil || !there {
		return nil, err // that there is none was said
	}
	var problems []directory.Problem
	if !names(unit.GetAttributeValues(mayMakeBelow), class) {
		problems = append(problems, directory.Problem{
			Kind: kind, Verb: directory.Create, Needs: "the right to make objects below " + layout.Base, Proof: directory.Missing,
			Text: fmt.Sprintf("%s may not make objects of the class %s below %s", t.settings.BindDN, class, layout.Base),
		})
	}
	one, err := t.One(ctx, kind, mayWrite)
	if err != nil {
		return nil, err
	}
	if one == nil {
		return append(problems, directory.Problem{
			Kind: kind, Verb: directory.Update, Needs: "the right to write to what is below " + layout.Base, Proof: directory.CannotTell,
			Text: "which attributes " + t.settings.BindDN + " may write shows with the first object below " + layout.Base,
		}), nil
	}
	for property, attribute := range layout.Attributes {
		if attribute != layout.Naming && !names(one.GetAttributeValues(mayWrite), attribute) {
			problems = append(problems, directory.Problem{
				Kind: kind, Verb: directory.Update, Property: property, Needs: "the right to write " + attribute, Proof: directory.Missing,
				Text: fmt.Sprintf("%s may not write the attribute %s of %s, or its class has none", t.settings.BindDN, attribute, one.DN),
			})
		}
	}
	return problems, nil
}

// classOf returns the class that makes an object one of a kind.
func classOf(k directory.Kind) string {
	if k == directory.Account {
		return "user"
	}
	return "group"
}

func names(list []string, name string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, name) })
}
