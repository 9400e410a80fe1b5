package identity

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	// DefaultLifetime is how long a token is good for where nobody says.
	DefaultLifetime = time.Hour

	// CommandLineID is the client ID in tokens that the command line made. It
	// is no client's: such a token ends with its lifetime only.
	CommandLineID = "6f1c3d52-9b0e-4a53-8c1f-2f1f0b6c7a10"

	// Audience is in every token that Rollbook makes, whatever resource it was
	// asked for: one installation is one resource.
	Audience = "api://rollbook"
)

// Issuer makes tokens.
type Issuer struct {
	Keys   *Keys
	Tenant string // the ID of this installation, a UUID
	Now    func() time.Time
	NewID  func() string
}

// Grant is what a token says.
type Grant struct {
	BaseURL     string // where clients reach the issuer, without a slash at the end
	ClientID    string
	ClientName  string
	Delegated   bool // speaks for a person; the permissions are in scp instead of roles
	Permissions []string
	Lifetime    time.Duration
}

// claims are the members of the tokens that Rollbook makes. Clients read them as
// those of Microsoft Entra (the PowerShell module shows appid, app_displayname,
// tid, scp and roles; m365 wants oid). Entra names the client appid in one
// version of its tokens and azp in the other.
type claims struct {
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	Subject   string   `json:"sub"`
	ObjectID  string   `json:"oid"`
	Type      string   `json:"idtyp"`
	AppID     string   `json:"appid"`
	Party     string   `json:"azp"`
	AppName   string   `json:"app_displayname"`
	Name      string   `json:"name,omitempty"` // of a person
	Tenant    string   `json:"tid"`
	IssuedAt  int64    `json:"iat"`
	NotBefore int64    `json:"nbf"`
	Expires   int64    `json:"exp"`
	ID        string   `json:"jti"`
	Version   string   `json:"ver"`
	Roles     []string `json:"roles,omitempty"`
	Scope     string   `json:"scp,omitempty"`
}

// Issue returns a signed token (RFC 7519).
func (i *Issuer) Issue(grant Grant) (string, error) {
	now := i.Now()
	c := claims{
		Issuer: i.issuerURL(grant.BaseURL), Audience: Audience, Subject: grant.ClientID,
		ObjectID: grant.ClientID, Type: tokenOfApplication,
		AppID: grant.ClientID, Party: grant.ClientID, AppName: grant.ClientName, Tenant: i.Tenant,
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(grant.Lifetime).Unix(),
		ID: i.NewID(), Version: "2.0",
	}
	if grant.Delegated {
		c.Type, c.Name = tokenOfPerson, grant.ClientName
		c.Scope = strings.Join(grant.Permissions, " ")
	} else {
		c.Roles = grant.Permissions
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write token: %w", err)
	}
	token, err := i.Keys.sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return token, nil
}

func (i *Issuer) issuerURL(base string) string { return base + i.issuerPath() }

func (i *Issuer) issuerPath() string { return "/" + i.Tenant + "/v2.0" }
