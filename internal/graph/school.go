package graph

import (
	"context"
	"errors"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

func schoolPlaces() []place {
	places := append([]place{{"displayName", directory.PropertyDisplayName}, {"description", directory.PropertyDescription}}, sourcePlaces()...)
	for _, name := range []string{
		"externalId", "schoolNumber", "principalEmail", "principalName", "externalPrincipalId", "lowestGrade", "highestGrade", "phone", "fax",
		"address/street", "address/city", "address/state", "address/countryOrRegion", "address/postalCode",
	} {
		places = append(places, place{name, name})
	}
	return places
}

func (g *surface) schoolObject(u directory.AdministrativeUnit) *odata.Object {
	o := withRest(odata.New(g.model.Type(typeSchool)).Set("id", odata.Text(u.ID)), holdingOfUnit(u))
	fill(g.model, o, schoolPlaces(), keptOfUnit(u))
	if !o.Get(propertySource).IsSet() {
		o.Set(propertySource, odata.Text(sourceManual))
	}
	return o
}

func (g *surface) schoolKind() unitKind {
	yes := "true"
	return unitKind{
		path: "education/schools", typ: typeSchool, name: "school", read: readRosterPermissions(), write: writeRosterPermissions(),
		places: schoolPlaces(), only: directory.Equal{Property: directory.PropertySchool, Value: &yes}, object: g.schoolObject,
	}
}

// schools are the administrative units that were made as schools.
func (g *surface) schools() *odata.EntitySet {
	set := g.unitSet(g.schoolKind())
	set.Navigations = []odata.Navigation{{
		Name: "administrativeUnit", Context: "administrativeUnits", Permissions: readRosterPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			u, err := g.Directory.Unit(r.Context(), o.Get("id").Text())
			return odata.Struct(g.unitObject(u)), err
		},
	}}
	return set
}

func (g *surface) classesOfSchool() *odata.EntitySet {
	t := g.model.Type(typeClass)
	return &odata.EntitySet{
		Path: "education/schools/{school}/classes", Type: t, ReadAll: readRosterPermissions(), References: "education/classes",
		Page: func(r *odata.Request) (odata.Page, error) {
			school, err := g.school(r)
			if err != nil {
				return odata.Page{}, err
			}
			list := lister[directory.Group](func(ctx context.Context, q directory.Query) ([]directory.Group, error) {
				return g.Directory.ListUnitGroups(ctx, school.ID, q)
			}).pages(idOfGroup)
			return g.pageOfClasses(r, list, func(ctx context.Context, f directory.Filter) (int, error) {
				return g.Directory.CountUnitGroups(ctx, school.ID, f)
			})
		},
		Count: func(r *odata.Request) (int, error) {
			school, err := g.school(r)
			if err != nil {
				return 0, err
			}
			f, err := classCondition(r, t)
			if err != nil {
				return 0, err
			}
			return g.Directory.CountUnitGroups(r.Context(), school.ID, f)
		},
	}
}

// school returns the school that the path names.
func (g *surface) school(r *odata.Request) (directory.AdministrativeUnit, error) {
	return g.unit(r.Context(), g.schoolKind(), r.Param("school"))
}

func (g *surface) usersOfSchool() *odata.EntitySet {
	t := g.model.Type(typeEducationUser)
	return &odata.EntitySet{
		Path: "education/schools/{school}/users", Type: t, ReadAll: readRosterPermissions(), References: "education/users",
		Page: func(r *odata.Request) (odata.Page, error) {
			school, err := g.school(r)
			if err := errors.Join(err, rosterReadable(r, t)); err != nil {
				return odata.Page{}, err
			}
			list := lister[directory.User](func(ctx context.Context, q directory.Query) ([]directory.User, error) {
				return g.Directory.ListUnitUsers(ctx, school.ID, q)
			}).pages(idOfUser)
			return page(r, t, list, func(ctx context.Context, f directory.Filter) (int, error) {
				return g.Directory.CountUnitUsers(ctx, school.ID, f)
			}, g.educationUserFor(r))
		},
		Count: func(r *odata.Request) (int, error) {
			school, err := g.school(r)
			if err := errors.Join(err, rosterReadable(r, t)); err != nil {
				return 0, err
			}
			f, err := conditionOf(r, t)
			if err != nil {
				return 0, err
			}
			return g.Directory.CountUnitUsers(r.Context(), school.ID, f)
		},
	}
}

func (g *surface) schoolsOfClass() *odata.EntitySet {
	return g.schoolsOf("education/classes/{class}/schools", func(r *odata.Request) (string, error) {
		group, err := g.class(r.Context(), r.Param("class"))
		return group.ID, err
	})
}

func (g *surface) schoolsOfUser() *odata.EntitySet {
	return g.schoolsOf("education/users/{user}/schools", func(r *odata.Request) (string, error) {
		user, err := g.Directory.User(r.Context(), r.Param("user"))
		return user.ID, notInDirectory(err, "user", r.Param("user"))
	})
}

// schoolsOf are the schools of a user or a class: a few.
func (g *surface) schoolsOf(path string, of func(*odata.Request) (string, error)) *odata.EntitySet {
	return &odata.EntitySet{
		Path: path, Type: g.model.Type(typeSchool), ReadAll: readRosterPermissions(),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			id, err := of(r)
			if err != nil {
				return nil, err
			}
			units, err := g.Directory.UnitsOf(r.Context(), id)
			if err != nil {
				return nil, err
			}
			var schools []*odata.Object
			for _, u := range units {
				if u.School {
					schools = append(schools, g.schoolObject(u))
				}
			}
			return schools, nil
		},
	}
}
