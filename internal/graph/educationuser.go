package graph

import (
	"slices"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// plainEducationUser are the members of an education user that are those of a
// user too.
func plainEducationUser() []place {
	var places []place
	for _, name := range []string{
		"displayName", "userPrincipalName", "givenName", "surname", "mail", "middleName", "mailNickname", "mobilePhone",
		"department", "officeLocation", "preferredLanguage", "usageLocation", "userType", "primaryRole",
	} {
		places = append(places, place{name, name})
	}
	return append(places, sourcePlaces()...)
}

func studentPlaces() []place {
	return []place{
		{"student/externalId", hosted.AttributeExternalID}, {"student/grade", hosted.AttributeGrade}, {"student/studentNumber", hosted.AttributeUserNumber},
		{"student/birthDate", "birthDate"}, {"student/gender", "gender"}, {"student/graduationYear", "graduationYear"},
	}
}

func teacherPlaces() []place {
	return []place{{"teacher/externalId", hosted.AttributeExternalID}, {"teacher/teacherNumber", hosted.AttributeUserNumber}}
}

// educationUserFor returns how people are shown to the caller, as userFor does.
func (g *surface) educationUserFor(r *odata.Request) func(hosted.User) *odata.Object {
	full := r.Require(wholeRosterPermissions()...) == nil
	typed := full && asksUserType(r)
	return func(u hosted.User) *odata.Object {
		o := g.educationUserObject(u, full)
		if typed {
			typedUser(o)
		}
		return o
	}
}

func (g *surface) educationUserObject(u hosted.User, full bool) *odata.Object {
	places := plainEducationUser()
	if !full {
		places = slices.DeleteFunc(places, func(p place) bool { return !slices.Contains(basicUser(), p.member) })
	}
	o := odata.New(g.model.Type(typeEducationUser)).Set("id", odata.Text(u.ID))
	if full {
		withRest(o, holdingOfUser(u)).Set("accountEnabled", odata.Bool(u.AccountEnabled)).Set(hosted.AttributePrimaryRole, odata.Text("none"))
		switch u.Attributes[hosted.AttributePrimaryRole] {
		case "student":
			places = append(places, studentPlaces()...)
		case "teacher", "faculty":
			places = append(places, teacherPlaces()...)
		}
	}
	return fill(g.model, o, places, func(property string) string {
		switch property {
		case "displayName":
			return u.DisplayName
		case "userPrincipalName":
			return u.UserPrincipalName
		case "givenName":
			return u.GivenName
		case "surname":
			return u.Surname
		case "mail":
			return u.Mail
		case propertySource:
			if strings.HasPrefix(u.Anchor, hosted.UserAnchor("")) {
				return sourceSIS
			}
		}
		return u.Attributes[property]
	})
}

// wholeEducationUser returns a student or teacher as the audit log shows it.
func (g *surface) wholeEducationUser(u hosted.User) *odata.Object {
	return g.educationUserObject(u, true)
}

// rosterReadable is readable for the people of schools.
func rosterReadable(r *odata.Request, t *odata.Type) error {
	return readableBy(r, t, wholeRosterPermissions())
}

func (g *surface) educationUsers() *odata.EntitySet {
	t := g.model.Type(typeEducationUser)
	return &odata.EntitySet{
		Path: "education/users", Type: t,
		ReadAll: readRosterPermissions(), ReadOne: readRosterPermissions(), Write: writeRosterPermissions(),
		Page: func(r *odata.Request) (odata.Page, error) {
			if err := rosterReadable(r, t); err != nil {
				return odata.Page{}, err
			}
			return pageOfAll(g, r, t, g.Directory.PageUsers, g.Directory.CountUsers, g.educationUserFor(r))
		},
		Count: func(r *odata.Request) (int, error) {
			return g.countOfKinds(r, kindOf(t, g.educationUserFor(r), nil, g.Directory.CountUsers).guarded(rosterReadable(r, t)))
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			u, err := g.Directory.User(r.Context(), r.Param("id"))
			if err != nil {
				return nil, notInDirectory(err, "user", r.Param("id"))
			}
			return g.educationUserFor(r)(u), nil
		},
		Create: func(r *odata.Request, o *odata.Object) (*odata.Object, error) {
			if err := completeEducationUser(o); err != nil {
				return nil, err
			}
			u, err := g.makeUser(r, o, educationUserSet)
			if err != nil {
				return nil, err
			}
			return g.wholeEducationUser(u), nil
		},
		Update: func(r *odata.Request, p *odata.Payload) error {
			return g.changeUser(r, p, t, educationUserSet, g.wholeEducationUser)
		},
		Delete:      func(r *odata.Request) error { return g.removeUser(r, g.wholeEducationUser) },
		Navigations: g.educationUserNavigations(),
	}
}

// educationUserSet returns what came in of a student or teacher. What stands in
// the object of the other role says nothing.
func educationUserSet(o *odata.Object) (map[string]*string, error) {
	places := plainEducationUser()
	if o.Get("student").Kind() != odata.KindAbsent {
		places = append(places, studentPlaces()...)
	}
	if o.Get("teacher").IsSet() {
		places = append(places, teacherPlaces()...)
	}
	set, err := flatten(o, places)
	if err != nil {
		return nil, err
	}
	if v := o.Get("accountEnabled"); v.Kind() != odata.KindAbsent {
		text := plain(v)
		set[hosted.PropertyAccountEnabled] = &text
	}
	return set, checkUserSet(set)
}

// completeEducationUser fills in what the documented body of a new student or
// teacher leaves out: the name to sign in with is the address, and the account is
// enabled. A password is not needed, as nobody signs in here.
func completeEducationUser(o *odata.Object) error {
	if !o.Get("displayName").IsSet() {
		return requestError("displayName", "The property 'displayName' is required to create a user.")
	}
	if !o.Get("userPrincipalName").IsSet() {
		if !o.Get("mail").IsSet() {
			return requestError("userPrincipalName", "The property 'userPrincipalName' is required to create a user, unless 'mail' stands for it.")
		}
		o.Set("userPrincipalName", o.Get("mail"))
	}
	if name := hosted.AttributeMailNickname; !o.Get(name).IsSet() {
		local, _, _ := strings.Cut(o.Get("userPrincipalName").Text(), "@")
		o.Set(name, odata.Text(local))
	}
	if !o.Get("accountEnabled").IsSet() {
		o.Set("accountEnabled", odata.Bool(true))
	}
	return nil
}

// classesOfUser are the classes that a user belongs to.
func (g *surface) classesOfUser(path string, find userFinder, name string, relation hosted.Relation) *odata.EntitySet {
	return g.belongingSet(belongings{
		path: path + "/" + name, typ: g.model.Type(typeClass), read: readRosterPermissions(),
		navigations: g.classNavigations(),
		kinds: func(r *odata.Request) ([]kind, error) {
			user, err := find(r)
			return g.classesWith(relation)(r, user.ID), err
		},
	})
}

func (g *surface) classesWith(relation hosted.Relation) func(r *odata.Request, user string) []kind {
	return func(_ *odata.Request, user string) []kind {
		return []kind{g.groupsOf(user, relation).classes().as(g.model.Type(typeClass), g.classObject)}
	}
}

// educationUserNavigations lead from a student or teacher to what it belongs to, and to what belongs to it.
func (g *surface) educationUserNavigations() []odata.Navigation {
	return []odata.Navigation{{
		Name: "user", Context: "users", Permissions: wholeRosterPermissions(),
		Load: func(r *odata.Request, o *odata.Object) (odata.Value, error) {
			u, err := g.Directory.User(r.Context(), o.Get("id").Text())
			return odata.Struct(userObject(g.model.Type(typeUser), u, true)), err
		},
	}, rosterExpansion("classes", g.classesWith("")), rosterExpansion("taughtClasses", g.classesWith(hosted.Owner)), g.expandSchools()}
}
