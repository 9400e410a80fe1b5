package graph

import (
	"context"
	"errors"
	"strings"

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
	CountMembers(ctx context.Context, groupID string, r directory.Relation) (int, error)

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
}

// Pages of the directory (Graph: users, list).
const (
	defaultTop = 100
	maxTop     = 999
)

// directorySets are the entity sets of the directory.
func (g *surface) directorySets() []*odata.EntitySet {
	return []*odata.EntitySet{
		g.users(), g.groups(), g.newGroups(),
		referable(g.members("owners", directory.Owner)), referable(g.members("members", directory.Member)),
		g.members("transitiveMembers", directory.Member), // groups hold no groups
		g.memberOf("memberOf", directory.Member), g.memberOf("transitiveMemberOf", directory.Member), g.memberOf("ownedObjects", directory.Owner),
		g.directoryObjects(),
		g.units("directory/administrativeUnits"), g.unitMembers("directory/administrativeUnits"),
		g.classes(), g.classMembers("members", directory.Member), g.classMembers("teachers", directory.Owner), g.schoolsOfClass(),
		g.schools(), g.classesOfSchool(), g.usersOfSchool(),
		g.educationUsers(), g.classesOfUser("classes", ""), g.classesOfUser("taughtClasses", directory.Owner), g.schoolsOfUser(),
	}
}

func (g *surface) users() *odata.EntitySet {
	t := g.model.Type(typeUser)
	return &odata.EntitySet{
		Path: "users", Type: t, ReadAll: readUserPermissions(), ReadOne: readUserPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			if err := readable(r, t); err != nil {
				return odata.Page{}, err
			}
			return page(r, t, g.Directory.PageUsers, g.Directory.CountUsers, g.userFor(r))
		},
		Count: func(r *odata.Request) (int, error) {
			f, err := conditionOf(r, t)
			if err := errors.Join(err, readable(r, t)); err != nil {
				return 0, err
			}
			return g.Directory.CountUsers(r.Context(), f)
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			u, err := g.Directory.User(r.Context(), r.Param("id"))
			if err != nil {
				return nil, notInDirectory(err, "user", r.Param("id"))
			}
			return g.userFor(r)(u), nil
		},
		Write: writeUserPermissions(), Create: g.createUser, Update: g.updateUser, Delete: g.deleteUser,
	}
}

func (g *surface) groups() *odata.EntitySet {
	t := g.model.Type(typeGroup)
	object := func(group directory.Group) *odata.Object { return groupObject(t, group) }
	return &odata.EntitySet{
		Path: "groups", Type: t, ReadAll: readGroupPermissions(), ReadOne: readGroupPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			return page(r, t, g.Directory.PageGroups, g.Directory.CountGroups, object)
		},
		Count: func(r *odata.Request) (int, error) {
			return countOf(r, t, g.Directory.CountGroups)
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

// maxExpanded is how many objects an expanded navigation shows (Graph: groups).
const maxExpanded = 20

// expandMembers shows who belongs to a single group inside of it.
func (g *surface) expandMembers(name string, relation directory.Relation) odata.Navigation {
	return odata.Navigation{
		Name: name, Permissions: readGroupPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			if r.Param("id") == "" {
				return odata.Value{}, unsupportedOption("$expand", "on a list of groups")
			}
			users, err := g.Directory.ListMembers(r.Context(), o.Get("id").Text(), relation, directory.Query{Top: maxExpanded})
			items := make([]odata.Value, len(users))
			for i, u := range users {
				items[i] = odata.Struct(g.userFor(r)(u))
			}
			return odata.List(items), err
		},
	}
}

// referable lets the objects of a set be listed as references, too.
func referable(set *odata.EntitySet) *odata.EntitySet {
	set.References = "directoryObjects"
	return set
}

// members are the users that belong to a group.
func (g *surface) members(name string, relation directory.Relation) *odata.EntitySet {
	return &odata.EntitySet{
		Path: "groups/{group}/" + name, Context: "directoryObjects", Type: g.model.Type(typeDirectoryObject), ReadAll: readGroupPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			if err := readable(r, g.model.Type(typeUser)); err != nil {
				return odata.Page{}, err
			}
			group := r.Param("group")
			list := lister[directory.User](func(ctx context.Context, q directory.Query) ([]directory.User, error) {
				return g.Directory.ListMembers(ctx, group, relation, q)
			}).pages(idOfUser)
			number := func(ctx context.Context, f directory.Filter) (int, error) {
				if f != nil {
					return 0, unsupportedOption("$count", "together with $filter")
				}
				return g.Directory.CountMembers(ctx, group, relation)
			}
			p, err := page(r, g.model.Type(typeUser), list, number, g.userFor(r))
			return p, notInDirectory(err, "group", group)
		},
		Count: func(r *odata.Request) (int, error) {
			if r.Options.Filter != nil {
				return 0, unsupportedOption("$filter", "together with $count")
			}
			if r.Cast != nil && !g.model.Type(typeUser).Is(r.Cast) {
				return 0, nil
			}
			n, err := g.Directory.CountMembers(r.Context(), r.Param("group"), relation)
			return n, notInDirectory(err, "group", r.Param("group"))
		},
	}
}

