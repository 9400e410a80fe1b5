package graph

import (
	"context"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// Directory reads and changes the directory. Its methods MUST return errors that wrap
// directory.ErrNotFound for an object that is not there, and
// directory.ErrInvalid for a condition that cannot be answered. Lists MUST go on
// after the ID that Query.After names, pages where Page.Next says.
type Directory interface {
	PageUsers(ctx context.Context, q directory.Query) (directory.Page[directory.User], error)
	CountUsers(ctx context.Context, f directory.Filter) (int, error)
	User(ctx context.Context, idOrUPN string) (directory.User, error)

	PageGroups(ctx context.Context, q directory.Query) (directory.Page[directory.Group], error)
	CountGroups(ctx context.Context, f directory.Filter) (int, error)
	Group(ctx context.Context, id string) (directory.Group, error)

	ListMembers(ctx context.Context, groupID string, r directory.Relation, q directory.Query) ([]directory.User, error)
	CountMembers(ctx context.Context, groupID string, r directory.Relation, f directory.Filter) (int, error)

	// ListGroupsOf and CountGroupsOf are of the groups that a user belongs to,
	// in one relation or, with "", in any.
	ListGroupsOf(ctx context.Context, idOrUPN string, r directory.Relation, q directory.Query) ([]directory.Group, error)
	CountGroupsOf(ctx context.Context, idOrUPN string, r directory.Relation, f directory.Filter) (int, error)

	// Change does all of the effects, or none and returns an error. It returns
	// the ID of the object that each wrote. An effect on a group without ID is on
	// the one that was created before it. Adding who is in is a
	// directory.BelongsError, removing who is not in directory.ErrNotFound.
	Change(ctx context.Context, effects ...directory.Effect) ([]string, error)

	// DeltaUsers and DeltaGroups return what changed, or directory.ErrForgotten
	// where that cannot be told.
	DeltaUsers(ctx context.Context, q directory.DeltaQuery) (directory.Delta[directory.User], error)
	DeltaGroups(ctx context.Context, q directory.DeltaQuery) (directory.Delta[directory.GroupChange], error)

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
		referable(g.members("owners", directory.Owner)), referable(g.members("members", directory.Member)),
		g.transitiveMembers(), g.supergroups("memberOf", false), g.supergroups("transitiveMemberOf", true),
		g.directoryObjects(),
		g.organization(), g.domains(), g.subscribedSkus(),
		g.units("directory/administrativeUnits"), g.unitMembers("directory/administrativeUnits"),
		g.classes(), g.classMembers("members", directory.Member), g.classMembers("teachers", directory.Owner), g.schoolsOfClass(),
		g.schools(), g.classesOfSchool(), g.usersOfSchool(),
		g.educationUsers(),
	}
	for path, user := range map[string]userFinder{"users/{user}": g.userInPath, "me": g.caller} {
		sets = append(sets, g.memberOf(path, user, "memberOf", directory.Member), g.transitiveMemberOf(path, user),
			g.memberOf(path, user, "ownedObjects", directory.Owner))
	}
	for path, user := range map[string]userFinder{"education/users/{user}": g.userInPath, "education/me": g.caller} {
		sets = append(sets, g.classesOfUser(path, user, "classes", ""), g.classesOfUser(path, user, "taughtClasses", directory.Owner), g.schoolsOfUser(path, user))
	}
	return sets
}

// userFinder returns the user that a request is about.
type userFinder func(*odata.Request) (directory.User, error)

func (g *surface) userInPath(r *odata.Request) (directory.User, error) {
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
		expansion("memberOf", readGroupPermissions(), g.kindsOfUser(directory.Member)),
		expansion("transitiveMemberOf", readGroupPermissions(), g.kindsAroundUser),
		expansion("ownedObjects", readGroupPermissions(), g.kindsOfUser(directory.Owner)),
	}
}

func (g *surface) groups() *odata.EntitySet {
	t := g.model.Type(typeGroup)
	object := func(group directory.Group) *odata.Object { return groupObject(t, group) }
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
		Navigations: []odata.Navigation{g.expandMembers("owners", directory.Owner), g.expandMembers("members", directory.Member)},
	}
}

// pageOfAll returns a page of a list that the directory itself pages, as the query
// options want it. An order that there is no index of is made of all that match.
func pageOfAll[E any](g *surface, r *odata.Request, t *odata.Type,
	pages func(context.Context, directory.Query) (directory.Page[E], error),
	number func(context.Context, directory.Filter) (int, error),
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
func gathered[E any](pages func(context.Context, directory.Query) (directory.Page[E], error)) func(context.Context, directory.Query) ([]E, error) {
	return func(ctx context.Context, q directory.Query) (all []E, err error) {
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
