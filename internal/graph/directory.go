package graph

import (
	"context"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// Directory reads and changes the directory. Its methods MUST return errors that wrap
// hosted.ErrNotFound for an object that is not there, and
// hosted.ErrInvalid for a condition that cannot be answered. Lists MUST go on
// after the ID that Query.After names, pages where Page.Next says.
type Directory interface {
	PageUsers(ctx context.Context, q hosted.Query) (hosted.Page[hosted.User], error)
	CountUsers(ctx context.Context, f hosted.Filter) (int, error)
	User(ctx context.Context, idOrUPN string) (hosted.User, error)

	PageGroups(ctx context.Context, q hosted.Query) (hosted.Page[hosted.Group], error)
	CountGroups(ctx context.Context, f hosted.Filter) (int, error)
	Group(ctx context.Context, id string) (hosted.Group, error)

	ListMembers(ctx context.Context, groupID string, r hosted.Relation, q hosted.Query) ([]hosted.User, error)
	CountMembers(ctx context.Context, groupID string, r hosted.Relation, f hosted.Filter) (int, error)

	// ListGroupsOf and CountGroupsOf are of the groups that a user belongs to,
	// in one relation or, with "", in any.
	ListGroupsOf(ctx context.Context, idOrUPN string, r hosted.Relation, q hosted.Query) ([]hosted.Group, error)
	CountGroupsOf(ctx context.Context, idOrUPN string, r hosted.Relation, f hosted.Filter) (int, error)

	// Change does all of the effects, or none and returns an error. It returns
	// the ID of the object that each wrote. An effect on a group without ID is on
	// the one that was created before it. Adding who is in is a
	// hosted.BelongsError, removing who is not in hosted.ErrNotFound.
	Change(ctx context.Context, effects ...hosted.Effect) ([]string, error)

	// DeltaUsers and DeltaGroups return what changed, or hosted.ErrForgotten
	// where that cannot be told.
	DeltaUsers(ctx context.Context, q hosted.DeltaQuery) (hosted.Delta[hosted.User], error)
	DeltaGroups(ctx context.Context, q hosted.DeltaQuery) (hosted.Delta[hosted.GroupChange], error)

	Units
	Nesting
}

// Pages of the directory (Graph: users, list).
const (
	defaultTop = 100
	maxTop     = 999
)

// directorySets are the entity sets of the directory.
func (g *surface) directorySets() []*odata.EntitySet {
	sets := []*odata.EntitySet{
		g.users(), g.groups(), g.newGroups(),
		referable(g.members("owners", hosted.Owner)), referable(g.members("members", hosted.Member)),
		g.transitiveMembers(), g.supergroups("memberOf", false), g.supergroups("transitiveMemberOf", true),
		g.directoryObjects(),
		g.organization(), g.domains(), g.subscribedSkus(),
		g.units("directory/administrativeUnits"), g.unitMembers("directory/administrativeUnits"),
		g.classes(), g.classMembers("members", hosted.Member), g.classMembers("teachers", hosted.Owner), g.schoolsOfClass(),
		g.schools(), g.classesOfSchool(), g.usersOfSchool(),
		g.educationUsers(),
	}
	for path, user := range map[string]userFinder{"users/{user}": g.userInPath, "me": g.caller} {
		sets = append(sets, g.memberOf(path, user, "memberOf", hosted.Member), g.transitiveMemberOf(path, user),
			g.memberOf(path, user, "ownedObjects", hosted.Owner))
	}
	for path, user := range map[string]userFinder{"education/users/{user}": g.userInPath, "education/me": g.caller} {
		sets = append(sets, g.classesOfUser(path, user, "classes", ""), g.classesOfUser(path, user, "taughtClasses", hosted.Owner), g.schoolsOfUser(path, user))
	}
	return sets
}

// userFinder returns the user that a request is about.
type userFinder func(*odata.Request) (hosted.User, error)

func (g *surface) userInPath(r *odata.Request) (hosted.User, error) {
	return g.user(r.Context(), r.Param("user"))
}

func (g *surface) users() *odata.EntitySet {
	t := g.model.Type(typeUser)
	return &odata.EntitySet{
		Path: "users", Type: t, ReadAll: readUserPermissions(), ReadOne: readUserPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			if err := readable(r, t); err != nil {
				return odata.Page{}, err
			}
			return pageOfAll(g, r, t, g.Directory.PageUsers, g.Directory.CountUsers, g.userFor(r))
		},
		Count: func(r *odata.Request) (int, error) {
			return g.countOfKinds(r, kindOf(t, g.userFor(r), nil, g.Directory.CountUsers).guarded(readable(r, t)))
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			u, err := g.Directory.User(r.Context(), r.Param("id"))
			if err != nil {
				return nil, notInDirectory(err, "user", r.Param("id"))
			}
			return g.userFor(r)(u), nil
		},
		Write: writeUserPermissions(), Create: g.createUser, Update: g.updateUser, Delete: g.deleteUser,
		Navigations: g.userNavigations(),
	}
}

