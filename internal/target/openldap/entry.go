package openldap

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// entry is an object as the server has it.
type entry struct {
	*ldap.Entry
	kind directory.Kind
}

func (e entry) id() string { return e.GetAttributeValue(entryID) }

// wanted are the attributes that are read of objects of a kind.
func (s Settings) wanted(k directory.Kind) []string {
	names := []string{entryID}
	for _, attribute := range s.branch(k).Attributes {
		names = append(names, attribute)
	}
	if k == directory.Account && s.Lock != "" {
		names = append(names, s.Lock)
	}
	for _, relation := range k.Relations() {
		names = append(names, linksOf(relation))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// values returns the values of an object. A person without a family name has the user name
// in its place, as there must be one.
func (s Settings) values(e entry) directory.Values {
	var values directory.Values
	for property, attribute := range s.branch(e.kind).Attributes {
		text := e.GetAttributeValue(attribute)
		if text == "" || e.kind == directory.Account && attribute == familyName && text == e.GetAttributeValue(personName) {
			continue
		}
		values = values.With(property, text)
	}
	if e.kind == directory.Account && s.Lock != "" {
		values = values.With(directory.AccountEnabled, truth(e.GetAttributeValue(s.Lock) == ""))
	}
	return values
}

func truth(is bool) string {
	if is {
		return directory.True
	}
	return directory.False
}

// ref returns how an object is named.
func (s Settings) ref(e entry) directory.Ref {
	return directory.Ref{Kind: e.kind, Anchor: e.GetAttributeValue(s.branch(e.kind).Attributes[directory.Anchor]), ID: e.id(), At: e.DN}
}

// object returns an object without its links.
func (s Settings) object(e entry) directory.Object {
	o := directory.Object{Ref: s.ref(e), Values: s.values(e)}
	if enabled, told := o.Values.Get(directory.AccountEnabled); told && enabled == directory.False {
		o.State = directory.Disabled
	}
	return o
}

// isPlaceholder reports whether a DN stands for nobody.
func (s Settings) isPlaceholder(dn string) bool {
	return slices.ContainsFunc(s.Placeholders, func(p string) bool { return canonical(p) == canonical(dn) })
}

// links returns whom a group is linked to. Who is nobody of ours is told without a kind; a
// DN below the people at which there is nobody any more leads nowhere.
func (t *Target) links(e entry) []directory.Link {
	var links []directory.Link
	for _, relation := range e.kind.Relations() {
		for _, dn := range e.GetAttributeValues(linksOf(relation)) {
			id, known := t.people.id(dn)
			switch {
			case known:
				links = append(links, directory.Link{Relation: relation, To: directory.Ref{Kind: relation.To(), ID: id, At: dn}})
			case t.settings.isPlaceholder(dn), below(dn, t.settings.People.Base):
			default:
				links = append(links, directory.Link{Relation: relation, To: directory.Ref{ID: dn, At: dn}})
			}
		}
	}
	return links
}

// below reports whether a DN stands below another one.
func below(dn, base string) bool {
	return strings.HasSuffix(canonical(dn), ","+canonical(base))
}
