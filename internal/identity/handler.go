package identity

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Handler serves the token endpoint and what clients find it and its keys by,
// at the paths of the Microsoft identity platform:
//
//	POST /{tenant}/oauth2/v2.0/token
//	GET  /{tenant}/v2.0/.well-known/openid-configuration
//	GET  /{tenant}/discovery/v2.0/keys
//
// where tenant is the installation's ID, common or organizations.
type Handler struct {
	Issuer  *Issuer
	Clients *Clients
	Origin  func(*http.Request) string // scheme and host by which a client reached the server
	Log     *slog.Logger

	client, address *throttle
}

// NewHandler returns a Handler.
func NewHandler(issuer *Issuer, clients *Clients, origin func(*http.Request) string, log *slog.Logger) *Handler {
	return &Handler{
		Issuer: issuer, Clients: clients, Origin: origin, Log: log,
		client:  newThrottle(clientAttempts, issuer.Now),
		address: newThrottle(addressAttempts, issuer.Now),
	}
}

// Serves reports whether a path is one of the handler's.
func (h *Handler) Serves(path string) bool {
	_, rest := splitTenant(path)
	return h.route(rest) != nil
}

// ServeHTTP answers a request for one of the handler's paths.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant, rest := splitTenant(r.URL.Path)
	serve := h.route(rest)
	if serve == nil || !h.isTenant(tenant) {
		writeOAuthError(w, newRefusal(http.StatusNotFound, "invalid_request",
			"the path's first part must be this installation's tenant ID, common or organizations"))
		return
	}
	serve(w, r)
}

func (h *Handler) route(rest string) http.HandlerFunc {
	switch rest {
	case "oauth2/v2.0/token":
		return only(http.MethodPost, h.serveToken)
	case "v2.0/.well-known/openid-configuration":
		return only(http.MethodGet, h.serveConfiguration)
	case "discovery/v2.0/keys":
		return only(http.MethodGet, h.serveKeys)
	}
	return nil
}

func splitTenant(path string) (tenant, rest string) {
	tenant, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return tenant, rest
}

func (h *Handler) isTenant(name string) bool {
	switch strings.ToLower(name) {
	case h.Issuer.Tenant, "common", "organizations":
		return true
	}
	return false
}

func only(method string, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
			w.Header().Set("Allow", method)
			writeOAuthError(w, newRefusal(http.StatusMethodNotAllowed, "invalid_request",
				"this address takes "+method+" only"))
			return
		}
		serve(w, r)
	}
}

// serveToken answers the client credentials grant (RFC 6749, 4.4).
func (h *Handler) serveToken(w http.ResponseWriter, r *http.Request) {
	request, err := readTokenRequest(r)
	var client Client
	if err == nil {
		client, err = h.authenticate(r, request)
	}
	if refusal, ok := errors.AsType[*oauthError](err); ok {
		if refusal.status == http.StatusUnauthorized && request.basic {
			w.Header().Set("WWW-Authenticate", `Basic realm="rollbook"`)
		}
		writeOAuthError(w, refusal)
		return
	}
	var token string
	if err == nil {
		token, err = h.Issuer.Issue(Grant{
			BaseURL: h.Origin(r), ClientID: client.ID, ClientName: client.Name,
			Permissions: client.Permissions, Lifetime: DefaultLifetime,
		})
	}
	if err != nil {
		h.Log.ErrorContext(r.Context(), "no token could be made", "error", err)
		writeOAuthError(w, newRefusal(http.StatusInternalServerError, "server_error",
			"the server failed; its log says why"))
		return
	}
	seconds := int(DefaultLifetime / time.Second)
	writeJSON(w, http.StatusOK, tokenAnswer{"Bearer", seconds, seconds, token})
}

type tokenAnswer struct {
	TokenType        string `json:"token_type"`
	ExpiresIn        int    `json:"expires_in"`
	ExtendedExpireIn int    `json:"ext_expires_in"`
	AccessToken      string `json:"access_token"`
}

// authenticate returns the client whose secret the request has. It gives the
// same answer for an unknown client as for a wrong secret.
func (h *Handler) authenticate(r *http.Request, request tokenRequest) (Client, error) {
	address := source(r.RemoteAddr)
	pair := request.clientID + " " + address
	if wait := max(h.client.begin(pair), h.address.begin(address)); wait > 0 {
		return Client{}, &oauthError{
			status: http.StatusTooManyRequests, code: "temporarily_unavailable", wait: wait,
			description: "too many requests with a wrong client or secret; wait as Retry-After says",
		}
	}
	client, err := h.Clients.Check(r.Context(), request.clientID, request.secret)
	if errors.Is(err, ErrUnknownClient) {
		return Client{}, newRefusal(http.StatusUnauthorized, "invalid_client",
			"the client is unknown or its secret is wrong")
	}
	h.client.succeed(pair)
	h.address.succeed(address)
	return client, err
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func writeOAuthError(w http.ResponseWriter, e *oauthError) {
	if e.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(e.wait)))
	}
	writeJSON(w, e.status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{e.code, e.description})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
