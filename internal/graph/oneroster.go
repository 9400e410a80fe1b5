package graph

import (
	"rollbook/internal/flow"
	"rollbook/internal/odata"
)

func (g *surface) setOneRoster(o *odata.Object, api *flow.OneRosterAPI) {
	o.Set("apiFormat", odata.Text(api.APIFormat)).
		Set("baseUrl", odata.Text(api.BaseURL)).
		Set("apiVersion", odata.Text(api.APIVersion)).
		Set("isContactsEnabled", odata.Bool(api.IsContactsEnabled)).
		Set("isDemographicsEnabled", odata.Bool(api.IsDemographicsEnabled)).
		Set("isFlagsEnabled", odata.Bool(api.IsFlagsEnabled)).
		Set("credential", odata.Struct(g.credential(api.Credential)))
}

// credential holds the secret for a patch to be merged with; it is never written.
func (g *surface) credential(c flow.Credential) *odata.Object {
	o := g.typed(string(c.Type)).
		Set("displayName", odata.Text(c.DisplayName)).
		Set("isValid", odata.Bool(c.IsValid)).
		Set("lastValidDateTime", odata.OptionalTime(c.LastValid)).
		Set("clientId", odata.Text(c.ClientID)).
		Set("clientSecret", odata.Secret(string(c.ClientSecret)))
	if c.Type == flow.OAuth2Credential {
		o.Set("tokenUrl", odata.Text(c.TokenURL)).Set("scope", odata.OptionalText(c.Scope))
	}
	return o
}

// applyOneRoster returns what the API of a connector becomes. What is known of
// the credential is that of stored, which is nil for a new connector.
func (g *surface) applyOneRoster(stored *flow.OneRosterAPI, o *odata.Object) (*flow.OneRosterAPI, error) {
	api := &flow.OneRosterAPI{
		APIFormat:             o.Get("apiFormat").Text(),
		APIVersion:            o.Get("apiVersion").Text(),
		BaseURL:               o.Get("baseUrl").Text(),
		IsContactsEnabled:     o.Get("isContactsEnabled").Bool(),
		IsDemographicsEnabled: o.Get("isDemographicsEnabled").Bool(),
		IsFlagsEnabled:        o.Get("isFlagsEnabled").Bool(),
	}
	c := o.Get("credential").Object()
	secret, err := g.clientSecret(c.Get("clientSecret"))
	api.Credential = flow.Credential{
		Type:         flow.CredentialType(c.Type.ShortName()),
		DisplayName:  c.Get("displayName").Text(),
		ClientID:     c.Get("clientId").Text(),
		ClientSecret: secret,
		TokenURL:     c.Get("tokenUrl").Text(),
		Scope:        optional(c.Get("scope")),
	}
	if stored != nil {
		api.Credential.IsValid, api.Credential.LastValid = stored.Credential.IsValid, stored.Credential.LastValid
	}
	return api, err
}

// clientSecret returns a secret sealed. Asterisks that are still there after a
// patch was merged had no secret to stand for: they are the secret.
func (g *surface) clientSecret(v odata.Value) (flow.Sealed, error) {
	if v.Kind() == odata.KindMask {
		return g.Sealer.Seal(v.Text())
	}
	return flow.Sealed(v.Text()), nil
}
