package graph

import (
	"context"
	"errors"
	"math"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// memberOf are the groups that a user belongs to and, with those that it is a
// member of, its administrative units.
func (g *surface) memberOf(name string, relation directory.Relation) *odata.EntitySet {
	return &odata.EntitySet{
		Path: "users/{user}/" + name, Context: "directoryObjects", Type: g.model.Type(typeDirectoryObject), ReadAll: readGroupPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			p, err := pageOfKinds(r, g.kindsOfUser(r, relation))
			return p, notInDirectory(err, "user", r.Param("user"))
		},
		Count: func(r *odata.Request) (int, error) {
			n, err := countOfKinds(r, g.kindsOfUser(r, relation))
			return n, notInDirectory(err, "user", r.Param("user"))
		},
	}
}

func (g *surface) kindsOfUser(r *odata.Request, relation directory.Relation) []kind {
	user, groups, units := r.Param("user"), g.model.Type(typeGroup), g.model.Type(typeUnit)
	ofGroups := kind{
		typ: groups,
		list: func(ctx context.Context, q directory.Query) ([]*odata.Object, error) {
			found, err := g.Directory.ListGroupsOf(ctx, user, relation, q)
			return objects(found, func(group directory.Group) *odata.Object { return groupObject(groups, group) }), err
		},
		count: func(ctx context.Context, f directory.Filter) (int, error) {
			return g.Directory.CountGroupsOf(ctx, user, relation, f)
		},
	}
	filtered := r.Options.Filter != nil || r.Options.Search != ""
	if relation != directory.Member || filtered && r.Require(readUnitPermissions()...) != nil {
		return []kind{ofGroups} // what a filter finds would tell the names of units
	}
	return []kind{ofGroups, {
		typ: units,
		list: func(ctx context.Context, q directory.Query) ([]*odata.Object, error) {
			found, err := g.Directory.ListUnitsOf(ctx, user, q)
			return objects(found, g.unitFor(r)), err
		},
		count: func(ctx context.Context, f directory.Filter) (int, error) {
			found, err := g.Directory.ListUnitsOf(ctx, user, directory.Query{Filter: f, Top: math.MaxInt32})
			return len(found), err
		},
	}}
}

// unitFor returns how administrative units are shown to the caller: those who
// may not read them get to know that they are there.
func (g *surface) unitFor(r *odata.Request) func(directory.AdministrativeUnit) *odata.Object {
	if r.Require(readUnitPermissions()...) == nil {
		return g.unitObject
	}
	return func(u directory.AdministrativeUnit) *odata.Object {
		return odata.New(g.model.Type(typeUnit)).Set("id", odata.Text(u.ID))
	}
}

// directoryObjects are users, groups and administrative units alike, which are
// read one by one.
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
			if err == nil {
				return groupObject(g.model.Type(typeGroup), group), nil
			}
			if !errors.Is(err, directory.ErrNotFound) {
				return nil, err
			}
			unit, err := g.Directory.Unit(r.Context(), id)
			if err != nil {
				return nil, notInDirectory(err, "object", id)
			}
			return g.unitObject(unit), nil
		},
	}
}
