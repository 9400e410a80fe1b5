package graph

import (
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// userReader returns what came in of an account, by property name.
type userReader func(*odata.Object) (map[string]*string, error)

// of returns what came in of an account that is there, or of a new one.
func (read userReader) of(o *odata.Object, u hosted.User) (map[string]*string, error) {
	set, err := read(o)
	if err != nil {
		return nil, err
	}
	return set, setExtras(set, o, holdingOfUser(u))
}

// userShower shows an account.
type userShower func(hosted.User) *odata.Object

func (g *surface) createUser(r *odata.Request, o *odata.Object) (*odata.Object, error) {
	if err := neededOfUser(o); err != nil {
		return nil, err
	}
	u, err := g.makeUser(r, o, userSet)
	if err != nil {
		return nil, err
	}
	return userObject(o.Type, u, true), nil
}

// neededOfUser refuses an account without what Graph wants of one.
func neededOfUser(o *odata.Object) error {
	for _, name := range []string{"accountEnabled", "displayName", hosted.AttributeMailNickname, "userPrincipalName", "passwordProfile"} {
		if !o.Get(name).IsSet() {
			return requestError(name, "The property '%s' is required to create a user.", name)
		}
	}
	if !o.Get("passwordProfile").Object().Get("password").IsSet() {
		return requestError("passwordProfile/password", "A password must be specified to create a new user.")
	}
	return nil
}

// makeUser makes an account. Its password is nowhere to be used, and is not
// kept.
func (g *surface) makeUser(r *odata.Request, o *odata.Object, read userReader) (hosted.User, error) {
	set, err := read.of(o, hosted.User{})
	if err != nil {
		return hosted.User{}, err
	}
	user, err := hosted.User{}.With(set)
	if err != nil {
		return user, refusedChange(err)
	}
	ids, err := g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.CreateUser, User: &user})
	if err != nil {
		return user, refusedChange(err)
	}
	user.ID = ids[0]
	return user, nil
}

func (g *surface) updateUser(r *odata.Request, p *odata.Payload) error {
	return g.changeUser(r, p, g.model.Type(typeUser), userSet, g.wholeUser)
}

// changeUser changes an account, which the audit log shows as show does.
func (g *surface) changeUser(r *odata.Request, p *odata.Payload, t *odata.Type, read userReader, show userShower) error {
	user, err := g.Directory.User(r.Context(), r.Param("id"))
	if err != nil {
		return notInDirectory(err, "user", r.Param("id"))
	}
	o, err := p.ForUpdate(t)
	if err != nil {
		return err
	}
	set, err := read.of(o, user)
	if err != nil || len(set) == 0 {
		return err
	}
	after, err := user.With(set)
	if err != nil {
		return refusedChange(err)
	}
	if err := r.Change(show(user), show(after)); err != nil {
		return err
	}
	_, err = g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.UpdateUser, ID: user.ID, Set: set})
	return refusedChange(err)
}

func (g *surface) deleteUser(r *odata.Request) error { return g.removeUser(r, g.wholeUser) }

func (g *surface) removeUser(r *odata.Request, show userShower) error {
	user, err := g.Directory.User(r.Context(), r.Param("id"))
	if err != nil {
		return notInDirectory(err, "user", r.Param("id"))
	}
	if err := r.Change(show(user), nil); err != nil {
		return err
	}
	_, err = g.Directory.Change(r.Context(), hosted.Effect{Kind: hosted.DeleteUser, ID: user.ID})
	return notInDirectory(err, "user", r.Param("id"))
}

// wholeUser returns a user as the audit log shows it.
func (g *surface) wholeUser(u hosted.User) *odata.Object {
	return userObject(g.model.Type(typeUser), u, true)
}

// userSet returns what came in of an account, by property name.
func userSet(o *odata.Object) (map[string]*string, error) {
	names := append([]string{
		hosted.PropertyUserPrincipalName, hosted.PropertyDisplayName, hosted.PropertyGivenName,
		hosted.PropertySurname, hosted.PropertyMail, hosted.PropertyAccountEnabled,
	}, append(userAttributes(), plainUserAttributes()...)...)
	set, err := setOf(o, names)
	if err != nil {
		return nil, err
	}
	return set, checkUserSet(set)
}

// checkUserSet refuses what an account cannot have.
func checkUserSet(set map[string]*string) error {
	for _, name := range []string{hosted.PropertyUserPrincipalName, hosted.PropertyDisplayName, hosted.PropertyAccountEnabled} {
		if v, given := set[name]; given && (v == nil || *v == "") {
			return requestError(name, "Invalid value specified for property '%s'.", name)
		}
	}
	if name := set[hosted.PropertyUserPrincipalName]; name != nil && (directory.UserNameProblem(*name) != "" || !strings.Contains(*name, "@")) {
		return requestError(hosted.PropertyUserPrincipalName, "Property userPrincipalName is invalid.")
	}
	return nil
}
