package graph

import (
	"errors"
	"strings"

	"rollbook/internal/hosted"
	"rollbook/internal/identity"
	"rollbook/internal/odata"
)

// caller returns the user for whom the caller speaks: the one with the ID that the
// token names or, where an outside issuer has IDs of its own, with its name.
func (g *surface) caller(r *odata.Request) (hosted.User, error) {
	c, ok := r.Caller().(identity.Caller)
	if !ok || !c.Delegated {
		return hosted.User{}, odata.BadRequest("", "", "/me request is only valid with delegated authentication flow: the token is that of an application, which is no user.")
	}
	user, err := g.Directory.User(r.Context(), c.ID)
	if errors.Is(err, hosted.ErrNotFound) && strings.Contains(c.Name, "@") {
		user, err = g.Directory.User(r.Context(), c.Name)
	}
	return user, notInDirectory(err, "user", c.ID)
}

func (g *surface) callerID(r *odata.Request) (string, error) {
	user, err := g.caller(r)
	return user.ID, err
}

// me is the user for whom the caller speaks.
func (g *surface) me() odata.Operation {
	single := odata.SingleEntity{
		Path: "me", Type: g.model.Type(typeUser), Permissions: readUserPermissions(), Navigations: g.userNavigations(), Context: "users/$entity",
		Get: func(r *odata.Request) (*odata.Object, error) {
			user, err := g.caller(r)
			return g.userFor(r)(user), err
		},
	}
	return single.Operation()
}

// educationMe is the same as a student or teacher.
func (g *surface) educationMe() odata.Operation {
	single := odata.SingleEntity{
		Path: "education/me", Type: g.model.Type(typeEducationUser), Permissions: readRosterPermissions(), Navigations: g.educationUserNavigations(),
		Context: "education/users/$entity",
		Get: func(r *odata.Request) (*odata.Object, error) {
			user, err := g.caller(r)
			return g.educationUserFor(r)(user), err
		},
	}
	return single.Operation()
}
