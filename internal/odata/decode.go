package odata

import (
	"strings"
)

// Payload is the body of a request that is well-formed JSON and has not met its
// type yet.
type Payload struct {
	model *Model
	seal  func(secret string) (string, error)
	root  node

	stored  *Object // what an update changes; nil for none
	creates bool    // the payload is a new entity

	request *Request // that is told what the payload says; may be nil
}

func (p *Payload) says(o *Object) {
	if p.request != nil {
		p.request.asked = o
	}
}

// ParsePayload reads a body. Secrets in it are sealed as soon as they are
// found, with seal.
func (m *Model) ParsePayload(body []byte, seal func(secret string) (string, error)) (*Payload, error) {
	root, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	if root.kind != '{' {
		return nil, BadRequest(InnerInvalidJSON, "", "The body must be a JSON object, not %s.", root.describe())
	}
	return &Payload{model: m, seal: seal, root: root}, nil
}

// ForCreate returns the payload as a new entity of the declared type, or of the
// derived one that the payload names. What is required is there.
func (p *Payload) ForCreate(declared *Type) (*Object, error) {
	p.creates = true
	o, err := p.object(p.root, declared, "")
	if err != nil {
		return nil, err
	}
	p.says(o)
	return o, o.Complete()
}

// ForUpdate returns the payload as a change of an entity of the type. The
// payload may name that type or one that it derives from.
func (p *Payload) ForUpdate(stored *Type) (*Object, error) {
	name, err := typeName(p.root)
	if err != nil {
		return nil, err
	}
	if name != "" {
		named := p.model.Type(name)
		if named == nil || !stored.Is(named) {
			return nil, BadRequest(InnerInvalidType, "@odata.type", "The entity is a '%s'; its type cannot become '%s'.", stored.Name, name)
		}
	}
	o, err := p.members(p.root, stored, "")
	p.says(o)
	return o, err
}

// ForPatch returns the payload as a change of a stored entity. A structured
// value that does not say its type has that of the stored one in its place.
func (p *Payload) ForPatch(stored *Object) (*Object, error) {
	of := *p
	of.stored = stored
	return of.ForUpdate(stored.Type)
}

// storedType returns the type of the structured value that is stored at a path,
// and nil where there is none, or a collection on the way.
func (p *Payload) storedType(path string) *Type {
	at := p.stored
	for name := range strings.SplitSeq(path, "/") {
		if at == nil {
			return nil
		}
		at = at.Get(name).Object()
	}
	if at == nil {
		return nil
	}
	return at.Type
}

// typeName returns the type that a payload names, without "#", and "" for none.
func typeName(n node) (string, error) {
	for _, m := range n.members {
		if !strings.EqualFold(m.name, "@odata.type") {
			continue
		}
		if m.kind != '"' || m.text == "" {
			return "", BadRequest(InnerInvalidType, "@odata.type", "'@odata.type' must be the name of a type.")
		}
		return strings.TrimPrefix(m.text, "#"), nil
	}
	return "", nil
}

func (p *Payload) object(n node, declared *Type, path string) (*Object, error) {
	if n.kind != '{' {
		return nil, BadRequest(InnerInvalidFormat, path, "The property '%s' must be an object, not %s.", path, n.describe())
	}
	t, err := p.typeOf(n, declared, path)
	if err != nil {
		return nil, err
	}
	return p.members(n, t, path)
}

// typeOf returns the type of a payload: the one that it names, which must fit
// where it stands, or the declared one.
func (p *Payload) typeOf(n node, declared *Type, path string) (*Type, error) {
	name, err := typeName(n)
	if err != nil {
		return nil, err
	}
	if name == "" {
		if stored := p.storedType(path); stored != nil && stored.Is(declared) {
			return stored, nil
		}
		if declared.Abstract {
			return nil, BadRequest(InnerInvalidType, join(path, "@odata.type"),
				"'%s' must say which type it is; it can be %s.", join(path, "@odata.type"), p.choices(declared))
		}
		return declared, nil
	}
	t := p.model.Type(name)
	if t == nil || !t.Is(declared) {
		return nil, BadRequest(InnerInvalidType, join(path, "@odata.type"),
			"The type '%s' does not fit here; it can be %s.", name, p.choices(declared))
	}
	if t.Abstract {
		return nil, BadRequest(InnerInvalidType, join(path, "@odata.type"),
			"The type '%s' is abstract; it can be %s.", name, p.choices(declared))
	}
	return t, nil
}

func (p *Payload) choices(declared *Type) string {
	var names []string
	for _, t := range p.model.family(declared) {
		if !t.Abstract {
			names = append(names, "'#"+t.Name+"'")
		}
	}
	return strings.Join(names, " or ")
}

func (p *Payload) members(n node, t *Type, path string) (*Object, error) {
	o := New(t)
	for _, m := range n.members {
		if err := p.member(o, m, path); err != nil {
			return nil, err
		}
	}
	if t.Normalize != nil {
		if err := t.Normalize(o); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// member reads one member into the object. Annotations other than bindings say
// nothing that is needed, and are passed over.
func (p *Payload) member(o *Object, m namedNode, path string) error {
	name, annotation, annotated := strings.Cut(m.name, "@")
	if annotated {
		if name == "" || !strings.EqualFold(annotation, "odata.bind") {
			return nil
		}
		return p.binding(o, name, m, path)
	}
	property := o.Type.any(m.name)
	at := join(path, m.name)
	if property == nil {
		return BadRequest(InnerUnknownMember, at, "The property '%s' does not exist on type '%s'.", at, o.Type.Name)
	}
	at = join(path, property.Name)
	if property.Refused != "" && property.Rule&Repeatable == 0 {
		return property.refused(m.node, o.Type, at)
	}
	if property.Rule&ServerSet != 0 {
		return p.serverSet(m.node, property, at)
	}
	v, err := p.value(m.node, property, at)
	if err != nil {
		return err
	}
	if v.kind == KindAbsent || property.Navigation && v.kind == KindReference && o.Get(property.Name).kind == KindReference {
		return nil
	}
	o.put(property, v)
	return nil
}

// serverSet passes over what only the server sets, as clients send back what
// they read. New entities inside of a new one are refused: they would be lost.
func (p *Payload) serverSet(n node, property *Property, at string) error {
	if p.creates && property.Navigation && property.Collection && len(n.items) > 0 {
		return BadRequest(InnerInvalidBinding, at, "'%s' cannot be created together with what has them; send each to its own address.", at)
	}
	return nil
}

// Complete returns an error where a required member is missing, here or further in.
func (o *Object) Complete() error { return o.complete("") }

func (o *Object) complete(path string) error {
	for i := range o.Type.members {
		p, v := &o.Type.members[i], o.fields[i]
		if v.kind == KindAbsent && p.Rule&Required != 0 {
			name := join(path, p.Name)
			if p.Navigation {
				name += "@odata.bind"
			}
			return BadRequest(InnerRequired, name, "The property '%s' is required.", name)
		}
		if err := v.complete(join(path, p.Name)); err != nil {
			return err
		}
	}
	return nil
}

func (v Value) complete(path string) error {
	if v.object != nil {
		return v.object.complete(path)
	}
	for i := range v.list {
		if err := v.list[i].complete(path); err != nil {
			return err
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
