package graph

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/graph/schema"
	"rollbook/internal/odata"
)

// holding is what a directory has of an object beyond the members that are always
// written.
type holding struct {
	id         string
	attributes map[string]string

	// fixed returns what follows from what the object is, by the names of
	// Microsoft's extensions for education without their beginning.
	fixed func() map[string]string
}

// rest shows the members of an object that lie beyond the others (odata.Rest).
type rest struct {
	typ *odata.Type
	holding
}

// withRest gives an object the members that lie beyond the others.
func withRest(o *odata.Object, h holding) *odata.Object {
	o.Rest = rest{o.Type, h}
	return o
}

// Names implements odata.Rest. What is kept under another name than its own stands
// in a member that has that one.
func (r rest) Names() []string {
	var names []string
	for i := range r.typ.Extra {
		p := &r.typ.Extra[i]
		if p.KeptAs == p.Name && r.Value(p).Kind() != odata.KindAbsent {
			names = append(names, p.Name)
		}
	}
	at := len(names)
	for name := range r.attributes {
		if _, ok := schema.Extension(name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names[at:])
	return names
}

// Value implements odata.Rest.
func (r rest) Value(p *odata.Property) odata.Value {
	switch {
	case p.KeptAs != "":
		return r.kept(p)
	case p.Rule&odata.Repeatable != 0:
		return filled(r.fixed()[educationExtension(p.Name)])
	case p.Name == "createdDateTime":
		return createdAt(r.id)
	case p.Collection && !p.Navigation:
		return odata.List(nil)
	}
	return odata.Value{}
}

func (r rest) kept(p *odata.Property) odata.Value {
	if inner := p.Structure(); inner != nil && !p.Collection {
		return structured(inner, p.KeptAs, r.attributes)
	}
	text := r.attributes[p.KeptAs]
	switch {
	case text != "":
		return valueOf(p, text)
	case p.Collection:
		return odata.List(nil)
	}
	return odata.Value{}
}

// structured returns a value that is kept as several attributes, and an absent one
// where there are none.
func structured(t *odata.Type, as string, attributes map[string]string) odata.Value {
	var o *odata.Object
	for _, p := range t.All() {
		text := attributes[as+"/"+p.Name]
		if text == "" {
			continue
		}
		if o == nil {
			o = odata.New(t)
		}
		o.Set(p.Name, valueOf(&p, text))
	}
	if o == nil {
		return odata.Value{}
	}
	return odata.Struct(o)
}

// valueOf returns what was kept as text (see extraText).
func valueOf(p *odata.Property, text string) odata.Value {
	switch {
	case p.Collection, p.Type == untyped:
		v, err := p.ParseJSON(text)
		if err != nil {
			return odata.Null()
		}
		return v
	case p.Type == flag:
		return odata.Bool(text == "true")
	case p.Type == number:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return odata.Null()
		}
		return odata.Int(n)
	case p.Type == day:
		return odata.Date(text)
	case p.Type == instant:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return odata.Null()
		}
		return odata.Time(t)
	}
	return odata.Text(text)
}

// createdAt returns when an object was made, which its ID tells where it has the
// time in it (RFC 9562 section 5.7).
func createdAt(id string) odata.Value {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return odata.Null()
	}
	return odata.Time(time.Unix(u.Time().UnixTime()))
}
