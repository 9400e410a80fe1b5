package graph

import (
	"context"
	"math"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// Nesting are the groups in groups: directly or, transitively, through others.
// Errors and the order of lists are those of Directory.
type Nesting interface {
	ListSubgroups(ctx context.Context, groupID string, transitively bool, q hosted.Query) ([]hosted.Group, error)
	ListSupergroups(ctx context.Context, groupID string, transitively bool, q hosted.Query) ([]hosted.Group, error)
	ListTransitiveMembers(ctx context.Context, groupID string, q hosted.Query) ([]hosted.User, error)
	CountTransitiveMembers(ctx context.Context, groupID string, f hosted.Filter) (int, error)
	ListTransitiveGroupsOf(ctx context.Context, idOrUPN string, q hosted.Query) ([]hosted.Group, error)
}

// counted is a reader of groups that are few enough to be counted as they are listed.
func counted(list func(context.Context, hosted.Query) ([]hosted.Group, error)) groupReader {
	return groupReader{list: list, count: func(ctx context.Context, f hosted.Filter) (int, error) {
		found, err := list(ctx, hosted.Query{Filter: f, Top: math.MaxInt})
		return len(found), err
	}}
}

func (g *surface) subgroups(group string, transitively bool) groupReader {
	return counted(func(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
		return g.Directory.ListSubgroups(ctx, group, transitively, q)
	})
}

// transitiveMembers are the users and groups in a group, and in those.
func (g *surface) transitiveMembers() *odata.EntitySet {
	return g.belongingSet(belongings{
		path: "groups/{group}/transitiveMembers", context: "directoryObjects", typ: g.model.Type(typeDirectoryObject), read: readGroupPermissions(),
		kinds: func(r *odata.Request) ([]kind, error) {
			group, err := g.group(r.Context(), r.Param("group"))
			users := g.model.Type(typeUser)
			return []kind{
				kindOf(users, g.userFor(r),
					func(ctx context.Context, q hosted.Query) ([]hosted.User, error) {
						return g.Directory.ListTransitiveMembers(ctx, group.ID, q)
					},
					func(ctx context.Context, f hosted.Filter) (int, error) {
						return g.Directory.CountTransitiveMembers(ctx, group.ID, f)
					}).guarded(readable(r, users)),
				g.subgroups(group.ID, true).as(g.model.Type(typeGroup), g.wholeGroup),
			}, err
		},
	})
}

// supergroups are the groups that a group is in.
func (g *surface) supergroups(name string, transitively bool) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: "groups/{group}/" + name, context: "directoryObjects", typ: g.model.Type(typeDirectoryObject), read: readGroupPermissions(),
		kinds: func(r *odata.Request) ([]kind, error) {
			group, err := g.group(r.Context(), r.Param("group"))
			outer := counted(func(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
				return g.Directory.ListSupergroups(ctx, group.ID, transitively, q)
			})
			return []kind{outer.as(g.model.Type(typeGroup), g.wholeGroup)}, err
		},
	})
}

// transitiveMemberOf are the groups that a user belongs to, those that these are in,
// and its administrative units.
func (g *surface) transitiveMemberOf(path string, find userFinder) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: path + "/transitiveMemberOf", context: "directoryObjects", typ: g.model.Type(typeDirectoryObject), read: readGroupPermissions(),
		kinds: func(r *odata.Request) ([]kind, error) {
			user, err := find(r)
			return g.kindsAroundUser(r, user.ID), err
		},
	})
}

func (g *surface) kindsAroundUser(r *odata.Request, user string) []kind {
	groups := counted(func(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
		return g.Directory.ListTransitiveGroupsOf(ctx, user, q)
	})
	return []kind{groups.as(g.model.Type(typeGroup), g.wholeGroup), g.unitsOf(r, user)}
}
