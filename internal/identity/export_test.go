package identity

import (
	"net/http"
	"time"
)

// NewIssuerClient returns what asks issuers for their documents.
func NewIssuerClient(now func() time.Time) *http.Client { return newIssuerClient(now) }

// The errors of it.
var (
	ErrTooLarge   = errTooLarge
	ErrWithoutTLS = errWithoutTLS
)
