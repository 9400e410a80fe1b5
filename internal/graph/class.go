package graph

import (
	"cmp"
	"context"

	"rollbook/internal/hosted"
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
		{"displayName", hosted.PropertyDisplayName}, {"mailNickname", hosted.PropertyMailNickname},
		{"description", hosted.PropertyDescription}, {"classCode", hosted.AttributeClassCode},
		{"externalId", propertyExternalID}, {"externalName", propertyExternalName}, {"grade", hosted.AttributeCourseGradeLevel},
		{"course/displayName", hosted.AttributeCourseTitle}, {"course/courseNumber", hosted.AttributeCourseCode},
		{"course/description", "courseDescription"}, {"course/externalId", hosted.AttributeCourseExternalID},
		{"course/subject", hosted.AttributeCourseSubject},
		{"term/displayName", hosted.AttributeAcademicSessionTitle}, {"term/externalId", hosted.AttributeAcademicSessionExternalID},
		{"term/startDate", "termStartDate"}, {"term/endDate", "termEndDate"},
	}, sourcePlaces()...)
}

func sourcePlaces() []place {
	return []place{{"externalSource", propertySource}, {"externalSourceDetail", "externalSourceDetail"}}
}

// classObject shows a class group as a class.
func (g *surface) classObject(group hosted.Group) *odata.Object {
	externalID, provisioned, _ := group.Class()
	o := withRest(odata.New(g.model.Type(typeClass)).Set("id", odata.Text(group.ID)), holdingOfGroup(group))
	return fill(g.model, o, classPlaces(), func(property string) string {
		switch property {
		case hosted.PropertyDisplayName:
			return group.DisplayName
		case hosted.PropertyMailNickname:
			return group.MailNickname
		case hosted.PropertyDescription:
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

func isClass() hosted.Filter {
	yes := "true"
	return hosted.Equal{Property: hosted.PropertyClass, Value: &yes}
}

func (g *surface) classes() *odata.EntitySet {
	t := g.model.Type(typeClass)
	count := func(ctx context.Context, f hosted.Filter) (int, error) {
		return g.Directory.CountGroups(ctx, both(isClass(), f))
	}
	return &odata.EntitySet{
		Path: "education/classes", Type: t,
		ReadAll: readRosterPermissions(), ReadOne: readRosterPermissions(), Write: writeRosterPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			pages := func(ctx context.Context, q hosted.Query) (hosted.Page[hosted.Group], error) {
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
func (g *surface) class(ctx context.Context, id string) (hosted.Group, error) {
	group, err := g.Directory.Group(ctx, id)
	if _, _, ok := group.Class(); err == nil && !ok {
		err = hosted.ErrNotFound
	}
	return group, notInDirectory(err, "class", id)
}

// byAnchor leads what compares the externalId of a class to where it is: in the
// anchor of its group.
func byAnchor(f hosted.Filter) hosted.Filter {
	switch f := f.(type) {
	case hosted.And:
		return hosted.And{Left: byAnchor(f.Left), Right: byAnchor(f.Right)}
	case hosted.Or:
		return hosted.Or{Left: byAnchor(f.Left), Right: byAnchor(f.Right)}
	case hosted.Not:
		return hosted.Not{Inner: byAnchor(f.Inner)}
	case hosted.Equal:
		if f.Property == propertyExternalID && f.Value != nil {
			return anchors([]string{*f.Value})
		}
	case hosted.In:
		if f.Property == propertyExternalID {
			return anchors(f.Values)
		}
	}
	return f
}

func anchors(externalIDs []string) hosted.Filter {
	in := hosted.In{Property: hosted.PropertyAnchor}
	for _, id := range externalIDs {
		in.Values = append(in.Values, hosted.GroupAnchor(id), hosted.ClassAnchor(id))
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
	}, rosterExpansion("members", g.kindsInClass(hosted.Member)), rosterExpansion("teachers", g.kindsInClass(hosted.Owner)), g.expandSchools()}
}
