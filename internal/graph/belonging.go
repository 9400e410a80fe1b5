package graph

import (
	"context"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// belongings are the lists of what belongs to an entity.
type belongings struct {
	path, context, references string // as of odata.EntitySet
	typ                       *odata.Type
	read                      []string // permissions
	kinds                     func(*odata.Request) ([]kind, error)
	navigations               []odata.Navigation
}

func (g *surface) belongingSet(b belongings) *odata.EntitySet {
	return &odata.EntitySet{
		Path: b.path, Context: b.context, References: b.references, Type: b.typ, ReadAll: b.read, ReadOne: b.read,
		Page: func(r *odata.Request) (odata.Page, error) {
			kinds, err := b.kinds(r)
			if err != nil {
				return odata.Page{}, err
			}
			return g.pageOfKinds(r, kinds...)
		},
		Count: func(r *odata.Request) (int, error) {
			kinds, err := b.kinds(r)
			if err != nil {
				return 0, err
			}
			return g.countOfKinds(r, kinds...)
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			kinds, err := b.kinds(r)
			if err != nil {
				return nil, err
			}
			return oneOfKinds(r.Context(), kinds, r.Param("id"))
		},
		Navigations: b.navigations,
	}
}

// oneOfKinds returns the object with the ID.
func oneOfKinds(ctx context.Context, kinds []kind, id string) (*odata.Object, error) {
	for _, k := range kinds {
		found, err := k.list(ctx, hosted.Query{Filter: hosted.Equal{Property: "id", Value: &id}, Top: 1})
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return nil, notInDirectory(hosted.ErrNotFound, "object", id)
}

// How many objects an expanded navigation shows: of directory objects the first 20,
// as Graph does, and of a roster all, or it is refused.
const (
	maxExpanded       = 20
	maxExpandedRoster = 1000
)

// expansion shows inside of an entity what belongs to it.
func expansion(name string, permissions []string, kinds func(r *odata.Request, id string) []kind) odata.Navigation {
	return odata.Navigation{
		Name: name, Permissions: permissions,
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			all, err := firstOfKinds(r.Context(), kinds(r, o.Get("id").Text()), maxExpanded)
			return listed(all[:min(len(all), maxExpanded)]), err
		},
	}
}

// rosterExpansion is expansion of a navigation that is shown whole.
func rosterExpansion(name string, kinds func(r *odata.Request, id string) []kind) odata.Navigation {
	return odata.Navigation{
		Name: name, Permissions: readRosterPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			id := o.Get("id").Text()
			all, err := firstOfKinds(r.Context(), kinds(r, id), maxExpandedRoster+1)
			if len(all) > maxExpandedRoster {
				return odata.Value{}, odata.BadRequest(odata.InnerInvalidQuery, "$expand",
					"The %s of '%s' are more than the %d that $expand shows; read them at their own path.", name, id, maxExpandedRoster)
			}
			return listed(all), err
		},
	}
}

// firstOfKinds returns the first objects of several kinds, and perhaps more.
func firstOfKinds(ctx context.Context, kinds []kind, size int) ([]*odata.Object, error) {
	var all []*odata.Object
	for _, k := range kinds {
		found, err := k.list(ctx, hosted.Query{Top: size})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return byID(all), nil
}

func listed(all []*odata.Object) odata.Value {
	items := make([]odata.Value, len(all))
	for i, o := range all {
		items[i] = odata.Struct(o)
	}
	return odata.List(items)
}
