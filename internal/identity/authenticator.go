package identity

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
)

const (
	// RecheckInterval is how long a token of a client that was removed, by this
	// process or another, may still be accepted.
	RecheckInterval = 2 * time.Second

	// leeway is how far the clocks of an issuer and of this machine may differ.
	leeway = 30 * time.Second
)

// signatureAlgorithms are those accepted from outside issuers: public keys only.
func signatureAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512,
	}
}

// Authenticator finds out who calls.
type Authenticator struct {
	issuer  *Issuer
	exists  func(ctx context.Context, clientID string) (bool, error)
	outside []*outsideVerifier
	cache   *cache
	now     func() time.Time
}

// NewAuthenticator returns an Authenticator that accepts the issuer's tokens,
// as long as the client they were given to exists, and those of the outside
// issuers.
func NewAuthenticator(issuer *Issuer, clients *Clients, outside []OutsideIssuer) (*Authenticator, error) {
	a := &Authenticator{issuer: issuer, exists: clients.Exists, cache: newCache(), now: issuer.Now}
	for _, o := range outside {
		verifier, err := newOutsideVerifier(o, a.now)
		if err != nil {
			return nil, err
		}
		a.outside = append(a.outside, verifier)
	}
	return a, nil
}

// Authenticate returns who makes the request. An error that is
// ErrUnauthenticated is the caller's to mend; one that is ErrUnavailable
// passes; any other is this machine's failure.
func (a *Authenticator) Authenticate(r *http.Request) (Caller, error) {
	token, err := bearer(r.Header)
	if err != nil {
		return Caller{}, err
	}
	now, key := a.now(), keyOf(token)
	if entry := a.cache.get(key, now); entry != nil {
		return a.recheck(r.Context(), key, entry, now)
	}
	v, err := a.verify(r.Context(), token, now)
	if err != nil {
		return Caller{}, err
	}
	a.cache.put(key, v, now)
	return v.caller, nil
}

// recheck asks again whether the client exists when the last answer is old.
// One request asks; those that come meanwhile go by the last answer.
func (a *Authenticator) recheck(ctx context.Context, key cacheKey, entry *cached, now time.Time) (Caller, error) {
	checked := entry.checked.Load()
	if entry.client == "" || now.UnixNano()-checked < int64(RecheckInterval) ||
		!entry.checked.CompareAndSwap(checked, now.UnixNano()) {
		return entry.caller, nil
	}
	if err := a.clientExists(ctx, entry.client); err != nil {
		a.cache.remove(key)
		return Caller{}, err
	}
	return entry.caller, nil
}

func (a *Authenticator) clientExists(ctx context.Context, id string) error {
	exists, err := a.exists(ctx, id)
	if err != nil {
		return err
	}
	if !exists {
		return refuse("the token belongs to a client that was removed")
	}
	return nil
}

// verify checks a token with the keys of the issuer that it names.
func (a *Authenticator) verify(ctx context.Context, token string, now time.Time) (verified, error) {
	signed, err := jose.ParseSignedCompact(token, signatureAlgorithms())
	if err != nil {
		return verified{}, refuse("the token cannot be read or is signed in a way that is not accepted")
	}
	if a.issuer.Keys.has(signed.Signatures[0].Header.KeyID) {
		return a.verifyOwn(ctx, token, now)
	}
	var unverified struct {
		Issuer string `json:"iss"`
	}
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &unverified); err != nil {
		return verified{}, refuse("the token holds no claims")
	}
	for _, o := range a.outside {
		if o.URL == unverified.Issuer {
			return o.verify(ctx, token)
		}
	}
	return verified{}, refuse("the token is from an issuer, or signed with a key, that this installation does not know")
}

// verifyOwn checks a token that names one of our own keys. The host in iss is
// not compared: it is the name by which the client reached us, and the key
// proves more.
func (a *Authenticator) verifyOwn(ctx context.Context, token string, now time.Time) (verified, error) {
	payload, err := a.issuer.Keys.verify(token)
	if err != nil {
		return verified{}, refuse("the token's signature is wrong")
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return verified{}, refuse("the token's claims cannot be read")
	}
	expires := time.Unix(c.Expires, 0).Add(leeway)
	switch {
	case c.Audience != Audience || c.Tenant != a.issuer.Tenant || !strings.HasSuffix(c.Issuer, a.issuer.issuerPath()):
		return verified{}, refuse("the token is for another installation")
	case !now.Before(expires):
		return verified{}, refuse("the token expired at %s", time.Unix(c.Expires, 0).UTC().Format(time.RFC3339))
	case now.Add(leeway).Before(time.Unix(c.NotBefore, 0)):
		return verified{}, refuse("the token is not valid yet")
	}
	caller, err := callerOf(payload)
	if err != nil {
		return verified{}, err
	}
	v := verified{caller: caller, client: c.AppID, expires: expires}
	if c.AppID == CommandLineID {
		v.client = ""
		return v, nil
	}
	return v, a.clientExists(ctx, v.client)
}

// callerOf returns who calls with a token that was found to be genuine.
func callerOf(payload []byte) (Caller, error) {
	var c credentials
	if err := json.Unmarshal(payload, &c); err != nil {
		return Caller{}, refuse("the token's claims cannot be read")
	}
	return c.caller()
}
