package graph

import (
	"context"

	"rollbook/internal/odata"
)

// base is where the API of School Data Sync lies in Graph.
const base = "external/industryData/"

// noun ties a kind of configured entity to its JSON and to what flow.Service
// does with it.
type noun[E any] struct {
	path, typ  string // path is also the last part of the address
	permission string

	// object returns an entity as it is read, and apply what it becomes when its
	// members are those of an object.
	object func(E) *odata.Object
	// show puts on an entity what is read of what it refers to; nil for nothing. What
	// was just created is answered without that.
	show func(*odata.Request, *odata.Object)
	// created returns a new entity as the answer to its creation; nil for object.
	created func(E) *odata.Object
	apply   func(E, *odata.Object) (E, error)

	list   func(context.Context) ([]E, error)
	get    func(context.Context, string) (E, error)
	create func(context.Context, E) (E, error)
	update func(context.Context, string, func(E) (E, error)) (E, error)
	remove func(context.Context, string) error

	navigations []odata.Navigation
}

// set returns the entity set of a noun.
func set[E any](g *surface, n noun[E]) *odata.EntitySet {
	return &odata.EntitySet{
		Path: base + n.path, Type: g.types[n.typ],
		ReadAll: readPermissions(n.permission), ReadOne: readPermissions(n.permission), Write: writePermissions(n.permission),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			all, err := n.list(r.Context())
			return objects(all, func(e E) *odata.Object { return n.read(r, e) }), err
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			e, err := n.get(r.Context(), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return n.read(r, e), nil
		},
		Create: func(r *odata.Request, o *odata.Object) (*odata.Object, error) {
			var e E
			e, err := n.apply(e, o)
			if err != nil {
				return nil, err
			}
			if e, err = n.create(g.watched(r), e); err != nil {
				return nil, err
			}
			if n.created != nil {
				return n.created(e), nil
			}
			return n.object(e), nil
		},
		Update: func(r *odata.Request, p *odata.Payload) error {
			return n.patch(g.watched(r), r.Param("id"), p)
		},
		Delete: func(r *odata.Request) error {
			return n.remove(g.watched(r), r.Param("id"))
		},
		Navigations: n.navigations,
	}
}

// read returns an entity as it is read.
func (n noun[E]) read(r *odata.Request, e E) *odata.Object {
	o := n.object(e)
	if n.show != nil {
		n.show(r, o)
	}
	return o
}

func (n noun[E]) patch(ctx context.Context, id string, p *odata.Payload) error {
	_, err := n.update(ctx, id, func(e E) (E, error) {
		merged, err := patched(n.object(e), p)
		if err != nil {
			return e, err
		}
		return n.apply(e, merged)
	})
	return err
}

// patched returns a stored entity with a patch merged into it.
func patched(stored *odata.Object, p *odata.Payload) (*odata.Object, error) {
	patch, err := p.ForPatch(stored)
	if err != nil {
		return nil, err
	}
	merged, err := odata.Merge(stored, patch)
	if err != nil {
		return nil, err
	}
	return merged, merged.Complete()
}

func objects[E any](all []E, object func(E) *odata.Object) []*odata.Object {
	made := make([]*odata.Object, len(all))
	for i, e := range all {
		made[i] = object(e)
	}
	return made
}

// optional returns nil for a member that is absent or null.
func optional(v odata.Value) *string {
	if !v.IsSet() {
		return nil
	}
	s := v.Text()
	return &s
}

// texts returns the items of a collection of strings.
func texts(v odata.Value) []string {
	items := make([]string, len(v.List()))
	for i, item := range v.List() {
		items[i] = item.Text()
	}
	return items
}
