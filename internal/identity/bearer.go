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

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnauthenticated, fmt.Sprintf(format, args...))
}

const maxToken = 16 << 10

// bearer returns the token of a request (RFC 6750, 2.1: only in the header, so
// that it gets into no log of addresses).
func bearer(header http.Header) (string, error) {
	values := header["Authorization"]
	switch len(values) {
	case 0:
		return "", refuse("it has no Authorization header; send Authorization: Bearer and a token")
	case 1:
	default:
		return "", refuse("it has several Authorization headers")
	}
	scheme, token, found := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || !found {
		return "", refuse("its Authorization header is not Bearer and a token")
	}
	token = strings.Trim(token, " ")
	switch {
	case token == "":
		return "", refuse("its Authorization header has no token")
	case len(token) > maxToken:
		return "", refuse("its token is longer than %d bytes", maxToken)
	case strings.Count(token, ".") != 2:
		return "", refuse("its token is not a JSON web token")
	}
	return token, nil
}