// userNavigations lead from a user to what it belongs to.
func (g *surface) userNavigations() []odata.Navigation {
	return []odata.Navigation{
		expansion("memberOf", readGroupPermissions(), g.kindsOfUser(hosted.Member)),
		expansion("transitiveMemberOf", readGroupPermissions(), g.kindsAroundUser),
		expansion("ownedObjects", readGroupPermissions(), g.kindsOfUser(hosted.Owner)),
	}
}

func (g *surface) groups() *odata.EntitySet {
	t := g.model.Type(typeGroup)
	object := func(group hosted.Group) *odata.Object { return groupObject(t, group) }
	return &odata.EntitySet{
		Path: "groups", Type: t, ReadAll: readGroupPermissions(), ReadOne: readGroupPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			return pageOfAll(g, r, t, g.Directory.PageGroups, g.Directory.CountGroups, g.wholeGroup)
		},
		Count: func(r *odata.Request) (int, error) {
			return g.countOfKinds(r, kindOf(t, g.wholeGroup, nil, g.Directory.CountGroups))
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			group, err := g.group(r.Context(), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return object(group), nil
		},
		Write: writeGroupPermissions(), Update: g.updateGroup, Delete: g.deleteGroup,
		Navigations: []odata.Navigation{g.expandMembers("owners", hosted.Owner), g.expandMembers("members", hosted.Member)},
	}
}

// pageOfAll returns a page of a list that the directory itself pages, as the query
// options want it. An order that there is no index of is made of all that match.
func pageOfAll[E any](g *surface, r *odata.Request, t *odata.Type,
	pages func(context.Context, hosted.Query) (hosted.Page[E], error),
	number func(context.Context, hosted.Filter) (int, error),
	object func(E) *odata.Object,
) (odata.Page, error) {
	q, err := g.queryOf(r, t)
	if err != nil {
		return odata.Page{}, err
	}
	p := odata.Page{Count: -1, Objects: []*odata.Object{}}
	if r.Cast != nil && !t.Is(r.Cast) {
		return p, nil // the path asks for objects of another type
	}
	if !orderOf(r.Options, t, &q) {
		return g.pageOfKinds(r, kindOf(t, object, gathered(pages), number))
	}
	if r.Options.Count && q.After == "" {
		if p.Count, err = number(r.Context(), q.Filter); err != nil {
			return odata.Page{}, err
		}
	}
	if q.Top == 0 {
		return p, nil
	}
	found, err := pages(r.Context(), q)
	if err != nil {
		return odata.Page{}, err
	}
	p.Objects, p.Next = objects(found.Items, object), found.Next
	return p, nil
}

// gathered reads a list from its beginning, as many pages as it takes.
func gathered[E any](pages func(context.Context, hosted.Query) (hosted.Page[E], error)) func(context.Context, hosted.Query) ([]E, error) {
	return func(ctx context.Context, q hosted.Query) (all []E, err error) {
		for size := q.Top; len(all) < size; {
			q.Top = size - len(all)
			p, err := pages(ctx, q)
			if err != nil {
				return nil, err
			}
			if all = append(all, p.Items...); p.Next == "" {
				break
			}
			q.After = p.Next
		}
		return all, nil
	}
}
