package graph

import (
	"context"
	"net/http"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// Units are the administrative units of a directory, of which some are schools.
// Errors are those of Directory.
type Units interface {
	ListUnits(ctx context.Context, q hosted.Query) ([]hosted.AdministrativeUnit, error)
	CountUnits(ctx context.Context, f hosted.Filter) (int, error)
	Unit(ctx context.Context, id string) (hosted.AdministrativeUnit, error)
	CreateUnit(ctx context.Context, u hosted.AdministrativeUnit) (id string, err error)
	UpdateUnit(ctx context.Context, id string, change func(hosted.AdministrativeUnit) (hosted.AdministrativeUnit, error)) error
	DeleteUnit(ctx context.Context, id string) error

	ListUnitUsers(ctx context.Context, unitID string, q hosted.Query) ([]hosted.User, error)
	ListUnitGroups(ctx context.Context, unitID string, q hosted.Query) ([]hosted.Group, error)
	CountUnitUsers(ctx context.Context, unitID string, f hosted.Filter) (int, error)
	CountUnitGroups(ctx context.Context, unitID string, f hosted.Filter) (int, error)
	UnitsOf(ctx context.Context, objectID string) ([]hosted.AdministrativeUnit, error)
	ListUnitsOf(ctx context.Context, idOrUPN string, q hosted.Query) ([]hosted.AdministrativeUnit, error)
	AddToUnit(ctx context.Context, unitID, memberID string) error
	RemoveFromUnit(ctx context.Context, unitID, memberID string) error

	// DeltaUnits returns what changed, or hosted.ErrForgotten where that cannot be
	// told.
	DeltaUnits(ctx context.Context, q hosted.DeltaQuery) (hosted.Delta[hosted.AdministrativeUnit], error)
}

func unitPlaces() []place {
	return []place{{"displayName", hosted.PropertyDisplayName}, {"description", hosted.PropertyDescription}, {"visibility", hosted.AttributeVisibility}}
}

// keptOfUnit returns the properties of a unit by their names.
func keptOfUnit(u hosted.AdministrativeUnit) func(string) string {
	return func(property string) string {
		if property == hosted.PropertyDisplayName {
			return u.DisplayName
		}
		return u.Attributes[property]
	}
}

func (g *surface) unitObject(u hosted.AdministrativeUnit) *odata.Object {
	o := withRest(odata.New(g.model.Type(typeUnit)).Set("id", odata.Text(u.ID)), holdingOfUnit(u))
	return fill(g.model, o, unitPlaces(), keptOfUnit(u))
}

// unitKind is how administrative units are shown: as what they are, or as schools.
type unitKind struct {
	path, typ, name string
	read, write     []string
	places          []place
	only            hosted.Filter // nil for all
	object          func(hosted.AdministrativeUnit) *odata.Object
}

func (g *surface) units(path string) *odata.EntitySet {
	return g.unitSet(g.plainUnits(path))
}

func (g *surface) plainUnits(path string) unitKind {
	return unitKind{
		path: path, typ: typeUnit, name: "administrative unit", read: readUnitPermissions(), write: writeUnitPermissions(),
		places: unitPlaces(), object: g.unitObject,
	}
}

func (g *surface) unitSet(k unitKind) *odata.EntitySet {
	t := g.model.Type(k.typ)
	all := kindOf(t, k.object,
		func(ctx context.Context, q hosted.Query) ([]hosted.AdministrativeUnit, error) {
			q.Filter = both(k.only, q.Filter)
			return g.Directory.ListUnits(ctx, q)
		},
		func(ctx context.Context, f hosted.Filter) (int, error) {
			return g.Directory.CountUnits(ctx, both(k.only, f))
		})
	return &odata.EntitySet{
		Path: k.path, Type: t, ReadAll: k.read, ReadOne: k.read, Write: k.write,
		Page:  func(r *odata.Request) (odata.Page, error) { return g.pageOfKinds(r, all) },
		Count: func(r *odata.Request) (int, error) { return g.countOfKinds(r, all) },
		Get: func(r *odata.Request) (*odata.Object, error) {
			u, err := g.unit(r.Context(), k, r.Param("id"))
			if err != nil {
				return nil, err
			}
			return k.object(u), nil
		},
		Create: func(r *odata.Request, o *odata.Object) (*odata.Object, error) { return g.createUnit(r, k, o) },
		Update: func(r *odata.Request, p *odata.Payload) error { return g.updateUnit(r, k, p) },
		Delete: func(r *odata.Request) error {
			u, err := g.unit(r.Context(), k, r.Param("id"))
			if err != nil {
				return err
			}
			if err := r.Change(k.object(u), nil); err != nil {
				return err
			}
			return notInDirectory(g.Directory.DeleteUnit(r.Context(), u.ID), k.name, u.ID)
		},
	}
}

func both(a, b hosted.Filter) hosted.Filter {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return hosted.And{Left: a, Right: b}
}

// unit returns a unit that is of the kind.
func (g *surface) unit(ctx context.Context, k unitKind, id string) (hosted.AdministrativeUnit, error) {
	u, err := g.Directory.Unit(ctx, id)
	if err == nil && k.only != nil && !u.School {
		err = hosted.ErrNotFound
	}
	return u, notInDirectory(err, k.name, id)
}

// set returns what came in of a unit, by property name. now is the unit as it is.
func (k unitKind) set(o *odata.Object, now hosted.AdministrativeUnit) (map[string]*string, error) {
	set, err := flatten(o, k.places)
	if err != nil {
		return nil, err
	}
	return set, setExtras(set, o, holdingOfUnit(now))
}

func (g *surface) createUnit(r *odata.Request, k unitKind, o *odata.Object) (*odata.Object, error) {
	set, err := k.set(o, hosted.AdministrativeUnit{})
	if err != nil {
		return nil, err
	}
	if set[hosted.PropertyDisplayName] == nil {
		return nil, requestError("displayName", "The property 'displayName' is required.")
	}
	u := hosted.AdministrativeUnit{School: k.only != nil}.With(set)
	if u.ID, err = g.Directory.CreateUnit(r.Context(), u); err != nil {
		return nil, err
	}
	return k.object(u), nil
}

func (g *surface) updateUnit(r *odata.Request, k unitKind, p *odata.Payload) error {
	id := r.Param("id")
	unit, err := g.unit(r.Context(), k, id)
	if err != nil {
		return err
	}
	o, err := p.ForUpdate(g.model.Type(k.typ))
	if err != nil {
		return err
	}
	set, err := k.set(o, unit)
	if err != nil {
		return err
	}
	if name, given := set[hosted.PropertyDisplayName]; given && name == nil {
		return requestError("displayName", "Invalid value specified for property 'displayName'.")
	}
	return g.Directory.UpdateUnit(r.Context(), id, func(u hosted.AdministrativeUnit) (hosted.AdministrativeUnit, error) {
		after := u.With(set)
		return after, r.Change(k.object(u), k.object(after))
	})
}

// unitMembers are the users and the groups of a unit.
func (g *surface) unitMembers(path string) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: path + "/{unit}/members", context: "directoryObjects", references: "directoryObjects",
		typ: g.model.Type(typeDirectoryObject), read: readUnitPermissions(),
		kinds: func(r *odata.Request) ([]kind, error) {
			unit, err := g.unit(r.Context(), g.plainUnits(path), r.Param("unit"))
			return g.kindsInUnit(r, unit.ID), err
		},
	})
}

