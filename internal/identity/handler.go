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
//	POST /{tenant}/oauth2/token (which takes resource in place of scope)
//	GET  /{tenant}/v2.0/.well-known/openid-configuration
//	GET  /{tenant}/discovery/v2.0/keys
//
// where tenant is the installation's ID, common or organizations. Clients of that
// platform are answered in its way for whatever else they ask there.
type Handler struct {
	Issuer  *Issuer
	Clients *Clients
	Origin  func(*http.Request) string // scheme and host by which a client reached the server
	Log     *slog.Logger

	// Outage says what to answer to failures of the machine below: a status and when
	// to ask again, status 0 for all other errors. May be nil.
	Outage func(error) (status int, after time.Duration, message string)

	attempts *attempts
}

// NewHandler returns a Handler.
func NewHandler(issuer *Issuer, clients *Clients, origin func(*http.Request) string, log *slog.Logger) *Handler {
	return &Handler{
		Issuer: issuer, Clients: clients, Origin: origin, Log: log,
		attempts: newAttempts(issuer.Now),
	}
}

// Serves reports whether a path is the handler's to answer: one of its own, or
// another one that clients of the identity platform know.
func (h *Handler) Serves(path string) bool {
	_, rest := splitTenant(path)
	area, _, _ := strings.Cut(rest, "/")
	switch area {
	case "oauth2", "v2.0", "discovery", ".well-known":
		return true
	}
	return false
}

// ServeHTTP answers a request for one of the handler's paths.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant, rest := splitTenant(r.URL.Path)
	serve := h.route(rest)
	switch {
	case !h.isTenant(tenant):
		writeOAuthError(w, newRefusal(http.StatusNotFound, "invalid_request",
			"the path's first part must be this installation's tenant ID, common or organizations"))
	case serve == nil:
		writeOAuthError(w, newRefusal(http.StatusNotFound, "invalid_request",
			"there is nothing at this address; tokens are given to clients with a secret at /{tenant}/oauth2/v2.0/token and /{tenant}/oauth2/token, "+
				"and /{tenant}/v2.0/.well-known/openid-configuration says the rest"))
	default:
		serve(w, r)
	}
}

func (h *Handler) route(rest string) http.HandlerFunc {
	switch rest {
	case "oauth2/v2.0/token":
		return only(http.MethodPost, h.tokens(false))
	case "oauth2/token":
		return only(http.MethodPost, h.tokens(true))
	case "v2.0/.well-known/openid-configuration":
		return only(http.MethodGet, h.serveConfiguration)
	case "discovery/v2.0/keys":
		return only(http.MethodGet, h.serveKeys)
	}
	return nil
}

// splitTenant returns the parts of a path, in which letter case makes no
// difference.
func splitTenant(path string) (tenant, rest string) {
	tenant, rest, _ = strings.Cut(strings.ToLower(strings.Trim(path, "/")), "/")
	return tenant, rest
}

func (h *Handler) isTenant(name string) bool {
	switch name {
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

// tokens returns what answers the client credentials grant (RFC 6749, 4.4), as
// the first version of the platform's endpoint does or as the second.
func (h *Handler) tokens(v1 bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { h.serveToken(w, r, v1) }
}

func (h *Handler) serveToken(w http.ResponseWriter, r *http.Request, v1 bool) {
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
	if status, after, message := h.outage(err); status != 0 {
		writeOAuthError(w, &oauthError{status: status, code: "temporarily_unavailable", description: message, wait: after})
		return
	}
	if err != nil {
		h.Log.ErrorContext(r.Context(), "no token could be made", "error", err)
		writeOAuthError(w, newRefusal(http.StatusInternalServerError, "server_error",
			"the server failed; its log says why"))
		return
	}
	if v1 {
		writeJSON(w, http.StatusOK, firstAnswer(token, request.resource, h.Issuer.Now()))
		return
	}
	writeJSON(w, http.StatusOK, secondAnswer(token))
}

func (h *Handler) outage(err error) (status int, after time.Duration, message string) {
	if err == nil || h.Outage == nil {
		return 0, 0, ""
	}
	return h.Outage(err)
}

// authenticate returns the client whose secret the request has. It gives the
// same answer for an unknown client as for a wrong secret.
func (h *Handler) authenticate(r *http.Request, request tokenRequest) (Client, error) {
	client, err := h.Clients.Check(r.Context(), request.clientID, request.secret)
	if !errors.Is(err, ErrUnknownClient) {
		return client, err
	}
	if wait := h.attempts.wrong(request.clientID, r.RemoteAddr); wait > 0 {
		return Client{}, &oauthError{
			status: http.StatusTooManyRequests, code: "temporarily_unavailable", wait: wait,
			description: "the client is unknown or its secret is wrong, and there were too many such requests; wait as Retry-After says",
		}
	}
	return Client{}, newRefusal(http.StatusUnauthorized, "invalid_client",
		"the client is unknown or its secret is wrong")
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
