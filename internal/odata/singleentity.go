package odata

import (
	"cmp"
	"net/http"
)

// SingleEntity is an entity with a path of its own and no key.
type SingleEntity struct {
	Path        string
	Type        *Type
	Permissions []string // of which one is needed; empty for none
	Get         func(*Request) (*Object, error)
	Navigations []Navigation // that can be expanded
	Tagged      bool         // what they lead to has ETags
	Context     string       // what stands behind "$metadata#"; "" for the path
}

// Operation returns what reads the entity.
func (s *SingleEntity) Operation() Operation {
	e := EntitySet{Type: s.Type, Navigations: s.Navigations}
	return Operation{Method: http.MethodGet, Path: s.Path, Permissions: s.Permissions, Handle: func(r *Request) (Answer, error) {
		o, err := s.Get(r)
		if err != nil {
			return Answer{}, err
		}
		return Answer{Object: o, Declared: s.Type, Context: cmp.Or(s.Context, s.Path), within: s.Tagged}, e.expand(r, []*Object{o})
	}}
}
