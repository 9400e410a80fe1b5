package identity

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// The values of idtyp, by which Microsoft Entra says whose token it is.
const (
	tokenOfApplication = "app"
	tokenOfPerson      = "user"
)

// credentials are the claims that say who calls and what it may do.
type credentials struct {
	Subject   string `json:"sub"`
	ObjectID  string `json:"oid"`
	Type      string `json:"idtyp"`
	AppID     string `json:"appid"`
	Party     string `json:"azp"`
	ClientID  string `json:"client_id"`     // RFC 9068
	ClientsIP string `json:"clientAddress"` // Keycloak, of tokens that a client got for itself

	AppName  string `json:"app_displayname"`
	Name     string `json:"name"`
	UserName string `json:"preferred_username"`

	Roles words `json:"roles"`
	Scope words `json:"scp"`
}

// caller returns who calls. A token with scp speaks for a person and grants what
// stands there, however much the person may do elsewhere (roles); one without
// grants its roles if it says that it is an application's. Any other is refused:
// an ID token says who somebody is, and no client was given anything by it.
func (c credentials) caller() (Caller, error) {
	switch {
	case c.Scope != nil:
		return Caller{
			ID: first(c.ObjectID, c.Subject), Name: first(c.UserName, c.Name, c.Subject),
			App: c.app(), Delegated: true, Permissions: c.Scope,
		}, nil
	case c.isApplications():
		return Caller{
			ID: first(c.app(), c.Subject), Name: first(c.AppName, c.app(), c.Subject),
			App: c.app(), Permissions: c.Roles,
		}, nil
	}
	return Caller{}, refuse("the token grants nothing, as it has no scp and does not say that it is an application's (idtyp); an ID token is not an access token")
}

func (c credentials) app() string { return first(c.AppID, c.Party, c.ClientID) }

// isApplications reports whether the token says that a program got it for
// itself. Entra says so by idtyp, which is there when the application is
// registered with that optional claim; RFC 9068, 2.2, by a sub that is the
// client's ID; Keycloak notes the address that the client asked from, which it
// does of no person.
func (c credentials) isApplications() bool {
	switch {
	case c.Type != "":
		return c.Type == tokenOfApplication
	case c.ClientsIP != "":
		return c.ClientID != "" && c.ClientID == c.Party
	}
	return c.Subject != "" && slices.Contains([]string{c.AppID, c.Party, c.ClientID}, c.Subject)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// words is a list that some issuers write as one text with blanks. It is nil
// only where the token does not have it.
type words []string

// UnmarshalJSON takes either form.
func (w *words) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*w = nil
		return nil
	}
	list := []string{}
	if err := json.Unmarshal(text, &list); err == nil {
		*w = list
		return nil
	}
	var line string
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	*w = strings.Fields(line) // not nil, where there is none
	return nil
}
