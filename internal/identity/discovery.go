package identity

import "net/http"

// configuration is the discovery document (OpenID Connect Discovery 1.0, 3).
type configuration struct {
	Issuer         string   `json:"issuer"`
	TokenEndpoint  string   `json:"token_endpoint"`
	KeysURL        string   `json:"jwks_uri"`
	Authorization  string   `json:"authorization_endpoint"`
	ResponseTypes  []string `json:"response_types_supported"`
	SubjectTypes   []string `json:"subject_types_supported"`
	Algorithms     []string `json:"id_token_signing_alg_values_supported"`
	Grants         []string `json:"grant_types_supported"`
	Authentication []string `json:"token_endpoint_auth_methods_supported"`
	Scopes         []string `json:"scopes_supported"`
}

func (h *Handler) serveConfiguration(w http.ResponseWriter, r *http.Request) {
	base := h.Origin(r)
	tenant := base + "/" + h.Issuer.Tenant
	writeJSON(w, http.StatusOK, configuration{
		Issuer:        h.Issuer.issuerURL(base),
		TokenEndpoint: tenant + "/oauth2/v2.0/token",
		KeysURL:       tenant + "/discovery/v2.0/keys",
		// Client libraries insist on an address here; nobody signs in at it.
		Authorization:  tenant + "/oauth2/v2.0/authorize",
		ResponseTypes:  []string{"token"},
		SubjectTypes:   []string{"public"},
		Algorithms:     []string{"RS256"},
		Grants:         []string{"client_credentials"},
		Authentication: []string{"client_secret_post", "client_secret_basic"},
		Scopes:         []string{".default"},
	})
}

func (h *Handler) serveKeys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, h.Issuer.Keys.Public())
}
