package identity_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
)

const tokenPath = "/" + tenant + "/oauth2/v2.0/token"

// answered is an answer of the token endpoint.
type answered struct {
	Status      int    `json:"-"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
	TokenType   string `json:"token_type"`
	Expires     int    `json:"expires_in"`
	Token       string `json:"access_token"`
}

func ask(tb testing.TB, h http.Handler, r *http.Request) (answered, http.Header) {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := answered{Status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		tb.Fatalf("%s: %v", w.Body, err)
	}
	return got, w.Result().Header
}

func formRequest(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func credentials(id, secret string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
		"scope": {"https://graph.microsoft.com/.default"},
	}
}

func basic(r *http.Request, id, secret string) *http.Request {
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
	return r
}

func compressed(form url.Values) *http.Request {
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	_, _ = w.Write([]byte(form.Encode()))
	_ = w.Close()
	r := formRequest(nil)
	r.Body = http.NoBody
	r = httptest.NewRequest(http.MethodPost, tokenPath, &body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("Content-Encoding", "gzip")
	return r
}

func TestTokenIsGiven(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "IndustryData-DataConnector.Upload", "User.Read.All")
	without := credentials("", "")
	without.Del("client_id")
	without.Del("client_secret")
	for name, request := range map[string]*http.Request{
		"in the form":       formRequest(credentials(client.ID, secret)),
		"as HTTP Basic":     basic(formRequest(without), client.ID, secret),
		"gzip":              compressed(credentials(client.ID, secret)),
		"bare .default":     formRequest(with(credentials(client.ID, secret), "scope", ".default")),
		"a resource":        formRequest(with(credentials(client.ID, secret), "scope", "https://rollbook.example:8443")),
		"no scope":          formRequest(with(credentials(client.ID, secret), "scope", "")),
		"Basic, ID in form": basic(formRequest(with(without, "client_id", client.ID)), client.ID, secret),
	} {
		t.Run(name, func(t *testing.T) {
			got, header := ask(t, i.handler(), request)
			if got.Status != http.StatusOK || got.TokenType != "Bearer" || got.Expires != 3600 {
				t.Fatalf("got %+v", got)
			}
			if header.Get("Cache-Control") != "no-store" {
				t.Error("the answer may be cached")
			}
			caller, err := i.authenticator(t).Authenticate(requestWith(t, got.Token))
			if err != nil {
				t.Fatal(err)
			}
			want := identity.Caller{ID: client.ID, Name: "uploader", App: client.ID, Permissions: client.Permissions}
			if diff := cmp.Diff(want, caller); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func with(form url.Values, name, value string) url.Values {
	copied := url.Values{}
	for k, v := range form {
		copied[k] = v
	}
	if copied.Del(name); value != "" {
		copied.Set(name, value)
	}
	return copied
}

func TestTokenIsRefused(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	good := credentials(client.ID, secret)
	double := credentials(client.ID, secret)
	double.Add("scope", ".default")
	plain := formRequest(good)
	plain.Header.Set("Content-Type", "application/json")
	notGzip := formRequest(good)
	notGzip.Header.Set("Content-Encoding", "gzip")
	brotli := formRequest(good)
	brotli.Header.Set("Content-Encoding", "br")
	bomb := compressed(url.Values{"x": {strings.Repeat("x", 10<<20)}})
	get := httptest.NewRequest(http.MethodGet, tokenPath, nil)
	other := formRequest(good)
	other.URL.Path = strings.Replace(tokenPath, tenant, "11111111-5a51-4f0e-9d7e-6f1f6a1c0d11", 1)
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		code    string
	}{
		"wrong secret":        {formRequest(credentials(client.ID, secret+"x")), 401, "invalid_client"},
		"unknown client":      {formRequest(credentials(tenant, secret)), 401, "invalid_client"},
		"wrong Basic":         {basic(formRequest(with(with(good, "client_id", ""), "client_secret", "")), client.ID, "x"), 401, "invalid_client"},
		"no secret":           {formRequest(with(good, "client_secret", "")), 400, "invalid_request"},
		"no client":           {formRequest(with(good, "client_id", "")), 400, "invalid_request"},
		"twice":               {basic(formRequest(good), client.ID, secret), 400, "invalid_request"},
		"other header":        {withHeader(formRequest(good), "Authorization", "Bearer x"), 400, "invalid_request"},
		"client with NUL":     {formRequest(with(good, "client_id", client.ID+"\x00")), 400, "invalid_request"},
		"client too long":     {formRequest(with(good, "client_id", strings.Repeat("x", 300))), 400, "invalid_request"},
		"client not UTF-8":    {formRequest(with(good, "client_id", "\xff")), 400, "invalid_request"},
		"no grant":            {formRequest(with(good, "grant_type", "")), 400, "invalid_request"},
		"other grant":         {formRequest(with(good, "grant_type", "password")), 400, "unsupported_grant_type"},
		"permission as scope": {formRequest(with(good, "scope", "User.Read.All")), 400, "invalid_scope"},
		"assertion":           {formRequest(with(good, "client_assertion", "x")), 400, "invalid_request"},
		"parameter twice":     {formRequest(double), 400, "invalid_request"},
		"JSON":                {plain, 400, "invalid_request"},
		"not gzip":            {notGzip, 400, "invalid_request"},
		"other compression":   {brotli, 415, "invalid_request"},
		"too large":           {bomb, 413, "invalid_request"},
		"GET":                 {get, 405, "invalid_request"},
		"other tenant":        {other, 404, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := ask(t, i.handler(), c.request)
			if got.Status != c.status || got.Error != c.code || got.Description == "" || got.Token != "" {
				t.Errorf("got %+v, want %d %s", got, c.status, c.code)
			}
			if strings.Contains(got.Description, secret) {
				t.Error("the answer repeats the secret")
			}
		})
	}
}

func withHeader(r *http.Request, name, value string) *http.Request {
	r.Header.Set(name, value)
	return r
}

func TestUnknownClientLooksLikeWrongSecret(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	wrong, wrongHeader := ask(t, i.handler(), formRequest(credentials(client.ID, "wrong")))
	unknown, unknownHeader := ask(t, i.handler(), formRequest(credentials("nobody", secret)))
	if diff := cmp.Diff(wrong, unknown); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wrongHeader, unknownHeader); diff != "" {
		t.Error(diff)
	}
}

func TestWrongSecretsAreThrottled(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	h := i.handler()
	try := func(secret, address string) answered {
		r := formRequest(credentials(client.ID, secret))
		r.RemoteAddr = address
		got, header := ask(t, h, r)
		if (got.Status == http.StatusTooManyRequests) != (header.Get("Retry-After") != "") {
			t.Errorf("%d with Retry-After %q", got.Status, header.Get("Retry-After"))
		}
		return got
	}
	for range 10 {
		if got := try("wrong", "192.0.2.1:1000"); got.Status != http.StatusUnauthorized {
			t.Fatalf("a wrong secret: got %d", got.Status)
		}
	}
	for range 100 {
		if got := try("wrong", "192.0.2.1:2000"); got.Status != http.StatusTooManyRequests {
			t.Fatalf("after 10 wrong secrets: got %d", got.Status)
		}
		if got := try(secret, "192.0.2.1:3000"); got.Status != http.StatusOK {
			t.Fatalf("a right secret: got %d", got.Status)
		}
	}
	if got := try("wrong", "192.0.2.2:1000"); got.Status != http.StatusUnauthorized {
		t.Errorf("a wrong secret from another address: got %d", got.Status)
	}
	i.now = i.now.Add(time.Minute)
	for n := range 11 {
		want := http.StatusUnauthorized
		if n == 10 {
			want = http.StatusTooManyRequests
		}
		if got := try("wrong", "192.0.2.1:1000"); got.Status != want {
			t.Errorf("wrong secret %d of the next minute: got %d, want %d", n, got.Status, want)
		}
	}
}

// TestOneAddressCannotTryManyClients has a machine behind a school's address try
// for one client after the other. Another behind it, with its right secret, is
// not held back.
func TestOneAddressCannotTryManyClients(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	h := i.handler()
	var last int
	for n := range 51 {
		r := formRequest(credentials("client-"+string(rune('a'+n)), "wrong"))
		// All of an IPv6 network of 64 bits is one machine's.
		r.RemoteAddr = "[2001:db8::" + string("0123456789abcdef"[n%16]) + "]:1000"
		got, _ := ask(t, h, r)
		last = got.Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("got %d for the 51st client", last)
	}
	r := formRequest(credentials(client.ID, secret))
	r.RemoteAddr = "[2001:db8::f]:1000"
	if got, _ := ask(t, h, r); got.Status != http.StatusOK {
		t.Errorf("got %d for a right secret from there", got.Status)
	}
}

// TestStandardClientFindsKeys has a library that knows nothing of Rollbook
// check a token from what discovery says alone.
func TestStandardClientFindsKeys(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.now = nowForLibraries()
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	server := httptest.NewTLSServer(i.handler())
	defer server.Close()
	ctx := oidc.ClientContext(context.Background(), server.Client())
	provider, err := oidc.NewProvider(ctx, server.URL+"/"+tenant+"/v2.0")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().PostForm(provider.Endpoint().TokenURL, credentials(client.ID, secret))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got answered
	if err := json.UnmarshalRead(answer.Body, &got); err != nil {
		t.Fatal(err)
	}
	token, err := provider.Verifier(&oidc.Config{ClientID: identity.Audience}).Verify(ctx, got.Token)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"iss", "aud", "app_displayname", "tid", "iat", "nbf", "exp", "jti", "ver", "roles"} {
		if claims[name] == nil {
			t.Errorf("the token has no %s", name)
		}
	}
	for name, want := range map[string]string{"sub": client.ID, "oid": client.ID, "appid": client.ID, "azp": client.ID, "idtyp": "app"} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %s", name, claims[name], want)
		}
	}
}
