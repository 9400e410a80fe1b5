package graph

import (
	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// userFor returns how users are shown to the caller: those who may only read
// what is basic get names and addresses (Graph: User.ReadBasic.All).
func (g *surface) userFor(r *odata.Request) func(hosted.User) *odata.Object {
	t := g.model.Type(typeUser)
	full := r.Require(wholeUserPermissions()...) == nil
	typed := full && asksUserType(r)
	return func(u hosted.User) *odata.Object {
		o := userObject(t, u, full)
		if typed {
			typedUser(o)
		}
		return o
	}
}

// wholeGroup returns a group with all that it has.
func (g *surface) wholeGroup(group hosted.Group) *odata.Object {
	return groupObject(g.model.Type(typeGroup), group)
}

// basicUser are the members of a user that are basic.
func basicUser() []string {
	return []string{"id", "displayName", "userPrincipalName", "givenName", "surname", "mail"}
}

func userObject(t *odata.Type, u hosted.User, full bool) *odata.Object {
	o := odata.New(t).
		Set("id", odata.Text(u.ID)).
		Set("displayName", filled(u.DisplayName)).
		Set("userPrincipalName", filled(u.UserPrincipalName)).
		Set("givenName", filled(u.GivenName)).
		Set("surname", filled(u.Surname)).
		Set("mail", filled(u.Mail))
	if !full {
		return o
	}
	withRest(o, holdingOfUser(u)).Set("accountEnabled", odata.Bool(u.AccountEnabled))
	return setAttributes(setAttributes(o, userAttributes(), u.Attributes), plainUserAttributes(), u.Attributes)
}

func groupObject(t *odata.Type, g hosted.Group) *odata.Object {
	types, options := []string{}, []string{}
	if g.Unified() {
		types = []string{unified}
	}
	if g.HasTeam {
		options = []string{"Team"}
	}
	o := odata.New(t).
		Set("id", odata.Text(g.ID)).
		Set("displayName", filled(g.DisplayName)).
		Set("mailNickname", filled(g.MailNickname)).
		Set("mail", odata.Null()).
		Set("description", filled(g.Description)).
		Set("groupTypes", odata.Texts(types)).
		Set("mailEnabled", odata.Bool(g.Unified())).
		Set("securityEnabled", odata.Bool(g.SecurityEnabled())).
		Set("visibility", filled(g.Visibility())).
		Set("resourceProvisioningOptions", odata.Texts(options))
	return setAttributes(withRest(o, holdingOfGroup(g)), groupAttributes(), g.Attributes)
}

func setAttributes(o *odata.Object, names []string, attributes map[string]string) *odata.Object {
	for _, name := range names {
		if v, ok := attributes[name]; ok {
			o.Set(name, odata.Text(v))
		}
	}
	return o
}

// filled returns null for what is empty.
func filled(s string) odata.Value {
	if s == "" {
		return odata.Null()
	}
	return odata.Text(s)
}

// Objects encodes users and groups as the API shows them, for those who print
// them otherwise.
type Objects struct{ user, group *odata.Type }

// NewObjects returns an encoder of users and groups.
func NewObjects() (*Objects, error) {
	model, err := newModel()
	if err != nil {
		return nil, err
	}
	return &Objects{user: model.Type(typeUser), group: model.Type(typeGroup)}, nil
}

// AppendUser appends a user as a JSON object.
func (o *Objects) AppendUser(dst []byte, u hosted.User) []byte {
	return new(odata.Encoder).Append(dst, userObject(o.user, u, true), o.user)
}

// AppendGroup appends a group as a JSON object.
func (o *Objects) AppendGroup(dst []byte, g hosted.Group) []byte {
	return new(odata.Encoder).Append(dst, groupObject(o.group, g), o.group)
}