func (g *surface) kindsInUnit(r *odata.Request, unit string) []kind {
	users, groups := g.model.Type(typeUser), g.model.Type(typeGroup)
	return []kind{
		usersInUnit(g, unit, users, g.userFor(r)).guarded(readable(r, users)),
		g.groupsInUnit(unit).as(groups, g.wholeGroup),
	}
}

// usersInUnit are the users of a unit.
func usersInUnit(g *surface, unit string, t *odata.Type, object func(hosted.User) *odata.Object) kind {
	return kindOf(t, object,
		func(ctx context.Context, q hosted.Query) ([]hosted.User, error) {
			return g.Directory.ListUnitUsers(ctx, unit, q)
		},
		func(ctx context.Context, f hosted.Filter) (int, error) {
			return g.Directory.CountUnitUsers(ctx, unit, f)
		})
}

func (g *surface) groupsInUnit(unit string) groupReader {
	return groupReader{
		list: func(ctx context.Context, q hosted.Query) ([]hosted.Group, error) {
			return g.Directory.ListUnitGroups(ctx, unit, q)
		},
		count: func(ctx context.Context, f hosted.Filter) (int, error) {
			return g.Directory.CountUnitGroups(ctx, unit, f)
		},
	}
}

// unitReferences add and remove who belongs to a unit.
func (g *surface) unitReferences(path string) []odata.Operation {
	return g.belonging("unit", "members", typeDirectoryObject, g.plainUnits(path))
}

// belonging are the operations that add to the units of a kind, and remove from
// them, what a navigation leads to. key names the unit in the path.
func (g *surface) belonging(key, name, typ string, k unitKind) []odata.Operation {
	add := func(r *odata.Request) (odata.Answer, error) {
		u, err := g.unit(r.Context(), k, r.Param(key))
		if err != nil {
			return odata.Answer{}, err
		}
		p, err := r.Payload()
		if err != nil {
			return odata.Answer{}, err
		}
		member, err := p.Reference(g.model.Type(typ))
		if err != nil {
			return odata.Answer{}, err
		}
		if err := r.Change(k.object(u), with(k.object(u), name, member)); err != nil {
			return odata.Answer{}, err
		}
		return odata.Answer{}, refusedAdding(g.Directory.AddToUnit(r.Context(), u.ID, member), name)
	}
	remove := func(r *odata.Request) (odata.Answer, error) {
		u, err := g.unit(r.Context(), k, r.Param(key))
		if err != nil {
			return odata.Answer{}, err
		}
		member, err := r.Removed(g.model.Type(typ))
		if err != nil {
			return odata.Answer{}, err
		}
		if err := r.Change(with(k.object(u), name, member), k.object(u)); err != nil {
			return odata.Answer{}, err
		}
		return odata.Answer{}, refusedRemoving(g.Directory.RemoveFromUnit(r.Context(), u.ID, member), name, member)
	}
	path := k.path + "/{" + key + "}/" + name
	return []odata.Operation{
		{Method: http.MethodPost, Path: path + "/$ref", Permissions: k.write, Handle: add},
		{Method: http.MethodDelete, Path: path + "/$ref", Permissions: k.write, Handle: remove},
		{Method: http.MethodDelete, Path: path + "/{id}/$ref", Permissions: k.write, Handle: remove},
	}
}
