package targettest

import (
	"slices"
	"strconv"
	"strings"

	"rollbook/internal/directory"
)

// do does a change.
func (m *Memory) do(c directory.Change, own bool) directory.Outcome {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doTo(m.find(c), c, own)
}

// doTo does a change to an object, nil for none.
func (m *Memory) doTo(o *object, c directory.Change, own bool) directory.Outcome {
	out := directory.Outcome{Seq: c.Seq, Ref: c.Ref, State: directory.Done}
	fail := func(err error) directory.Outcome {
		out.State, out.Err = directory.Failed, err
		return out
	}
	switch {
	case c.Verb == directory.Delete && o == nil:
		return out
	case c.Verb == directory.Delete:
		delete(m.objects, o.Ref.ID)
		m.log = append(m.log, entry{ref: o.Ref, gone: true, own: own})
		return out
	case o == nil && (c.Verb != directory.Create || c.Ref.ID != ""):
		return fail(directory.NotFound{Ref: c.Ref})
	}
	values := c.Set
	if o != nil {
		values = c.Set.Over(o.Values)
	}
	if err := m.check(o, c.Ref.Kind, values); err != nil {
		if o != nil {
			out.Ref = o.Ref
		}
		return fail(err)
	}
	if o == nil {
		m.lastID++
		o = &object{Object: directory.Object{Ref: directory.Ref{Kind: c.Ref.Kind, Anchor: c.Ref.Anchor, ID: strconv.Itoa(m.lastID)}}, links: map[edge]bool{}}
		m.objects[o.Ref.ID] = o
		out.Made = true
	} else if c.Verb == directory.Create && c.Ref.ID == "" && !c.Tried.IsZero() {
		out.Made = true
	}
	out.Set, out.Was = c.Set.Difference(o.Values)
	if out.Made {
		out.Set, out.Was = c.Set, nil
	}
	o.Values = slices.DeleteFunc(slices.Clone(values), func(v directory.Value) bool { return v.Text == "" })
	if anchor, set := c.Set.Get(directory.Anchor); set {
		o.Ref.Anchor = anchor
	}
	out.Ref = o.Ref
	out.Links, out.Refused = m.relink(o, c.Links)
	if out.Made || len(out.Set)+len(out.Links) > 0 {
		m.log = append(m.log, entry{ref: o.Ref, own: own})
	}
	return out
}

// find returns the object that a change is to, nil for none.
func (m *Memory) find(c directory.Change) *object {
	if c.Ref.ID != "" {
		return m.objects[c.Ref.ID]
	}
	for _, o := range m.objects {
		if c.Ref.Anchor != "" && o.Ref.Anchor == c.Ref.Anchor && o.Ref.Kind == c.Ref.Kind {
			return o
		}
	}
	return nil
}

// check returns why an object cannot have values.
func (m *Memory) check(o *object, kind directory.Kind, values directory.Values) error {
	name, _ := values.Get(directory.UserPrincipalName)
	if kind == directory.Account && name == "" {
		return directory.Invalid{Property: directory.UserPrincipalName, Text: "an account must have one"}
	}
	for _, v := range values {
		if v.Property.Truth() && v.Text != directory.True && v.Text != directory.False {
			return directory.Invalid{Property: v.Property, Text: "it must be true or false"}
		}
	}
	anchor, _ := values.Get(directory.Anchor)
	for _, other := range m.objects {
		if other == o || other.Ref.Kind != kind {
			continue
		}
		theirs, _ := other.Values.Get(directory.UserPrincipalName)
		if name != "" && strings.EqualFold(theirs, name) {
			return directory.Conflict{Property: directory.UserPrincipalName, Value: name, Holder: other.Ref}
		}
		if anchor != "" && other.Ref.Anchor == anchor {
			return directory.Conflict{Property: directory.Anchor, Value: anchor, Holder: other.Ref}
		}
	}
	return nil
}

// relink adds links to an object and removes them, and returns those that it
// really changed, and those that it could not.
func (m *Memory) relink(o *object, changes []directory.LinkChange) (done []directory.LinkChange, refused []directory.LinkFailure) {
	for _, c := range changes {
		l := edge{c.Relation, c.To.ID}
		switch {
		case c.Remove && m.objects[l.to] == nil:
			delete(o.links, l)
		case o.links[l] == !c.Remove:
		case c.Remove:
			delete(o.links, l)
			done = append(done, c)
		case m.objects[l.to] == nil:
			refused = append(refused, directory.LinkFailure{LinkChange: c, Err: directory.NotFound{Ref: c.To}})
		default:
			o.links[l] = true
			done = append(done, c)
		}
	}
	return done, refused
}
