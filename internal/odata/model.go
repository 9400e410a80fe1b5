package odata

import (
	"fmt"
	"strings"
)

// Type describes an entity type or a complex type. The upper fields declare it;
// NewModel works out the rest.
type Type struct {
	Name     string // qualified: microsoft.graph.industryData.roleGroup
	Base     string // qualified; "" for none
	Abstract bool
	Complex  bool // has no key of its own

	// Set is the name of the entity set that holds its entities, which a binding
	// must lead to; "" where bindings are not meant.
	Set string

	// Tagged types are written with their "@odata.type" also where the place
	// they stand in leaves no doubt.
	Tagged bool

	Properties []Property // its own, without inherited ones

	// Extra are members of its own that few entities have: they are written where
	// they are asked for by name, and cost nothing where they are not there.
	Extra []Property

	// Open returns the member of a name that is none of the others, and nil for a
	// name that does not exist. It applies to derived types too. May be nil.
	Open func(name string) *Property

	// Normalize brings an object that was just read into the form that the rest
	// of the program knows. It applies to derived types too. May be nil.
	Normalize func(*Object) error

	base    *Type
	derived bool                 // other types derive from it
	members []Property           // inherited ones first
	index   map[string]int       // into members, by name in lower case
	extras  map[string]*Property // by name in lower case, inherited ones too
}

// Property describes a member of a Type: a property, or a navigation to
// another entity.
type Property struct {
	Name       string
	Type       string // Edm.String, Edm.Boolean, Edm.Int32, Edm.Int64, Edm.Guid, Edm.Date, Edm.DateTimeOffset, or qualified
	Collection bool
	Nullable   bool
	Navigation bool // to an entity of Type; comes in as a binding
	Contained  bool // a navigation to what exists within this entity only
	Rule       Rule

	// Refused is why nobody can give the property a value; "" where that can be.
	// Passes is the one text that is passed over anyway, as it says what is so.
	Refused, Passes string

	// KeptAs is what the value is called where it is stored; it says something to
	// whoever stores it.
	KeptAs string

	structure *Type
	enum      *Enum
	label     string // the quoted name and a colon
}

// Rule says what callers may do with a property. The zero Rule is that of a
// property that may be left out, and may be changed.
type Rule uint8

// The rules, which may be combined.
const (
	Required   Rule = 1 << iota // MUST be given when an entity is created
	Immutable                   // cannot change after that
	ServerSet                   // what callers say about it is ignored
	WriteOnly                   // is not written at all
	Sealed                      // a secret: sealed as it is read, masked when it is written
	Quiet                       // is left out when it has no value and was not asked for by name, rather than written as null
	Volatile                    // changes by itself, as time passes or other entities change
	Repeatable                  // may be repeated although it is Refused; whoever takes the body compares
)

// Enum is an enumeration. Its members are written as they are here.
type Enum struct {
	Name    string
	Members []string // without unknownFutureValue, which ends each but never goes over the wire
	First   int      // the number of the first member; the others follow it
}

// Alias is a short name of a namespace, which may stand for it wherever a type, an
// action or a function is named (OData CSDL XML 4.0 section 5.1.2).
type Alias struct{ Name, Namespace string }

// Model is a table of types. It does not change once made.
type Model struct {
	aliases []Alias

	order []*Type          // as declared
	types map[string]*Type // by qualified name in lower case
	enums map[string]*Enum // by qualified name
	lists []*Enum          // as declared
}

