package odata

import (
	"net/url"
	"strings"
)

// binding reads "name@odata.bind" into the navigation of the name.
func (p *Payload) binding(o *Object, name string, m namedNode, path string) error {
	i, property := o.Type.member(name)
	at := join(path, m.name)
	if x := o.Type.extra(name); property == nil && x != nil && x.Navigation {
		return x.refused(m.node, o.Type, at)
	}
	if property == nil || !property.Navigation {
		return BadRequest(InnerUnknownMember, at, "The navigation property '%s' does not exist on type '%s'.", join(path, name), o.Type.Name)
	}
	if property.Rule&ServerSet != 0 {
		return nil
	}
	if m.kind == 'n' && property.Nullable {
		o.fields[i] = Null()
		return nil
	}
	var err error
	if property.Collection {
		o.fields[i], err = p.bindAll(property.structure, m, at)
	} else {
		o.fields[i], err = p.bind(property.structure, m.node, at)
	}
	return err
}

// bind reads the address of an entity of the type.
func (p *Payload) bind(t *Type, n node, at string) (Value, error) {
	if n.kind != '"' {
		return Value{}, BadRequest(InnerInvalidBinding, at, "'%s' must be the address of one entity.", at)
	}
	key, err := p.model.referred(t, n.text, at)
	return Reference(key), err
}

// referred returns the key of the entity of the type that an address leads to.
func (m *Model) referred(t *Type, address, at string) (string, error) {
	set, key, ok := splitReference(address)
	if !ok {
		return "", BadRequest(InnerInvalidBinding, at, "'%s' is not the address of an entity; it must end in a collection and a key.", address)
	}
	if !m.inSet(t, set) {
		return "", BadRequest(InnerInvalidBinding, at, "'%s' must lead to an entity of type '%s', not to one of '%s'.", at, t.Name, set)
	}
	return canonicalKey(key), nil
}

// bindAll reads the addresses of several entities.
func (p *Payload) bindAll(t *Type, m namedNode, at string) (Value, error) {
	if m.kind != '[' {
		return Value{}, BadRequest(InnerInvalidBinding, at, "'%s' must be an array of addresses of entities.", at)
	}
	list := make([]Value, len(m.items))
	for i, item := range m.items {
		var err error
		if list[i], err = p.bind(t, item, at); err != nil {
			return Value{}, err
		}
	}
	return List(list), nil
}

// Reference returns the key of the entity of the type, or of one that derives
// from it, that a payload names by "@odata.id": the body of a POST to $ref.
func (p *Payload) Reference(t *Type) (string, error) {
	for _, m := range p.root.members {
		if strings.EqualFold(m.name, "@odata.id") {
			v, err := p.bind(t, m.node, "@odata.id")
			return v.text, err
		}
	}
	return "", BadRequest(InnerRequired, "@odata.id", "The property '@odata.id' is required.")
}

// splitReference returns the collection and the key at the end of an address,
// which may be absolute or relative. Its host says nothing: clients send the
// addresses of the service they were written for.
func splitReference(address string) (set, key string, ok bool) {
	address, _, _ = strings.Cut(address, "?")
	u, err := url.Parse(address)
	if err != nil {
		return "", "", false
	}
	segments, err := ParsePath(u.EscapedPath())
	if err != nil || len(segments) == 0 {
		return "", "", false
	}
	last := segments[len(segments)-1]
	if last.HasKey {
		return last.Name, last.Key, last.Key != ""
	}
	if len(segments) < 2 || last.Parens {
		return "", "", false
	}
	return segments[len(segments)-2].Name, last.Name, true
}

// inSet reports whether the entity set of the name holds entities of the type,
// or of types that derive from it.
func (m *Model) inSet(t *Type, name string) bool {
	for _, candidate := range m.family(t) {
		for ; candidate != nil; candidate = candidate.base {
			if strings.EqualFold(candidate.Set, name) {
				return true
			}
		}
	}
	return false
}
