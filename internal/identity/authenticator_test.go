package identity_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
)

// nowForLibraries is the clock of tests in which a library has its own.
func nowForLibraries() time.Time { return time.Now() }

func TestDelegatedToken(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	token := i.mustIssue(t, identity.Grant{
		ClientID: identity.CommandLineID, ClientName: "tester", Delegated: true,
		Permissions: []string{"User.Read.All", "Group.Read.All"},
	})
	got, err := i.authenticator(t).Authenticate(requestWith(t, token))
	if err != nil {
		t.Fatal(err)
	}
	want := identity.Caller{
		ID: identity.CommandLineID, Name: "tester", App: identity.CommandLineID, Delegated: true,
		Permissions: []string{"User.Read.All", "Group.Read.All"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !got.Has("Directory.Read.All", "Group.Read.All") || got.Has("Directory.Read.All") {
		t.Error("Has does not go by the permissions")
	}
}

func TestBadHeaders(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	a := i.authenticator(t)
	token := i.mustIssue(t, identity.Grant{ClientID: identity.CommandLineID, Permissions: []string{"User.Read.All"}})
	for name, values := range map[string][]string{
		"none":         nil,
		"two":          {"Bearer " + token, "Bearer " + token},
		"other scheme": {"Basic " + token},
		"bare":         {token},
		"empty":        {"Bearer "},
		"no dots":      {"Bearer abc"},
		"quotes":       {`Bearer "` + token + `"`},
		"long":         {"Bearer a.b." + strings.Repeat("c", 20_000)},
		"blank inside": {"Bearer " + token[:10] + " " + token[10:]},
	} {
		r := requestWith(t, token)
		r.Header["Authorization"] = values
		if _, err := a.Authenticate(r); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("%s: got %v", name, err)
		} else if strings.Contains(err.Error(), token[:20]) {
			t.Errorf("%s: the error repeats the token", name)
		}
	}
	for _, scheme := range []string{"bearer ", "BEARER ", "Bearer   "} {
		r := requestWith(t, token)
		r.Header.Set("Authorization", scheme+token)
		if _, err := a.Authenticate(r); err != nil {
			t.Errorf("%q: %v", scheme, err)
		}
	}
}

func TestTokenTimes(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	token := i.mustIssue(t, identity.Grant{ClientID: identity.CommandLineID, Permissions: []string{"User.Read.All"}})
	issued := i.now
	cached := i.authenticator(t)
	for _, c := range []struct {
		after time.Duration
		ok    bool
	}{
		{-time.Minute, false},
		{-20 * time.Second, true}, // clocks differ
		{0, true},
		{time.Hour + 20*time.Second, true},
		{time.Hour + 31*time.Second, false},
	} {
		i.now = issued.Add(c.after)
		for name, a := range map[string]*identity.Authenticator{"new": i.authenticator(t), "with a cache": cached} {
			_, err := a.Authenticate(requestWith(t, token))
			if ok := err == nil; ok != c.ok || !ok && !errors.Is(err, identity.ErrUnauthenticated) {
				t.Errorf("%s, %v after it was made: got %v, want ok %t", name, c.after, err, c.ok)
			}
			if c.after < 0 {
				break // a cache that saw the token before it was made does not exist
			}
		}
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	a := i.authenticator(t)
	good := i.mustIssue(t, identity.Grant{ClientID: identity.CommandLineID, Permissions: []string{"User.Read.All"}})
	parts := strings.Split(good, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	public := i.issuer.Keys.Public().Keys[0]
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	more := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), "User.Read.All", "Directory.Read.All", 1)))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"` + public.KeyID + `"}`))
	for name, token := range map[string]string{
		"changed payload":         parts[0] + "." + more + "." + parts[2],
		"no signature":            none + "." + parts[1] + ".",
		"own signature cut off":   parts[0] + "." + parts[1] + ".",
		"another key with our ID": mustSign(t, jose.RS256, other, public.KeyID, payload),
		"another key":             mustSign(t, jose.RS256, other, "other", payload),
		"public key as HMAC":      mustSign(t, jose.HS256, x509.MarshalPKCS1PublicKey(public.Key.(*rsa.PublicKey)), public.KeyID, payload),
		"nothing":                 "..",
		"another installation":    foreign(t, i, func(o *identity.Issuer) { o.Tenant = "0000aaaa-5a51-4f0e-9d7e-6f1f6a1c0d11" }),
	} {
		if caller, err := a.Authenticate(requestWith(t, token)); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("%s: got %v, %v", name, caller, err)
		}
	}
	if _, err := a.Authenticate(requestWith(t, good)); err != nil {
		t.Error(err)
	}
}

// foreign issues a token by an issuer that differs in something.
func foreign(t *testing.T, i *installation, change func(*identity.Issuer)) string {
	t.Helper()
	issuer := *i.issuer
	change(&issuer)
	token, err := issuer.Issue(identity.Grant{
		BaseURL: "https://rollbook.example", ClientID: identity.CommandLineID,
		Permissions: []string{"User.Read.All"}, Lifetime: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func mustSign(t *testing.T, algorithm jose.SignatureAlgorithm, key any, id string, payload []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestRemovedClientIsRefusedWithinSeconds(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	a := i.authenticator(t)
	client, _ := i.mustAdd(t, "uploader", "User.Read.All")
	r := requestWith(t, i.mustIssue(t, identity.Grant{ClientID: client.ID, ClientName: client.Name, Permissions: client.Permissions}))
	if _, err := a.Authenticate(r); err != nil {
		t.Fatal(err)
	}
	if _, err := i.clients.Remove(t.Context(), client.ID); err != nil {
		t.Fatal(err)
	}
	i.now = i.now.Add(identity.RecheckInterval)
	for range 2 {
		if _, err := a.Authenticate(r); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("the token of a removed client: got %v", err)
		}
	}
}

func TestCachedTokenAsksTheStoreRarely(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	a := i.authenticator(t)
	client, _ := i.mustAdd(t, "uploader", "User.Read.All")
	r := requestWith(t, i.mustIssue(t, identity.Grant{ClientID: client.ID, Permissions: client.Permissions}))
	for range 1000 {
		if _, err := a.Authenticate(r); err != nil {
			t.Fatal(err)
		}
		i.now = i.now.Add(10 * time.Millisecond)
	}
	if want := 1 + int(10*time.Second/identity.RecheckInterval); i.store.gets > want {
		t.Errorf("the store was asked %d times in 10 seconds, want at most %d", i.store.gets, want)
	}
}

func TestStoreFailureIsNotTheCallersFault(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, _ := i.mustAdd(t, "uploader", "User.Read.All")
	token := i.mustIssue(t, identity.Grant{ClientID: client.ID, Permissions: client.Permissions})
	i.store.err = errors.New("disk full")
	_, err := i.authenticator(t).Authenticate(requestWith(t, token))
	if err == nil || errors.Is(err, identity.ErrUnauthenticated) {
		t.Errorf("got %v", err)
	}
}

func FuzzAuthorizationHeader(f *testing.F) {
	i := newInstallation(f)
	a := i.authenticator(f)
	token := i.mustIssue(f, identity.Grant{ClientID: identity.CommandLineID, Permissions: []string{"User.Read.All"}})
	for _, seed := range []string{"", "Bearer", "Bearer a.b.c", "bearer " + token, "Bearer eyJ9.e30.", "Basic eDp5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{Header: http.Header{"Authorization": {header}}}
		caller, err := a.Authenticate(r.WithContext(t.Context()))
		// The last character of a signature has bits that count for nothing.
		if err == nil && !strings.Contains(header, token[:len(token)-1]) {
			t.Errorf("%q makes the caller %v", header, caller)
		}
		if err != nil && !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("%q: %v", header, err)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	i := newInstallation(b)
	r := requestWith(b, i.mustIssue(b, identity.Grant{ClientID: identity.CommandLineID, Permissions: []string{"User.Read.All"}}))
	b.Run("cached", func(b *testing.B) {
		a := i.authenticator(b)
		for b.Loop() {
			if _, err := a.Authenticate(r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			if _, err := i.authenticator(b).Authenticate(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