// NewModel makes a model of the types and checks that what they refer to is there.
func NewModel(types []Type, enums []Enum, aliases ...Alias) (*Model, error) {
	m := &Model{aliases: aliases, types: map[string]*Type{}, enums: map[string]*Enum{}}
	for i := range enums {
		m.enums[enums[i].Name] = &enums[i]
		m.lists = append(m.lists, &enums[i])
	}
	for i := range types {
		t := types[i]
		m.types[strings.ToLower(t.Name)] = &t
		m.order = append(m.order, &t)
	}
	for _, t := range m.order {
		if t.Base == "" {
			continue
		}
		t.base = m.Type(t.Base)
		if t.base == nil {
			return nil, fmt.Errorf("type %s: base %s is not in the model", t.Name, t.Base)
		}
		t.base.derived = true
	}
	for _, t := range m.order {
		if err := m.resolve(t); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Type returns the type of the qualified name, and nil for none. Letter case
// does not matter, and an alias may stand for the namespace.
func (m *Model) Type(name string) *Type {
	if t, ok := m.types[name]; ok {
		return t
	}
	return m.types[strings.ToLower(m.unaliased(name))]
}

// unaliased returns a qualified name with its namespace in place of an alias.
func (m *Model) unaliased(name string) string {
	for _, a := range m.aliases {
		if len(name) > len(a.Name) && name[len(a.Name)] == '.' && strings.EqualFold(name[:len(a.Name)], a.Name) {
			return a.Namespace + name[len(a.Name):]
		}
	}
	return name
}

// TypeOf returns the type of a structured member, and nil where there is none
// of that name.
func (m *Model) TypeOf(t *Type, member string) *Type {
	if p := m.find(t, member); p != nil {
		return p.structure
	}
	return nil
}

func (m *Model) resolve(t *Type) error {
	if t.members != nil {
		return nil
	}
	t.members, t.index = []Property{}, map[string]int{}
	if t.base != nil {
		if err := m.resolve(t.base); err != nil {
			return err
		}
		t.members = append(t.members, t.base.members...)
		if t.Normalize == nil {
			t.Normalize = t.base.Normalize
		}
	}
	for _, p := range t.Properties {
		if err := m.resolveProperty(&p); err != nil {
			return fmt.Errorf("type %s: %w", t.Name, err)
		}
		t.members = append(t.members, p)
	}
	for i, p := range t.members {
		t.index[strings.ToLower(p.Name)] = i
	}
	if err := m.resolveExtras(t); err != nil {
		return fmt.Errorf("type %s: %w", t.Name, err)
	}
	return nil
}

func (m *Model) resolveProperty(p *Property) error {
	p.label = `"` + p.Name + `":`
	if strings.HasPrefix(p.Type, "Edm.") {
		return nil
	}
	p.enum = m.enums[p.Type]
	p.structure = m.Type(p.Type)
	if p.enum == nil && p.structure == nil {
		return fmt.Errorf("property %s: type %s is not in the model", p.Name, p.Type)
	}
	return nil
}

// Is reports whether t is the type or derives from it.
func (t *Type) Is(of *Type) bool {
	for ; t != nil; t = t.base {
		if t == of {
			return true
		}
	}
	return false
}

// polymorphic reports whether a place of this type may hold several types.
func (t *Type) polymorphic() bool { return t.Abstract || t.derived }

func (t *Type) position(name string) int {
	for i := range t.members {
		if t.members[i].Name == name {
			return i
		}
	}
	return -1
}

// member returns the property of the name, whatever its letter case.
func (t *Type) member(name string) (int, *Property) {
	i, ok := t.index[name]
	if !ok {
		if i, ok = t.index[strings.ToLower(name)]; !ok {
			return -1, nil
		}
	}
	return i, &t.members[i]
}

// family returns t and the types that derive from it.
func (m *Model) family(t *Type) []*Type {
	if !t.derived {
		return []*Type{t}
	}
	var all []*Type
	for _, d := range m.order {
		if d.Is(t) {
			all = append(all, d)
		}
	}
	return all
}

func (e *Enum) member(name string) (string, bool) {
	for _, m := range e.Members {
		if strings.EqualFold(m, name) {
			return m, true
		}
	}
	return "", false
}

// ShortName returns the name of the type without its namespace.
func (t *Type) ShortName() string { return t.Name[strings.LastIndexByte(t.Name, '.')+1:] }

// Types returns the types in the order in which they were declared.
func (m *Model) Types() []*Type { return m.order }

// Enums returns the enumerations in the order in which they were declared.
func (m *Model) Enums() []*Enum { return m.lists }
