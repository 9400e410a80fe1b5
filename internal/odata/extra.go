package odata

import (
	"slices"
	"strings"
)

// extra is a member of an object that most objects of the type do not have.
type extra struct {
	property *Property
	value    Value
}

// Rest has the members of an object beyond those that its type always has. They
// are worked out where they are asked for, which is rarely.
type Rest interface {
	// Value returns the value of a property, absent where there is none.
	Value(p *Property) Value

	// Names returns the names of those that are kept for the object, each once, in
	// an order that stays.
	Names() []string
}

// resolveExtras works out the members beyond the others, those of the base type
// among them.
func (m *Model) resolveExtras(t *Type) error {
	t.extras = map[string]*Property{}
	if t.base != nil {
		for name, p := range t.base.extras {
			t.extras[name] = p
		}
		if t.Open == nil {
			t.Open = t.base.Open
		}
	}
	for i := range t.Extra {
		p := &t.Extra[i]
		p.label = `"` + p.Name + `":`
		if p.Refused == "" {
			if err := m.resolveProperty(p); err != nil {
				return err
			}
		}
		t.extras[strings.ToLower(p.Name)] = p
	}
	return nil
}

// extra returns the member of the name that is none of the type's members, and
// nil for none.
func (t *Type) extra(name string) *Property {
	if p := t.extras[strings.ToLower(name)]; p != nil {
		return p
	}
	if t.Open == nil {
		return nil
	}
	p := t.Open(name)
	if p != nil {
		p.label = `"` + p.Name + `":`
	}
	return p
}

// any returns the property of the name, whatever its letter case: of the members
// and of those beyond them.
func (t *Type) any(name string) *Property {
	if _, p := t.member(name); p != nil {
		return p
	}
	return t.extra(name)
}

func (o *Object) extraValue(name string) Value {
	for i := range o.extras {
		if o.extras[i].property.Name == name {
			return o.extras[i].value
		}
	}
	if o.Rest == nil {
		return Value{}
	}
	if p := o.Type.extra(name); p != nil {
		return o.Rest.Value(p)
	}
	return Value{}
}

// put gives the property a value.
func (o *Object) put(p *Property, v Value) {
	if i := o.Type.position(p.Name); i >= 0 {
		o.fields[i] = v
		return
	}
	for i := range o.extras {
		if o.extras[i].property.Name == p.Name {
			o.extras[i].value = v
			return
		}
	}
	o.extras = append(o.extras, extra{p, v})
}

// Extras calls each for every member that the object has beyond those that its
// type always has: those that were set, and those that Rest has.
func (o *Object) Extras(each func(p *Property, v Value)) {
	for i := range o.extras {
		each(o.extras[i].property, o.extras[i].value)
	}
	if o.Rest == nil {
		return
	}
	for _, name := range o.Rest.Names() {
		if p := o.Type.extra(name); p != nil {
			each(p, o.Rest.Value(p))
		}
	}
}

// appendExtras appends the members beyond the others: those that were asked for
// by name, and in a record all that have a value.
func (e *Encoder) appendExtras(dst []byte, o *Object, selected []string) []byte {
	if e.references {
		o.Extras(func(p *Property, v Value) { dst = e.member(dst, p, &v) })
		return dst
	}
	for _, name := range selected {
		if o.Type.position(name) >= 0 {
			continue
		}
		if p := o.Type.extra(name); p != nil {
			v := o.extraValue(p.Name)
			dst = e.member(dst, p, &v)
		}
	}
	return dst
}

// AppendJSON appends the value of a property as JSON.
func (p *Property) AppendJSON(dst []byte, v Value) []byte {
	return new(Encoder).value(dst, p, &v)
}

// ParseJSON reads what AppendJSON wrote of a value of the property.
func (p *Property) ParseJSON(text string) (Value, error) {
	n, err := parseJSON([]byte(text))
	if err != nil {
		return Value{}, err
	}
	return new(Payload).value(n, p, p.Name)
}

// refused refuses what a property cannot be given, with the reason. What says
// nothing, or what is so anyway, is passed over: clients send back what they read.
func (p *Property) refused(n node, t *Type, at string) error {
	if n.says(p.Passes) {
		return nil
	}
	return BadRequest(InnerNotSupported, at, "The property '%s' of '%s' cannot be set here: %s.", at, t.Name, p.Refused)
}

// says reports whether a value is empty or false, or is the text.
func (n node) says(text string) bool {
	switch n.kind {
	case 'n', 'f':
		return true
	case '"':
		return n.text == "" || text != "" && strings.EqualFold(n.text, text)
	case '[':
		return len(n.items) == 0
	case '{':
		return len(n.members) == 0
	default: // no other token begins a value that is kept
	}
	return false
}

// untyped is the type of a member whose values can be of several types: text, a
// number, true or false, or several texts.
const untyped = "Edm.Untyped"

// anyValue reads a value that says its type itself.
func anyValue(n node, at string) (Value, error) {
	switch n.kind {
	case '"':
		return Text(n.text), nil
	case 't', 'f':
		return Bool(n.kind == 't'), nil
	case '0':
		return integer(n, 64, at)
	case '[':
		return textsOnly(n.items, at)
	default: // no other token is a plain value
	}
	return Value{}, wrongKind(n, "a string, an integer, true or false, or an array of strings", at)
}

func textsOnly(items []node, at string) (Value, error) {
	list := make([]Value, len(items))
	for i, item := range items {
		if item.kind != '"' {
			return Value{}, wrongKind(item, "an array of strings", at)
		}
		list[i] = Text(item.text)
	}
	return List(list), nil
}

// Declared returns the properties of the type that $metadata has, without
// inherited ones: of those beyond the members all that can have a value, unless an
// open type has them anyway.
func (t *Type) Declared() []Property {
	declared := slices.Clone(t.Properties)
	for _, p := range t.Extra {
		if p.Refused == "" && p.Type != untyped && (t.Open == nil || t.Open(p.Name) == nil) {
			declared = append(declared, p)
		}
	}
	return declared
}

// All returns the members of the type, inherited ones first.
func (t *Type) All() []Property { return t.members }

// Structure returns the type of structured values of the property, and nil for a
// property of another type.
func (p *Property) Structure() *Type { return p.structure }
