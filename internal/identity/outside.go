package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrUnavailable is the kind of an error that passes by itself: an outside
// issuer could not be asked for its keys.
var ErrUnavailable = errors.New("the token's issuer cannot be reached")

// OutsideIssuer is an issuer of tokens that Rollbook accepts beside its own,
// such as Microsoft Entra ID or Keycloak.
type OutsideIssuer struct {
	URL       string   // as in the tokens' iss; its discovery document is below it
	Audiences []string // a token MUST be for one of them
}

// outsideVerifier checks the tokens of one outside issuer. It asks for the
// discovery document when the first token comes, so that the server starts
// whether or not the issuer can be reached.
type outsideVerifier struct {
	OutsideIssuer
	now    func() time.Time
	client *http.Client

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
}

func newOutsideVerifier(issuer OutsideIssuer, now func() time.Time) (*outsideVerifier, error) {
	u, err := url.Parse(issuer.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("outside issuer %q: it must be an https URL", issuer.URL)
	}
	if len(issuer.Audiences) == 0 {
		return nil, fmt.Errorf("outside issuer %q: it needs an audience, or tokens made for anyone would do", issuer.URL)
	}
	return &outsideVerifier{OutsideIssuer: issuer, now: now, client: newIssuerClient(now)}, nil
}

func (o *outsideVerifier) verify(ctx context.Context, token string) (verified, error) {
	verifier, err := o.discovered(ctx)
	if err != nil {
		return verified{}, err
	}
	accepted, err := verifier.Verify(ctx, token)
	if _, expired := errors.AsType[*oidc.TokenExpiredError](err); expired {
		return verified{}, refuse("the token has expired")
	}
	if err != nil {
		return verified{}, refuse("the token is not one that %s signed and that is valid now", o.URL)
	}
	if !slices.ContainsFunc(accepted.Audience, func(aud string) bool { return slices.Contains(o.Audiences, aud) }) {
		return verified{}, refuse("the token is not for this installation (aud)")
	}
	var payload jsontext.Value
	if err := accepted.Claims(&payload); err != nil {
		return verified{}, fmt.Errorf("take the claims: %w", err)
	}
	caller, err := callerOf(payload)
	return verified{caller: caller, expires: accepted.Expiry.Add(leeway)}, err
}

// discovered returns the verifier that the issuer's discovery document leads
// to. It follows the issuer's changes of keys by itself.
func (o *outsideVerifier) discovered(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.verifier != nil {
		return o.verifier, nil
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.client), o.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	config := &oidc.Config{SkipClientIDCheck: true, Now: func() time.Time { return o.now().Add(-leeway) }}
	for _, algorithm := range signatureAlgorithms() {
		config.SupportedSigningAlgs = append(config.SupportedSigningAlgs, string(algorithm))
	}
	o.verifier = provider.Verifier(config)
	return o.verifier, nil
}
