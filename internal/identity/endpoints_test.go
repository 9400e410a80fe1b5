package identity_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
)

const firstTokenPath = "/" + tenant + "/oauth2/token"

// TestFirstTokenEndpoint asks as clients of the platform's first version do.
func TestFirstTokenEndpoint(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	begins := strconv.FormatInt(i.now.Unix(), 10)
	ends := strconv.FormatInt(i.now.Unix()+3600, 10)
	for resource, said := range map[string]string{"https://graph.microsoft.com": "https://graph.microsoft.com", "": identity.Audience} {
		form := with(with(credentials(client.ID, secret), "scope", ""), "resource", resource)
		r := formRequest(form)
		r.URL.Path = firstTokenPath
		w := httptest.NewRecorder()
		i.handler().ServeHTTP(w, r)
		got := map[string]string{}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		caller, err := i.authenticator(t).Authenticate(requestWith(t, got["access_token"]))
		if err != nil || caller.ID != client.ID || !caller.Has("User.Read.All") {
			t.Errorf("the token is %+v's, %v", caller, err)
		}
		delete(got, "access_token")
		want := map[string]string{
			"token_type": "Bearer", "expires_in": "3600", "ext_expires_in": "3600",
			"not_before": begins, "expires_on": ends, "resource": said,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", resource, diff)
		}
	}
}

// TestOtherEndpoints asks for addresses that the platform has and others that it
// may have: whoever speaks OAuth is answered in it.
func TestOtherEndpoints(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	h := i.handler()
	for path, want := range map[string]int{
		"/" + tenant + "/oauth2/v2.0/token":                           405,
		"/" + tenant + "/OAuth2/V2.0/Token":                           405,
		"/" + tenant + "/oauth2/token/":                               405,
		"/common/oauth2/token":                                        405,
		"/ORGANIZATIONS/oauth2/token":                                 405,
		"/consumers/oauth2/token":                                     404,
		"/11111111-5a51-4f0e-9d7e-6f1f6a1c0d11/oauth2/token":          404,
		"/" + tenant + "/oauth2":                                      404,
		"/" + tenant + "/oauth2/v2.0":                                 404,
		"/" + tenant + "/oauth2/v3.0/token":                           404,
		"/" + tenant + "/oauth2/authorize":                            404,
		"/" + tenant + "/oauth2/v2.0/authorize":                       404,
		"/" + tenant + "/oauth2/v2.0/devicecode":                      404,
		"/" + tenant + "/oauth2/v2.0/logout":                          404,
		"/" + tenant + "/discovery/keys":                              404,
		"/" + tenant + "/.well-known/openid-configuration":            404,
		"/common/discovery/instance":                                  404,
		"/" + tenant + "/v2.0/.well-known/oauth-authorization-server": 404,
		"/oauth2/v2.0/token":                                          404,
	} {
		if !h.Serves(path) {
			t.Errorf("%s is left to others", path)
			continue
		}
		got, header := ask(t, h, httptest.NewRequest(http.MethodGet, path, nil))
		if got.Status != want || got.Error != "invalid_request" || got.Description == "" || !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %+v, want %d", path, got, want)
		}
	}
	for _, path := range []string{"/", "/" + tenant, "/" + tenant + "/", "/" + tenant + "/" + tenant + "/x", "/beta/users", "/healthz", "/x/oauth2x/token"} {
		if h.Serves(path) {
			t.Errorf("%s is taken from others", path)
		}
	}
}
