package flow

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// OneRosterAPI is where a OneRoster API is, and how it is read (industryData:
// oneRosterApiDataConnector).
type OneRosterAPI struct {
	APIFormat             string     `json:"apiFormat"`  // oneRoster
	APIVersion            string     `json:"apiVersion"` // 1.1 or 1.2
	BaseURL               string     `json:"baseUrl"`
	IsContactsEnabled     bool       `json:"isContactsEnabled"`
	IsDemographicsEnabled bool       `json:"isDemographicsEnabled"`
	IsFlagsEnabled        bool       `json:"isFlagsEnabled"`
	Credential            Credential `json:"credential"`
}

// Credential is what an API knows its clients by (industryData:
// oAuth1ClientCredential and oAuth2ClientCredential).
type Credential struct {
	Type         CredentialType `json:"type"`
	DisplayName  string         `json:"displayName"`
	ClientID     string         `json:"clientId"`
	ClientSecret Sealed         `json:"clientSecret"`
	TokenURL     string         `json:"tokenUrl,omitempty"` // OAuth2Credential only
	Scope        *string        `json:"scope,omitempty"`    // OAuth2Credential only

	// IsValid says that the API took the credential when it was last asked, and
	// LastValid when that was. Both begin anew with every change of how the API
	// is reached.
	IsValid   bool       `json:"isValid"`
	LastValid *time.Time `json:"lastValidDateTime"`
}

// CredentialType names the kind of a credential as the API does.
type CredentialType string

// The kinds of credential.
const (
	OAuth1Credential CredentialType = "oAuth1ClientCredential"
	OAuth2Credential CredentialType = "oAuth2ClientCredential"
)

// checkOneRoster brings the API of a connector into its canonical form and
// returns what is wrong with it. It replaces what it changes.
func checkOneRoster(e *Connector) error {
	if e.OneRoster == nil {
		return invalid("baseUrl", "apiFormat, apiVersion, baseUrl and credential are required in a %s", e.Type)
	}
	api := *e.OneRoster
	e.OneRoster = &api
	if err := choose("apiFormat", &api.APIFormat, "oneRoster"); err != nil {
		return err
	}
	if err := choose("apiVersion", &api.APIVersion, "1.1", "1.2"); err != nil {
		return err
	}
	if err := checkAddress("baseUrl", api.BaseURL); err != nil {
		return err
	}
	return checkCredential(&api.Credential)
}

func checkCredential(c *Credential) error {
	const target = "credential"
	switch c.Type {
	case OAuth2Credential:
		if err := checkAddress(target+"/tokenUrl", c.TokenURL); err != nil {
			return err
		}
	case OAuth1Credential:
		c.TokenURL, c.Scope = "", nil
	default:
		return invalid(target+"/@odata.type", "a credential may be an %s or an %s, and not %q", OAuth1Credential, OAuth2Credential, c.Type)
	}
	for _, member := range []struct{ name, value string }{
		{"displayName", c.DisplayName}, {"clientId", c.ClientID}, {"clientSecret", string(c.ClientSecret)},
	} {
		if strings.TrimSpace(member.value) == "" {
			return invalid(target+"/"+member.name, "%s is required in a credential", member.name)
		}
	}
	if err := checkLength(target+"/displayName", c.DisplayName); err != nil {
		return err
	}
	const longestID = 1024 // far more than any issuer gives
	if len(c.ClientID) > longestID {
		return invalid(target+"/clientId", "clientId has %d bytes, and may have %d", len(c.ClientID), longestID)
	}
	return nil
}

// checkAddress takes addresses of web servers. A name or a password in one would
// be shown to whoever may read the connector, and a fragment never gets there.
func checkAddress(target, address string) error {
	refuse := func(why string) error {
		name := target[strings.LastIndexByte(target, '/')+1:]
		return invalid(target, "%s %s: give an address as in https://sis.example/ims/oneroster", name, why)
	}
	const longest = 2048
	if len(address) > longest {
		return refuse(fmt.Sprintf("is longer than %d bytes", longest))
	}
	u, err := url.Parse(address)
	switch {
	case address == "":
		return refuse("is required")
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return refuse("is not an absolute https or http address")
	case u.User != nil:
		return refuse("must not hold a user name or password")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return refuse("must not have a query or a fragment")
	}
	return nil
}

// settle keeps what is known of the credential while nothing changes that it
// depends on. Clients cannot say it.
func (api *OneRosterAPI) settle(old OneRosterAPI) {
	c, before := &api.Credential, old.Credential
	same := c.Type == before.Type && c.ClientID == before.ClientID && c.ClientSecret == before.ClientSecret &&
		c.TokenURL == before.TokenURL && equal(c.Scope, before.Scope) &&
		api.BaseURL == old.BaseURL && api.APIVersion == old.APIVersion
	c.IsValid, c.LastValid = same && before.IsValid, nil
	if same {
		c.LastValid = before.LastValid
	}
}

func equal(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
