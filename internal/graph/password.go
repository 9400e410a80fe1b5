package graph

import (
	"strings"

	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

// passwordSettings returns the password settings of a role group. Without
// settings, without a password in them, or with the mask that is shown instead
// of it, the stored ones stay; null removes them.
func (g *surface) passwordSettings(v odata.Value, stored *flow.UserProvisioning, roleGroup string) (*flow.PasswordSettings, error) {
	if v.Kind() == odata.KindNull {
		return nil, nil
	}
	kept := storedPassword(stored, roleGroup)
	if v.Object() == nil {
		return kept, nil
	}
	password := v.Object().Get("password")
	switch {
	case password.Kind() == odata.KindSecret:
		return &flow.PasswordSettings{Password: flow.Sealed(password.Text())}, nil
	case kept != nil:
		return kept, nil
	case password.Kind() == odata.KindMask && stored == nil:
		// Nothing can be meant to stay in a new flow: the asterisks are the password.
		sealed, err := g.Sealer.Seal(password.Text())
		return &flow.PasswordSettings{Password: sealed}, err
	}
	return nil, odata.BadRequest(odata.InnerRequired, "creationOptions/configurations/defaultPasswordSettings/password",
		"There is no stored password for the role group '%s' that could stay; give one.", roleGroup)
}

func storedPassword(stored *flow.UserProvisioning, roleGroup string) *flow.PasswordSettings {
	if stored == nil || stored.CreationOptions == nil {
		return nil
	}
	for _, c := range stored.CreationOptions.Configurations {
		if strings.EqualFold(c.RoleGroup, roleGroup) {
			return c.DefaultPasswordSettings
		}
	}
	return nil
}
