package graph

import (
	"strings"

	"rollbook/internal/odata"
)

// place says where a member of an entity, also one inside of a structured value
// ("course/subject"), is kept in the directory.
type place struct{ member, property string }

// fill sets the members of an object of the model from what is kept, by
// property name. A structured value of which nothing is kept stays absent.
func fill(m *odata.Model, o *odata.Object, places []place, kept func(property string) string) *odata.Object {
	for _, p := range places {
		text := kept(p.property)
		if text == "" {
			continue
		}
		outer, inner, nested := strings.Cut(p.member, "/")
		if !nested {
			o.Set(outer, odata.Text(text))
			continue
		}
		if o.Get(outer).Object() == nil {
			o.Set(outer, odata.Struct(odata.New(m.TypeOf(o.Type, outer))))
		}
		value := odata.Text(text)
		if strings.HasSuffix(inner, "Date") {
			value = odata.Date(text)
		}
		o.Get(outer).Object().Set(inner, value)
	}
	return o
}

// flatten returns what came in of the members, by property name. A structured
// value that is null takes all of it away.
func flatten(o *odata.Object, places []place) (map[string]*string, error) {
	set := map[string]*string{}
	for _, p := range places {
		outer, inner, nested := strings.Cut(p.member, "/")
		v := o.Get(outer)
		if nested && v.Object() != nil {
			v = v.Object().Get(inner)
		}
		if v.Kind() == odata.KindAbsent {
			continue
		}
		text, err := textWithin(p.member, plain(v), limitOf(p.property))
		if err != nil {
			return nil, err
		}
		set[p.property] = text
	}
	return set, nil
}
