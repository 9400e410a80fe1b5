package ldapserver

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

func (l Layout) id(e entry) string { return l.ID.Text(e.GetRawAttributeValue(l.ID.Attribute)) }

// byID is the filter that finds the object with an ID.
func (l Layout) byID(id string) string { return "(" + l.ID.Attribute + "=" + l.ID.Filter(id) + ")" }

// Equals returns the filter that finds objects by the value of an attribute.
func Equals(attribute string) func(string) string {
	return func(value string) string { return "(" + attribute + "=" + ldap.EscapeFilter(value) + ")" }
}

// wanted are the attributes that are read of objects of a kind.
func (l Layout) wanted(k directory.Kind) []string {
	names := []string{l.ID.Attribute, l.kind(k).Naming}
	for _, attribute := range l.kind(k).Attributes {
		names = append(names, attribute)
	}
	if enabled := l.kind(k).Enabled; enabled != nil {
		names = append(names, enabled.Attribute)
	}
	for _, relation := range k.Relations() {
		names = append(names, l.Links[relation].Attribute)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// values returns the values of an object, without those that stand for none.
func (l Layout) values(e entry) directory.Values {
	var values directory.Values
	kind := l.kind(e.kind)
	for property, attribute := range kind.Attributes {
		text := e.GetAttributeValue(attribute)
		if text == "" || kind.Substitutes[property] && text == e.GetAttributeValue(kind.Naming) {
			continue
		}
		values = values.With(property, text)
	}
	if kind.Enabled != nil {
		values = values.With(directory.AccountEnabled, truth(kind.Enabled.On(e.GetAttributeValue(kind.Enabled.Attribute))))
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
func (l Layout) ref(e entry) directory.Ref {
	return directory.Ref{Kind: e.kind, Anchor: e.GetAttributeValue(l.kind(e.kind).Attributes[directory.Anchor]), ID: l.id(e), At: e.DN}
}

// object returns an object without its links.
func (l Layout) object(e entry) directory.Object {
	o := directory.Object{Ref: l.ref(e), Values: l.values(e)}
	if enabled, told := o.Values.Get(directory.AccountEnabled); told && enabled == directory.False {
		o.State = directory.Disabled
	}
	return o
}

// isPlaceholder reports whether a DN stands for nobody.
func (l Layout) isPlaceholder(dn string) bool {
	return slices.ContainsFunc(l.Placeholders, func(p string) bool { return canonical(p) == canonical(dn) })
}

// links returns whom a group is linked to. Who is nobody of ours is told without a kind; a
// DN below the people at which there is nobody any more leads nowhere.
func (t *Target) links(e entry) []directory.Link {
	var links []directory.Link
	for _, relation := range e.kind.Relations() {
		for _, dn := range e.GetAttributeValues(t.layout.Links[relation].Attribute) {
			id, known := t.people.id(dn)
			switch {
			case known:
				links = append(links, directory.Link{Relation: relation, To: directory.Ref{Kind: relation.To(), ID: id, At: dn}})
			case t.layout.isPlaceholder(dn), below(dn, t.layout.kind(directory.Account).Base):
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
