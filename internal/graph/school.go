package graph

import (
	"context"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

func schoolPlaces() []place {
	places := append([]place{{"displayName", hosted.PropertyDisplayName}, {"description", hosted.PropertyDescription}}, sourcePlaces()...)
	for _, name := range []string{
		"externalId", "schoolNumber", "principalEmail", "principalName", "externalPrincipalId", "lowestGrade", "highestGrade", "phone", "fax",
		"address/street", "address/city", "address/state", "address/countryOrRegion", "address/postalCode",
	} {
		places = append(places, place{name, name})
	}
	return places
}

func (g *surface) schoolObject(u hosted.AdministrativeUnit) *odata.Object {
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
		places: schoolPlaces(), only: hosted.Equal{Property: hosted.PropertySchool, Value: &yes}, object: g.schoolObject,
	}
}

// schools are the administrative units that were made as schools.
func (g *surface) schools() *odata.EntitySet {
	set := g.unitSet(g.schoolKind())
	set.Navigations = g.schoolNavigations()
	return set
}

// schoolNavigations lead from a school to what it is, and to what belongs to it.
func (g *surface) schoolNavigations() []odata.Navigation {
	return []odata.Navigation{{
		Name: "administrativeUnit", Context: "administrativeUnits", Permissions: readRosterPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			u, err := g.Directory.Unit(r.Context(), o.Get("id").Text())
			return odata.Struct(g.unitObject(u)), err
		},
	}, rosterExpansion("classes", g.classesInSchool), rosterExpansion("users", g.usersInSchool)}
}

func (g *surface) classesOfSchool() *odata.EntitySet {
	return g.belongingSet(belongings{
		path: "education/schools/{school}/classes", references: "education/classes", typ: g.model.Type(typeClass), read: readRosterPermissions(),
		navigations: g.classNavigations(),
		kinds: func(r *odata.Request) ([]kind, error) {
			school, err := g.school(r)
			return g.classesInSchool(r, school.ID), err
		},
	})
}

func (g *surface) classesInSchool(_ *odata.Request, school string) []kind {
	return []kind{g.groupsInUnit(school).classes().as(g.model.Type(typeClass), g.classObject)}
}

// school returns the school that the path names.
func (g *surface) school(r *odata.Request) (hosted.AdministrativeUnit, error) {
	return g.unit(r.Context(), g.schoolKind(), r.Param("school"))
}

func (g *surface) usersOfSchool() *odata.EntitySet {
	return g.belongingSet(belongings{
		path: "education/schools/{school}/users", references: "education/users", typ: g.model.Type(typeEducationUser), read: readRosterPermissions(),
		navigations: g.educationUserNavigations(),
		kinds: func(r *odata.Request) ([]kind, error) {
			school, err := g.school(r)
			return g.usersInSchool(r, school.ID), err
		},
	})
}

func (g *surface) usersInSchool(r *odata.Request, school string) []kind {
	t := g.model.Type(typeEducationUser)
	return []kind{usersInUnit(g, school, t, g.educationUserFor(r)).guarded(rosterReadable(r, t))}
}

func (g *surface) schoolsOfClass() *odata.EntitySet {
	return g.schoolsOf("education/classes/{class}/schools", func(r *odata.Request) (string, error) {
		group, err := g.class(r.Context(), r.Param("class"))
		return group.ID, err
	})
}

func (g *surface) schoolsOfUser(path string, find userFinder) *odata.EntitySet {
	return g.schoolsOf(path+"/schools", func(r *odata.Request) (string, error) {
		user, err := find(r)
		return user.ID, err
	})
}

// schoolsOf are the schools of a user or a class: a few.
func (g *surface) schoolsOf(path string, of func(*odata.Request) (string, error)) *odata.EntitySet {
	return &odata.EntitySet{
		Path: path, Type: g.model.Type(typeSchool), ReadAll: readRosterPermissions(), Navigations: g.schoolNavigations(),
		List: func(r *odata.Request) ([]*odata.Object, error) {
			id, err := of(r)
			if err != nil {
				return nil, err
			}
			return g.schoolsWith(r.Context(), id)
		},
	}
}

// schoolsWith returns the schools that a user or a class belongs to.
func (g *surface) schoolsWith(ctx context.Context, id string) ([]*odata.Object, error) {
	units, err := g.Directory.UnitsOf(ctx, id)
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
}

// expandSchools shows the schools of a user or a class inside of it.
func (g *surface) expandSchools() odata.Navigation {
	return odata.Navigation{
		Name: "schools", Permissions: readRosterPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			schools, err := g.schoolsWith(r.Context(), o.Get("id").Text())
			return listed(schools), err
		},
	}
}
