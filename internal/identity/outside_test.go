package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
)

// outsideServer is an issuer that is not ours, with a key that can be changed.
type outsideServer struct {
	*httptest.Server
	key  atomic.Pointer[jose.JSONWebKey]
	down atomic.Bool

	asked atomic.Int32
}

func newOutsideServer(t *testing.T) *outsideServer {
	t.Helper()
	o := &outsideServer{}
	o.rotate(t, "first")
	// Plain HTTP is allowed on the loopback interface only, as here.
	o.Server = httptest.NewServer(http.HandlerFunc(o.serve))
	t.Cleanup(o.Close)
	return o
}

func (o *outsideServer) rotate(t *testing.T, id string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	o.key.Store(&jose.JSONWebKey{Key: key, KeyID: id, Algorithm: "ES256", Use: "sig"})
}

func (o *outsideServer) serve(w http.ResponseWriter, r *http.Request) {
	o.asked.Add(1)
	var answer any
	switch {
	case o.down.Load():
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case r.URL.Path == "/keys":
		answer = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{o.key.Load().Public()}}
	default:
		answer = map[string]any{
			"issuer": o.URL, "jwks_uri": o.URL + "/keys", "authorization_endpoint": o.URL, "token_endpoint": o.URL,
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.MarshalWrite(w, answer)
}

func (o *outsideServer) mustIssue(t *testing.T, claims map[string]any) string {
	t.Helper()
	all := map[string]any{
		"iss": o.URL, "aud": "api://school", "sub": "pairwise", "exp": time.Now().Add(time.Hour).Unix(),
	}
	for name, value := range claims {
		all[name] = value
	}
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	key := o.key.Load()
	return mustSign(t, jose.ES256, key.Key, key.KeyID, payload)
}

// trusting returns an installation that trusts the issuer.
func (o *outsideServer) trusting(t *testing.T) (*installation, *identity.Authenticator) {
	t.Helper()
	i := newInstallation(t)
	i.now = nowForLibraries()
	return i, i.authenticator(t, identity.OutsideIssuer{URL: o.URL, Audiences: []string{"other", "api://school"}})
}

func TestOutsideCallers(t *testing.T) {
	t.Parallel()
	o := newOutsideServer(t)
	_, a := o.trusting(t)
	for name, c := range map[string]struct {
		claims map[string]any
		want   identity.Caller
	}{
		"program": {
			map[string]any{"appid": "app-1", "idtyp": "app", "app_displayname": "Sync", "roles": []string{"User.Read.All"}, "aud": []string{"x", "api://school"}},
			identity.Caller{ID: "app-1", Name: "Sync", App: "app-1", Permissions: []string{"User.Read.All"}},
		},
		"program without a name": {
			map[string]any{"azp": "app-2", "idtyp": "app", "roles": "User.Read.All Group.Read.All"},
			identity.Caller{ID: "app-2", Name: "app-2", App: "app-2", Permissions: []string{"User.Read.All", "Group.Read.All"}},
		},
		"person": {
			map[string]any{"oid": "person-1", "azp": "app-1", "preferred_username": "head@school.example", "scp": "IndustryData-Run.Start User.Read.All"},
			identity.Caller{ID: "person-1", Name: "head@school.example", App: "app-1", Delegated: true, Permissions: []string{"IndustryData-Run.Start", "User.Read.All"}},
		},
		"program of RFC 9068": {
			map[string]any{"sub": "app-3", "client_id": "app-3", "roles": "User.Read.All"},
			identity.Caller{ID: "app-3", Name: "app-3", App: "app-3", Permissions: []string{"User.Read.All"}},
		},
		"program of Keycloak": {
			map[string]any{"azp": "job", "client_id": "job", "clientAddress": "192.0.2.1", "scope": "profile email", "roles": []string{"User.Read.All"}},
			identity.Caller{ID: "job", Name: "job", App: "job", Permissions: []string{"User.Read.All"}},
		},
		"program without roles": {
			map[string]any{"azp": "app-2", "idtyp": "app"},
			identity.Caller{ID: "app-2", Name: "app-2", App: "app-2"},
		},
		"person with roles": {
			map[string]any{"oid": "person-1", "appid": "app-1", "scp": "openid profile", "roles": []string{"Directory.ReadWrite.All"}},
			identity.Caller{ID: "person-1", Name: "pairwise", App: "app-1", Delegated: true, Permissions: []string{"openid", "profile"}},
		},
		"person with roles and no scope left": {
			map[string]any{"oid": "person-1", "azp": "app-1", "scp": "", "roles": []string{"Directory.ReadWrite.All"}},
			identity.Caller{ID: "person-1", Name: "pairwise", App: "app-1", Delegated: true, Permissions: []string{}},
		},
		"scopes of what says it is a program": {
			map[string]any{"azp": "app-1", "idtyp": "app", "scp": []string{"User.Read.All"}, "roles": []string{"Directory.ReadWrite.All"}},
			identity.Caller{ID: "pairwise", Name: "pairwise", App: "app-1", Delegated: true, Permissions: []string{"User.Read.All"}},
		},
	} {
		got, err := a.Authenticate(requestWith(t, o.mustIssue(t, c.claims)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOutsideTokensAreRefused(t *testing.T) {
	t.Parallel()
	o, stranger := newOutsideServer(t), newOutsideServer(t)
	_, a := o.trusting(t)
	for name, token := range map[string]string{
		"for another audience":      o.mustIssue(t, map[string]any{"aud": "api://elsewhere"}),
		"for nobody":                o.mustIssue(t, map[string]any{"aud": nil}),
		"expired":                   o.mustIssue(t, map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}),
		"without an end":            o.mustIssue(t, map[string]any{"exp": nil}),
		"not yet valid":             o.mustIssue(t, map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
		"of a stranger":             stranger.mustIssue(t, nil),
		"of a stranger in disguise": stranger.mustIssue(t, map[string]any{"iss": o.URL}),
	} {
		if caller, err := a.Authenticate(requestWith(t, token)); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("%s: got %v, %v", name, caller, err)
		}
	}
}

// TestRolesOfPeople brings tokens that say who somebody is, or whose they are not
// at all, with roles that an application would have.
func TestRolesOfPeople(t *testing.T) {
	t.Parallel()
	o := newOutsideServer(t)
	_, a := o.trusting(t)
	for name, claims := range map[string]map[string]any{
		"nothing else":         {},
		"an ID token":          {"nonce": "n", "oid": "person-1", "preferred_username": "head@school.example"},
		"a person's":           {"idtyp": "user", "oid": "person-1", "azp": "app-1"},
		"a person's, as sub":   {"idtyp": "user", "sub": "app-1", "azp": "app-1"},
		"another kind":         {"idtyp": "device", "azp": "app-1"},
		"a client is named":    {"appid": "app-1", "azp": "app-1", "client_id": "app-1"},
		"sub and oid are one":  {"oid": "pairwise", "azp": "app-1"},
		"scp is null":          {"scp": nil, "azp": "app-1"},
		"other letter case":    {"IDTYP": "app", "azp": "app-1"},
		"empty, like a client": {"sub": "", "azp": ""},
		"scope is not scp":     {"scope": "Directory.ReadWrite.All", "azp": "console", "preferred_username": "service-account-console"},
		"an address alone":     {"clientAddress": "192.0.2.1"},
	} {
		claims["roles"] = []string{"Directory.ReadWrite.All"}
		if caller, err := a.Authenticate(requestWith(t, o.mustIssue(t, claims))); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("%s: got %+v, %v", name, caller, err)
		}
	}
}

func TestOutsideKeysRotate(t *testing.T) {
	t.Parallel()
	o := newOutsideServer(t)
	i, a := o.trusting(t)
	for _, id := range []string{"first", "second"} {
		o.rotate(t, id)
		i.now = i.now.Add(6 * time.Second)
		if _, err := a.Authenticate(requestWith(t, o.mustIssue(t, map[string]any{"idtyp": "app"}))); err != nil {
			t.Errorf("%s key: %v", id, err)
		}
	}
}

// TestStrangersDoNotHaveKeysFetched sends tokens that name keys nobody has.
func TestStrangersDoNotHaveKeysFetched(t *testing.T) {
	t.Parallel()
	o, stranger := newOutsideServer(t), newOutsideServer(t)
	_, a := o.trusting(t)
	for n := range 20 {
		stranger.rotate(t, "made up "+string(rune('a'+n)))
		if _, err := a.Authenticate(requestWith(t, stranger.mustIssue(t, map[string]any{"iss": o.URL}))); err == nil {
			t.Error("a stranger's token is accepted")
		}
	}
	if asked := o.asked.Load(); asked > 2 {
		t.Errorf("the issuer was asked %d times", asked)
	}
}

func TestOutsideIssuerThatIsDown(t *testing.T) {
	t.Parallel()
	o := newOutsideServer(t)
	o.down.Store(true)
	i, a := o.trusting(t)
	r := requestWith(t, o.mustIssue(t, map[string]any{"idtyp": "app"}))
	if _, err := a.Authenticate(r); !errors.Is(err, identity.ErrUnavailable) || errors.Is(err, identity.ErrUnauthenticated) {
		t.Errorf("got %v", err)
	}
	o.down.Store(false)
	i.now = i.now.Add(6 * time.Second)
	if _, err := a.Authenticate(r); err != nil {
		t.Errorf("once it is back: %v", err)
	}
}

func TestOutsideIssuerConfiguration(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	for _, o := range []identity.OutsideIssuer{
		{URL: "http://login.example", Audiences: []string{"x"}},
		{URL: "login.example", Audiences: []string{"x"}},
		{URL: "https://login.example"},
	} {
		if _, err := identity.NewAuthenticator(i.issuer, i.clients, []identity.OutsideIssuer{o}); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
