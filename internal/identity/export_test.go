package identity

import (
	"net/http"
	"time"
)

// NewIssuerClient returns what asks issuers for their documents.
func NewIssuerClient(now func() time.Time) *http.Client { return newIssuerClient(now) }

// ErrWithoutTLS is its error for addresses that are not asked without TLS.
var ErrWithoutTLS = errWithoutTLS
