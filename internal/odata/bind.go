package odata

import (
	"net/url"
	"strings"
)

// binding reads "name@odata.bind" into the navigation of the name.
func (p *Payload) binding(o *Object, name string, m namedNode, path string) error {
	i, property := o.Type.member(name)
	at := join(path, m.name)
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
	if m.kind != '"' || property.Collection {
		return BadRequest(InnerInvalidBinding, at, "'%s' must be the address of one entity.", at)
	}
	set, key, ok := splitReference(m.text)
	if !ok {
		return BadRequest(InnerInvalidBinding, at, "'%s' is not the address of an entity; it must end in a collection and a key.", m.text)
	}
	if !property.structure.inSet(set) {
		return BadRequest(InnerInvalidBinding, at, "'%s' must lead to an entity of type '%s', not to one of '%s'.", at, property.structure.Name, set)
	}
	o.fields[i] = Reference(canonicalKey(key))
	return nil
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

// inSet reports whether the entity set of the name holds entities of the type.
func (t *Type) inSet(name string) bool {
	for ; t != nil; t = t.base {
		if strings.EqualFold(t.Set, name) {
			return true
		}
	}
	return false
}
