package graph

import (
	"context"
	"errors"
	"math"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// memberOf are the groups that a user belongs to and, with those that it is a
// member of, its administrative units.
func (g *surface) memberOf(path string, find userFinder, name string, relation hosted.Relation) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: path + "/" + name, context: "directoryObjects", typ: g.model.Type(typeDirectoryObject), read: readGroupPermissions(),
		kinds: func(r *odata.Request) ([]kind, error) {
			user, err := find(r)
			return g.kindsOfUser(relation)(r, user.ID), err
		},
	})
}

// user returns the user with the ID or the userPrincipalName.
func (g *surface) user(ctx context.Context, idOrUPN string) (hosted.User, error) {
	user, err := g.Directory.User(ctx, idOrUPN)
	return user, notInDirectory(err, "user", idOrUPN)
}

func (g *surface) kindsOfUser(relation hosted.Relation) func(r *odata.Request, user string) []kind {
	return func(r *odata.Request, user string) []kind {
		groups := g.groupsOf(user, relation).as(g.model.Type(typeGroup), g.wholeGroup)
		if relation != hosted.Member {
			return []kind{groups}
		}
		return []kind{groups, g.unitsOf(r, user)}
	}
}

// groupsOf are the groups that a user belongs to.
func (g *surface) groupsOf(user string, relation hosted.Relation) groupReader {
	return groupReader{
		list: func(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
			return g.Directory.ListGroupsOf(ctx, user, relation, q)
		},
		count: func(ctx context.Context, f hosted.Filter) (int, error) {
			return g.Directory.CountGroupsOf(ctx, user, relation, f)
		},
	}
}

// unitsOf are the administrative units that a user belongs to. Whoever may not read
// units finds none by a filter: what it finds would tell their names.
func (g *surface) unitsOf(r *odata.Request, user string) kind {
	hidden := (r.Options.Filter != nil || r.Options.Search != nil) && r.Require(readUnitPermissions()...) != nil
	list := func(ctx context.Context, q hosted.Query) ([]hosted.AdministrativeUnit, error) {
		if hidden {
			return nil, nil
		}
		return g.Directory.ListUnitsOf(ctx, user, q)
	}
	return kindOf(g.model.Type(typeUnit), g.unitFor(r), list, func(ctx context.Context, f hosted.Filter) (int, error) {
		found, err := list(ctx, hosted.Query{Filter: f, Top: math.MaxInt32})
		return len(found), err
	})
}

// unitFor returns how administrative units are shown to the caller: those who
// may not read them get to know that they are there.
func (g *surface) unitFor(r *odata.Request) func(hosted.AdministrativeUnit) *odata.Object {
	if r.Require(readUnitPermissions()...) == nil {
		return g.unitObject
	}
	return func(u hosted.AdministrativeUnit) *odata.Object {
		return odata.New(g.model.Type(typeUnit)).Set("id", odata.Text(u.ID))
	}
}

// directoryObjects are users, groups and administrative units alike, which are
// read one by one.
func (g *surface) directoryObjects() *odata.EntitySet {
	return &odata.EntitySet{
		Path: "directoryObjects", Type: g.model.Type(typeDirectoryObject), ReadOne: readDirectoryPermissions(),
		Get: func(r *odata.Request) (*odata.Object, error) {
			o, err := g.directoryObject(r.Context(), r.Param("id"))
			return o, notInDirectory(err, "object", r.Param("id"))
		},
	}
}

// directoryObject returns the object with the ID, or hosted.ErrNotFound.
func (g *surface) directoryObject(ctx context.Context, id string) (*odata.Object, error) {
	user, err := g.Directory.User(ctx, id)
	if err == nil && user.ID == id {
		return userObject(g.model.Type(typeUser), user, true), nil
	}
	if err != nil && !errors.Is(err, hosted.ErrNotFound) {
		return nil, err
	}
	group, err := g.Directory.Group(ctx, id)
	if err == nil {
		return g.wholeGroup(group), nil
	}
	if !errors.Is(err, hosted.ErrNotFound) {
		return nil, err
	}
	unit, err := g.Directory.Unit(ctx, id)
	if err != nil {
		return nil, err
	}
	return g.unitObject(unit), nil
}
