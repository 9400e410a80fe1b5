package graph

import (
	"context"
	"errors"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// memberOf are the groups that a user belongs to.
func (g *surface) memberOf(name string, relation directory.Relation) *odata.EntitySet {
	t := g.model.Type(typeGroup)
	return &odata.EntitySet{
		Path: "users/{user}/" + name, Type: g.model.Type(typeDirectoryObject), ReadAll: readGroupPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			user := r.Param("user")
			list := lister[directory.Group](func(ctx context.Context, q directory.Query) ([]directory.Group, error) {
				return g.Directory.ListGroupsOf(ctx, user, relation, q)
			}).pages(idOfGroup)
			number := func(ctx context.Context, f directory.Filter) (int, error) {
				return g.Directory.CountGroupsOf(ctx, user, relation, f)
			}
			p, err := page(r, t, list, number, func(group directory.Group) *odata.Object { return groupObject(t, group) })
			return p, notInDirectory(err, "user", user)
		},
		Count: func(r *odata.Request) (int, error) {
			f, err := conditionOf(r, t)
			if err != nil || r.Cast != nil && !t.Is(r.Cast) {
				return 0, err
			}
			n, err := g.Directory.CountGroupsOf(r.Context(), r.Param("user"), relation, f)
			return n, notInDirectory(err, "user", r.Param("user"))
		},
	}
}

// directoryObjects are users and groups alike, which are read one by one.
func (g *surface) directoryObjects() *odata.EntitySet {
	return &odata.EntitySet{
		Path: "directoryObjects", Type: g.model.Type(typeDirectoryObject), ReadOne: readDirectoryPermissions(),
		Get: func(r *odata.Request) (*odata.Object, error) {
			id := r.Param("id")
			user, err := g.Directory.User(r.Context(), id)
			if err == nil && user.ID == id {
				return userObject(g.model.Type(typeUser), user, true), nil
			}
			if err != nil && !errors.Is(err, directory.ErrNotFound) {
				return nil, err
			}
			group, err := g.Directory.Group(r.Context(), id)
			if err != nil {
				return nil, notInDirectory(err, "object", id)
			}
			return groupObject(g.model.Type(typeGroup), group), nil
		},
	}
}
