package graph

import (
	"context"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// members are the users that belong to a group.
func (g *surface) members(name string, relation hosted.Relation) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: "groups/{group}/" + name, context: "directoryObjects", typ: g.model.Type(typeDirectoryObject), read: readGroupPermissions(),
		kinds: func(r *odata.Request) ([]kind, error) {
			group, err := g.group(r.Context(), r.Param("group"))
			return g.kindsInGroup(r, group.ID, relation), err
		},
	})
}

// referable lets the objects of a set be listed as references, too.
func referable(set *odata.EntitySet) *odata.EntitySet {
	set.References = "directoryObjects"
	return set
}

func (g *surface) kindsInGroup(r *odata.Request, group string, relation hosted.Relation) []kind {
	users := g.model.Type(typeUser)
	shown := inGroup(g, group, relation, users, g.userFor(r)).guarded(readable(r, users))
	if relation != hosted.Member {
		return []kind{shown} // groups own no groups
	}
	return []kind{shown, g.subgroups(group, false).as(g.model.Type(typeGroup), g.wholeGroup)}
}

// inGroup are the users in a relation to a group.
func inGroup(g *surface, group string, relation hosted.Relation, t *odata.Type, object func(hosted.User) *odata.Object) kind {
	return kindOf(t, object,
		func(ctx context.Context, q hosted.Query) ([]hosted.User, error) {
			return g.Directory.ListMembers(ctx, group, relation, q)
		},
		func(ctx context.Context, f hosted.Filter) (int, error) {
			return g.Directory.CountMembers(ctx, group, relation, f)
		})
}

// expandMembers shows who belongs to a group inside of it.
func (g *surface) expandMembers(name string, relation hosted.Relation) odata.Navigation {
	return expansion(name, readGroupPermissions(), func(r *odata.Request, group string) []kind { return g.kindsInGroup(r, group, relation) })
}

// classMembers are the people in a relation to the group of a class.
func (g *surface) classMembers(name string, relation hosted.Relation) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: "education/classes/{class}/" + name, references: "education/users", typ: g.model.Type(typeEducationUser), read: readRosterPermissions(),
		navigations: g.educationUserNavigations(),
		kinds: func(r *odata.Request) ([]kind, error) {
			group, err := g.class(r.Context(), r.Param("class"))
			return g.kindsInClass(relation)(r, group.ID), err
		},
	})
}

func (g *surface) kindsInClass(relation hosted.Relation) func(r *odata.Request, group string) []kind {
	t := g.model.Type(typeEducationUser)
	return func(r *odata.Request, group string) []kind {
		return []kind{inGroup(g, group, relation, t, g.educationUserFor(r)).guarded(rosterReadable(r, t))}
	}
}
