package identity

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxForm = 64 << 10

	maxClientID = 256 // bytes; wrong ones are remembered for a while
)

// tokenRequest is what a client asks the token endpoint for.
type tokenRequest struct {
	clientID, secret string
	basic            bool   // the secret came in the Authorization header
	resource         string // that the token is wanted for, where the client says so
}

// oauthError is a refusal by the token endpoint (RFC 6749, 5.2).
type oauthError struct {
	status      int
	code        string
	description string
	wait        time.Duration // before the next try, where that is why
}

func (e *oauthError) Error() string { return e.description }

func newRefusal(status int, code, description string) *oauthError {
	return &oauthError{status: status, code: code, description: description}
}

func badRequest(code, description string) error {
	return newRefusal(http.StatusBadRequest, code, description)
}

func readTokenRequest(r *http.Request) (tokenRequest, error) {
	form, err := readForm(r)
	if err != nil {
		return tokenRequest{}, err
	}
	if err := checkGrant(form); err != nil {
		return tokenRequest{}, err
	}
	if form.Has("client_assertion") {
		return tokenRequest{}, badRequest("invalid_request", "clients authenticate with client_secret; client_assertion is not supported")
	}
	request := tokenRequest{clientID: form.Get("client_id"), secret: form.Get("client_secret"), resource: form.Get("resource")}
	if err := request.readBasic(r); err != nil {
		return tokenRequest{}, err
	}
	if request.clientID == "" || request.secret == "" {
		return tokenRequest{}, badRequest("invalid_request", "client_id and client_secret are needed, in the form or as HTTP Basic authorization")
	}
	if !utf8.ValidString(request.resource) {
		return tokenRequest{}, badRequest("invalid_resource", "resource is not UTF-8")
	}
	if !utf8.ValidString(request.clientID) || strings.ContainsRune(request.clientID, 0) || len(request.clientID) > maxClientID {
		return tokenRequest{}, badRequest("invalid_request", "client_id is not UTF-8, has a NUL in it, or is longer than any is")
	}
	return request, nil
}

// readForm reads the body: a form, perhaps compressed, with each parameter once.
func readForm(r *http.Request) (url.Values, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return nil, badRequest("invalid_request", "the body must be a form with Content-Type: application/x-www-form-urlencoded")
	}
	body := io.Reader(r.Body)
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "", "identity":
	case "gzip":
		unzipped, err := gzip.NewReader(io.LimitReader(r.Body, maxForm+1))
		if err != nil {
			return nil, badRequest("invalid_request", "the body is not gzip, although Content-Encoding says so")
		}
		body = unzipped
	default:
		return nil, newRefusal(http.StatusUnsupportedMediaType, "invalid_request", "Content-Encoding may be gzip or none")
	}
	text, err := io.ReadAll(io.LimitReader(body, maxForm+1))
	if err != nil {
		return nil, badRequest("invalid_request", "the body cannot be read to its end")
	}
	if len(text) > maxForm {
		return nil, newRefusal(http.StatusRequestEntityTooLarge, "invalid_request", "the body is larger than 64 KiB")
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, badRequest("invalid_request", "the body is not a well-formed form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, badRequest("invalid_request", "a parameter is there twice: "+printable(name))
		}
	}
	return form, nil
}

func checkGrant(form url.Values) error {
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return badRequest("invalid_request", "grant_type is missing; client_credentials is supported")
	default:
		return badRequest("unsupported_grant_type", "grant_type may be client_credentials only")
	}
	for _, scope := range strings.Fields(form.Get("scope")) {
		if scope != ".default" && !strings.HasSuffix(scope, "/.default") && !strings.Contains(scope, "://") {
			return badRequest("invalid_scope", "scope is a resource and /.default, such as https://graph.microsoft.com/.default; "+
				"what a client may do is said when it is made")
		}
	}
	return nil
}

// readBasic takes the client's credentials from the Authorization header
// (RFC 6749, 2.3.1), where each half is written as in a form.
func (t *tokenRequest) readBasic(r *http.Request) error {
	if r.Header.Get("Authorization") == "" {
		return nil
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		return badRequest("invalid_request", "the Authorization header is not HTTP Basic")
	}
	id, idErr := url.QueryUnescape(user)
	secret, secretErr := url.QueryUnescape(password)
	if errors.Join(idErr, secretErr) != nil {
		return badRequest("invalid_request", "client_id or client_secret in the Authorization header is not form-encoded")
	}
	if t.secret != "" || t.clientID != "" && t.clientID != id {
		return badRequest("invalid_request", "the client authenticates twice: in the form and in the Authorization header")
	}
	t.clientID, t.secret, t.basic = id, secret, true
	return nil
}

// printable cuts what a client sent down to what may stand in an answer.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
	return text[:min(len(text), 40)]
}
