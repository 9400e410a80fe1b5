package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// deltaOperations tell what changed (Graph: delta query).
func (g *surface) deltaOperations() []odata.Operation {
	return []odata.Operation{
		deltaOperation("users", typeUser, readUserPermissions(), g.usersDelta),
		deltaOperation("groups", typeGroup, readGroupPermissions(), g.groupsDelta),
		deltaOperation("education/users", typeEducationUser, readRosterPermissions(), g.educationUsersDelta),
		deltaOperation("education/schools", typeSchool, readRosterPermissions(), g.unitsDelta(g.schoolKind())),
		g.unitsDeltaAt("directory/administrativeUnits"),
		deltaOperation("education/classes", typeClass, readRosterPermissions(), g.classesDelta),
	}
}

func deltaOperation(path, typ string, permissions []string, handle func(*odata.Request) (odata.Answer, error)) odata.Operation {
	return odata.Operation{
		Method: http.MethodGet, Path: path + "/delta", Permissions: permissions, Handle: handle,
		Bound: &odata.Bound{Type: typ, Collection: true, Returns: typ, Many: true, Composable: true},
	}
}

// unitsDeltaAt tells what changed of administrative units.
func (g *surface) unitsDeltaAt(path string) odata.Operation {
	return deltaOperation(path, typeUnit, readUnitPermissions(), g.unitsDelta(g.plainUnits("administrativeUnits")))
}

// deltaQuery translates the query options of a delta.
func deltaQuery(r *odata.Request) (hosted.DeltaQuery, error) {
	o := r.Options
	switch {
	case o.Filter != nil, len(o.OrderBy) > 0, o.Search != nil, len(o.Expand) > 0, o.Skip > 0, o.Count:
		return hosted.DeltaQuery{}, unsupportedOption("$filter, $orderby, $search, $expand, $skip or $count", "with delta")
	case o.Top > maxTop || o.Top == 0:
		return hosted.DeltaQuery{}, odata.BadRequest(odata.InnerInvalidQuery, "$top", "The value of $top must be from 1 to %d, not %d.", maxTop, o.Top)
	}
	q := hosted.DeltaQuery{Token: o.SkipToken, Top: r.PageSize(defaultTop)}
	if o.Top > 0 {
		q.Top = o.Top
	}
	if o.DeltaToken != nil && q.Token == "" {
		q.Token = *o.DeltaToken
	}
	return q, nil
}

// deltaPage returns a page of what changed.
func deltaPage[E any](r *odata.Request, t *odata.Type, context string, d hosted.Delta[E], err error, object func(E) *odata.Object) (odata.Answer, error) {
	if errors.Is(err, hosted.ErrForgotten) {
		return odata.Answer{}, &odata.Error{Status: http.StatusGone, Code: "syncStateNotFound", Location: r.Continued("deltatoken", ""),
			Message: "What changed since this token is not known any more; begin anew at the address in Location."}
	}
	if err != nil {
		return odata.Answer{}, err
	}
	selectID(r.Options)
	p := odata.Page{Count: -1, Objects: objects(d.Changed, object), Next: d.Next, Delta: d.Done}
	for _, id := range d.Deleted {
		p.Objects = append(p.Objects, removed(t, id, "deleted"))
	}
	return odata.Answer{Page: &p, Declared: t, Context: context}, nil
}

// selectID has the answer say what changed, whatever else $select names: without
// its id nobody could tell whose change it is.
func selectID(o *odata.Options) {
	named := func(name string) bool { return strings.EqualFold(name, "id") }
	if len(o.Select) > 0 && !slices.ContainsFunc(o.Select, named) {
		o.Select = append(o.Select, "id")
	}
}

func removed(t *odata.Type, id, reason string) *odata.Object {
	o := odata.New(t).Set("id", odata.Text(id))
	o.Removed = reason
	return o
}

func (g *surface) usersDelta(r *odata.Request) (odata.Answer, error) {
	q, err := deltaQuery(r)
	if err != nil {
		return odata.Answer{}, err
	}
	d, err := g.Directory.DeltaUsers(r.Context(), q)
	return deltaPage(r, g.model.Type(typeUser), "users", d, err, g.userFor(r))
}

func (g *surface) educationUsersDelta(r *odata.Request) (odata.Answer, error) {
	q, err := deltaQuery(r)
	if err != nil {
		return odata.Answer{}, err
	}
	d, err := g.Directory.DeltaUsers(r.Context(), q)
	return deltaPage(r, g.model.Type(typeEducationUser), "education/users", d, err, g.educationUserFor(r))
}

// unitsDelta tells what changed of administrative units, without who belongs to them.
func (g *surface) unitsDelta(k unitKind) func(*odata.Request) (odata.Answer, error) {
	return func(r *odata.Request) (odata.Answer, error) {
		q, err := deltaQuery(r)
		if err != nil {
			return odata.Answer{}, err
		}
		q.Schools = k.only != nil
		d, err := g.Directory.DeltaUnits(r.Context(), q)
		return deltaPage(r, g.model.Type(k.typ), k.path, d, err, k.object)
	}
}

func (g *surface) groupsDelta(r *odata.Request) (odata.Answer, error) {
	t := g.model.Type(typeGroup)
	return g.deltaOfGroups(r, "groups", t, g.model.Type(typeUser), false, func(group hosted.Group) *odata.Object { return groupObject(t, group) })
}

func (g *surface) classesDelta(r *odata.Request) (odata.Answer, error) {
	return g.deltaOfGroups(r, "education/classes", g.model.Type(typeClass), g.model.Type(typeEducationUser), true, g.classObject)
}

// deltaOfGroups returns a page of the groups that changed, with the members who
// came and who went unless $select leaves them out.
func (g *surface) deltaOfGroups(r *odata.Request, context string, t, member *odata.Type, classes bool,
	object func(hosted.Group) *odata.Object,
) (odata.Answer, error) {
	q, err := deltaQuery(r)
	if err != nil {
		return odata.Answer{}, err
	}
	q.Classes = classes
	selected := r.Options.Select
	q.Members = len(selected) == 0 || slices.ContainsFunc(selected, func(name string) bool { return strings.EqualFold(name, "members") })
	d, err := g.Directory.DeltaGroups(r.Context(), q)
	return deltaPage(r, t, context, d, err, func(change hosted.GroupChange) *odata.Object {
		o := object(change.Group)
		var who []*odata.Object
		for _, id := range change.Came {
			who = append(who, odata.New(member).Set("id", odata.Text(id)))
		}
		for _, id := range change.Went {
			who = append(who, removed(member, id, "deleted"))
		}
		if len(who) > 0 {
			o.Moves = []odata.Moves{{Navigation: "members", Entities: who}}
		}
		return o
	})
}
