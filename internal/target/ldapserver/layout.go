package ldapserver

import (
	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// Layout says how a kind of server keeps accounts and class groups.
type Layout struct {
	Kinds map[directory.Kind]KindLayout
	Links map[directory.Relation]LinksLayout
	ID    IDLayout
	// Placeholders are the DNs that stand for nobody where a group must have a member.
	// The first one is written; others are only left out when groups are read. Without
	// any, a group may have no member.
	Placeholders []string
	// KeepsLinks says that the server itself has groups follow accounts that are renamed or
	// deleted.
	KeepsLinks bool
	// MostLinks is how many links one call may change; 0 for any number.
	MostLinks int
}

// KindLayout says how objects of a kind are kept.
type KindLayout struct {
	Base string // the DN below which they are
	// Place returns the DN of the unit in which an object with some values is.
	Place   func(directory.Values) string
	Filter  string // that finds them
	Classes []string
	// Attributes are those in which the values of an object are kept, by property.
	Attributes map[directory.Property]string
	// Name is the property that names an object. Named returns what it is called by the
	// server, of which the attribute Naming is the first part of its DN.
	Name   directory.Property
	Naming string
	Named  func(name string) string
	// Holder is the filter that finds who has a name, or what a name becomes.
	Holder func(name string) string
	// Enabled says how an object is disabled; nil where it cannot be.
	Enabled *SwitchLayout
	// Substitutes are values that an object must have and that stand for none, by
	// property; they are the same as what the object is called.
	Substitutes map[directory.Property]bool
	// Made returns what a new object has beside its values, and Renamed what follows the
	// name of one.
	Made    func(name string) map[string][]string
	Renamed func(name string) map[string][]string
	// Password returns what a new account with an initial password has beside; without
	// one there is none.
	Password func(initial string) (map[string][]string, error)
}

// LinksLayout says how links of a relation are kept.
type LinksLayout struct {
	Attribute string
	// Max is how many an object has at most; 0 for any number.
	Max int
}

// IDLayout is the identity of objects.
type IDLayout struct {
	Attribute string
	Text      func(raw []byte) string
	// Filter returns the value that a filter looks for, escaped.
	Filter func(text string) string
}

// SwitchLayout says how an object is disabled.
type SwitchLayout struct {
	Attribute string
	On        func(value string) bool
	// Value returns what the attribute becomes, "" for none.
	Value func(on bool, before string) string
}

// Layout returns how the directory keeps accounts and class groups.
func (t *Target) Layout() Layout { return t.layout }

// kind returns how objects of a kind are kept.
func (l Layout) kind(k directory.Kind) KindLayout { return l.Kinds[k] }

// rdn returns the first part of the DN of an object with a name.
func (k KindLayout) rdn(name string) string {
	return k.Naming + "=" + ldap.EscapeDN(k.Named(name))
}

// isName reports whether a name is nothing but the first part of a DN.
func (k KindLayout) isName() bool { return k.Attributes[k.Name] == k.Naming }