// page returns a page of users or groups as the query options want it.
func page[E any](r *odata.Request, t *odata.Type,
	list func(context.Context, directory.Query) (directory.Page[E], error),
	number func(context.Context, directory.Filter) (int, error),
	object func(E) *odata.Object,
) (odata.Page, error) {
	q, err := queryOf(r, t)
	if err != nil {
		return odata.Page{}, err
	}
	p := odata.Page{Count: -1, Objects: []*odata.Object{}}
	if r.Cast != nil && !t.Is(r.Cast) {
		return p, nil // the path asks for objects of another type
	}
	if r.Options.Count && q.After == "" {
		if p.Count, err = number(r.Context(), q.Filter); err != nil {
			return odata.Page{}, err
		}
	}
	if q.Top == 0 {
		return p, nil
	}
	found, err := list(r.Context(), q)
	if err != nil {
		return odata.Page{}, err
	}
	p.Objects, p.Next = objects(found.Items, object), found.Next
	return p, nil
}

// countOf returns the number of users, groups or units that $filter leaves.
func countOf(r *odata.Request, t *odata.Type, number func(context.Context, directory.Filter) (int, error)) (int, error) {
	f, err := conditionOf(r, t)
	if err != nil {
		return 0, err
	}
	return number(r.Context(), f)
}

// lister reads a list in its own order, from an ID on.
type lister[E any] func(context.Context, directory.Query) ([]E, error)

// pages returns what reads a list page by page.
func (list lister[E]) pages(id func(E) string) func(context.Context, directory.Query) (directory.Page[E], error) {
	return func(ctx context.Context, q directory.Query) (p directory.Page[E], err error) {
		if q.OrderBy != "" {
			return p, unsupportedOption("$orderby", "on this list")
		}
		if q.After, err = afterID(q.After); err != nil {
			return p, err
		}
		// One more than is shown tells whether anything follows.
		top := q.Top
		q.Top++
		found, err := list(ctx, q)
		if err != nil {
			return p, err
		}
		p.Items = found[:min(top, len(found))]
		if len(found) > top {
			p.Next = tokenOfID(id(found[top-1]))
		}
		return p, nil
	}
}

func tokenOfID(id string) string { return "id-'" + id + "'" }

func afterID(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	id, ok := strings.CutPrefix(token, "id-'")
	if !ok || !strings.HasSuffix(id, "'") {
		return "", odata.BadRequest(odata.InnerInvalidQuery, "$skiptoken", "The value of $skiptoken does not belong to this request; use an @odata.nextLink as it is.")
	}
	return strings.TrimSuffix(id, "'"), nil
}

func idOfUser(u directory.User) string { return u.ID }

func idOfGroup(g directory.Group) string { return g.ID }
