package odata

import (
	"errors"

	"github.com/go-json-experiment/json"
)

// Object is a value of an entity or complex type. Each member of its type is
// either absent, null or has a value, and which of them is known.
type Object struct {
	Type *Type

	// Context is written as "@odata.context" beside a navigation that leads to
	// the object; empty for none.
	Context string

	// Removed is why a delta no longer has the object; "" for one that it has.
	Removed string

	// Moves are, in a delta, who came to navigations of the object and who left.
	Moves []Moves

	// Named objects say their type also where the place they stand in leaves no
	// doubt, as Graph does in some answers to a creation, where it leaves out the "#".
	Named bool

	// Rest tells what else the object has, beyond the members of its type. May be nil.
	Rest Rest

	fields []Value  // by position in Type.members
	extras []extra  // members beyond those
	only   []string // the members to write, where not all are
}

// Moves are the entities that came to a navigation, and those that left it:
// these are Removed.
type Moves struct {
	Navigation string
	Entities   []*Object
}

// New returns an object of the type with no members. Most objects are small
// values inside of others, and get their members in one allocation with them.
func New(t *Type) *Object {
	n := len(t.members)
	if n > 3 {
		return &Object{Type: t, fields: make([]Value, n)}
	}
	small := &struct {
		Object
		values [3]Value
	}{}
	small.Type, small.fields = t, small.values[:n:n]
	return &small.Object
}

// Get returns the value of a member, which is absent where the type has no such
// member. The name is the canonical one.
func (o *Object) Get(name string) Value {
	if i := o.Type.position(name); i >= 0 {
		return o.fields[i]
	}
	return o.extraValue(name)
}

// Set gives a member a value and returns the object. The name is the canonical
// one; it panics for one that the type does not have, which is a mistake in the
// program.
func (o *Object) Set(name string, v Value) *Object {
	if i := o.Type.position(name); i >= 0 {
		o.fields[i] = v
		return o
	}
	p := o.Type.extra(name)
	if p == nil {
		panic("odata: " + o.Type.Name + " has no member " + name)
	}
	o.put(p, v)
	return o
}

func (o *Object) equal(p *Object) bool {
	if o == nil || p == nil {
		return o == p
	}
	if o.Type != p.Type || len(o.extras) != len(p.extras) {
		return false
	}
	for _, x := range o.extras {
		if !x.value.Equal(p.extraValue(x.property.Name)) {
			return false
		}
	}
	for i := range o.fields {
		if !o.fields[i].Equal(p.fields[i]) {
			return false
		}
	}
	return true
}

// clone returns a copy whose members can be set without changing o.
func (o *Object) clone() *Object {
	c := *o
	c.fields = append([]Value(nil), o.fields...)
	c.extras = append([]extra(nil), o.extras...)
	return &c
}

// SetJSON sets members of type Edm.Untyped to what their values are as JSON, and returns
// the object.
func (o *Object) SetJSON(members map[string]any) (*Object, error) {
	var failed error
	for name, member := range members {
		body, err := json.Marshal(member, json.Deterministic(true))
		o.Set(name, JSON(string(body)))
		failed = errors.Join(failed, err)
	}
	return o, failed
}
