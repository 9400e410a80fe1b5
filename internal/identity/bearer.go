package identity

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrUnauthenticated is the kind of every error that the caller can mend by
// bringing a better token. Its text says what is wrong, and may be shown.
var ErrUnauthenticated = errors.New("the request is not authenticated")

// refusal is an ErrUnauthenticated that says what is wrong with the token.
type refusal string

func (r refusal) Error() string { return string(r) }

func (r refusal) Is(target error) bool { return target == ErrUnauthenticated }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

const maxToken = 16 << 10

// bearer returns the token of a request (RFC 6750, 2.1: only in the header, so
// that it gets into no log of addresses).
func bearer(header http.Header) (string, error) {
	values := header["Authorization"]
	switch len(values) {
	case 0:
		return "", refuse("the request has no Authorization header")
	case 1:
	default:
		return "", refuse("the request has several Authorization headers")
	}
	scheme, token, found := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || !found {
		return "", refuse("the Authorization header is not Bearer and a token")
	}
	token = strings.Trim(token, " ")
	switch {
	case token == "":
		return "", refuse("the Authorization header has no token")
	case len(token) > maxToken:
		return "", refuse("the token is longer than %d bytes", maxToken)
	case strings.Count(token, ".") != 2:
		return "", refuse("the token is not a JSON web token")
	}
	return token, nil
}
