package graph

import (
	"cmp"
	"context"

	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

// The sources that education entities name: what a run provisions comes from
// the school's information system.
const (
	sourceSIS    = "sis"
	sourceManual = "manual"
)

// The properties of a class group that are members of a class alone.
const (
	propertyExternalID   = "externalId"
	propertyExternalName = "externalName"
	propertySource       = "externalSource"
)

func classPlaces() []place {
	return append([]place{
		{"displayName", directory.PropertyDisplayName}, {"mailNickname", directory.PropertyMailNickname},
		{"description", directory.PropertyDescription}, {"classCode", directory.AttributeClassCode},
		{"externalId", propertyExternalID}, {"externalName", propertyExternalName}, {"grade", directory.AttributeCourseGradeLevel},
		{"course/displayName", directory.AttributeCourseTitle}, {"course/courseNumber", directory.AttributeCourseCode},
		{"course/description", "courseDescription"}, {"course/externalId", directory.AttributeCourseExternalID},
		{"course/subject", directory.AttributeCourseSubject},
		{"term/displayName", directory.AttributeAcademicSessionTitle}, {"term/externalId", directory.AttributeAcademicSessionExternalID},
		{"term/startDate", "termStartDate"}, {"term/endDate", "termEndDate"},
	}, sourcePlaces()...)
}

func sourcePlaces() []place {
	return []place{{"externalSource", propertySource}, {"externalSourceDetail", "externalSourceDetail"}}
}

// classObject shows a class group as a class.
func (g *surface) classObject(group directory.Group) *odata.Object {
	externalID, provisioned, _ := group.Class()
	o := withRest(odata.New(g.model.Type(typeClass)).Set("id", odata.Text(group.ID)), holdingOfGroup(group))
	return fill(g.model, o, classPlaces(), func(property string) string {
		switch property {
		case directory.PropertyDisplayName:
			return group.DisplayName
		case directory.PropertyMailNickname:
			return group.MailNickname
		case directory.PropertyDescription:
			return group.Description
		case propertyExternalID:
			if externalID == group.Attributes[unnamedClass] {
				return ""
			}
			return externalID
		case propertyExternalName:
			return cmp.Or(group.Attributes[property], group.DisplayName)
		case propertySource:
			if provisioned {
				return sourceSIS
			}
			return cmp.Or(group.Attributes[property], sourceManual)
		}
		return group.Attributes[property]
	})
}

// unnamedClass is the attribute of a class that was made without externalId: by
// what its anchor was made instead.
const unnamedClass = "unnamed"

func isClass() directory.Filter {
	yes := "true"
	return directory.Equal{Property: directory.PropertyClass, Value: &yes}
}

func (g *surface) classes() *odata.EntitySet {
	t := g.model.Type(typeClass)
	count := func(ctx context.Context, f directory.Filter) (int, error) {
		return g.Directory.CountGroups(ctx, both(isClass(), f))
	}
	return &odata.EntitySet{
		Path: "education/classes", Type: t,
		ReadAll: readRosterPermissions(), ReadOne: readRosterPermissions(), Write: writeRosterPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			pages := func(ctx context.Context, q directory.Query) (directory.Page[directory.Group], error) {
				q.Filter = both(isClass(), q.Filter)
				return g.Directory.PageGroups(ctx, q)
			}
			return pageOfAll(g, r, t, pages, count, g.classObject)
		},
		Count: func(r *odata.Request) (int, error) {
			return g.countOfKinds(r, kindOf(t, g.classObject, nil, count))
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			group, err := g.class(r.Context(), r.Param("id"))
			if err != nil {
				return nil, err
			}
			return g.classObject(group), nil
		},
		Create: g.createClass, Update: g.updateClass,
		Delete: func(r *odata.Request) error {
			group, err := g.class(r.Context(), r.Param("id"))
			if err != nil {
				return err
			}
			return g.removeGroup(r, group, g.classObject(group))
		},
		Navigations: g.classNavigations(),
	}
}

// class returns a group that is that of a class.
func (g *surface) class(ctx context.Context, id string) (directory.Group, error) {
	group, err := g.Directory.Group(ctx, id)
	if _, _, ok := group.Class(); err == nil && !ok {
		err = directory.ErrNotFound
	}
	return group, notInDirectory(err, "class", id)
}

// byAnchor leads what compares the externalId of a class to where it is: in the
// anchor of its group.
func byAnchor(f directory.Filter) directory.Filter {
	switch f := f.(type) {
	case directory.And:
		return directory.And{Left: byAnchor(f.Left), Right: byAnchor(f.Right)}
	case directory.Or:
		return directory.Or{Left: byAnchor(f.Left), Right: byAnchor(f.Right)}
	case directory.Not:
		return directory.Not{Inner: byAnchor(f.Inner)}
	case directory.Equal:
		if f.Property == propertyExternalID && f.Value != nil {
			return anchors([]string{*f.Value})
		}
	case directory.In:
		if f.Property == propertyExternalID {
			return anchors(f.Values)
		}
	}
	return f
}

func anchors(externalIDs []string) directory.Filter {
	in := directory.In{Property: directory.PropertyAnchor}
	for _, id := range externalIDs {
		in.Values = append(in.Values, directory.GroupAnchor(id), directory.ClassAnchor(id))
	}
	return in
}

// classNavigations lead from a class to what it belongs to, and to what belongs to it.
func (g *surface) classNavigations() []odata.Navigation {
	return []odata.Navigation{{
		Name: "group", Context: "groups", Permissions: readRosterPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			group, err := g.class(r.Context(), o.Get("id").Text())
			return odata.Struct(groupObject(g.model.Type(typeGroup), group)), err
		},
	}, rosterExpansion("members", g.kindsInClass(directory.Member)), rosterExpansion("teachers", g.kindsInClass(directory.Owner)), g.expandSchools()}
}
