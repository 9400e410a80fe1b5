package identity

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// askInterval is how long to wait before an issuer is asked for the same
	// document again. Anyone can send a token that names a key nobody has, and each
	// would have the keys fetched anew.
	askInterval = 5 * time.Second

	// askTimeout is how long an issuer may take to answer.
	askTimeout = 10 * time.Second

	// maxDocument is how large an issuer's documents may be, and maxDocumentHeader
	// what stands before them. Entra's keys take 20 KiB.
	maxDocument       = 1 << 20
	maxDocumentHeader = 64 << 10
)

var (
	errTooLarge   = errors.New("the document is larger than 1 MiB")
	errWithoutTLS = errors.New("it is not asked without TLS")
)

// newIssuerClient returns a client that asks issuers for their documents: now
// and then, each up to a size, and over TLS unless they are on this machine.
func newIssuerClient(now func() time.Time) *http.Client {
	next := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: askTimeout,
		MaxResponseHeaderBytes: maxDocumentHeader,
	}
	return &http.Client{
		Timeout:   askTimeout,
		Transport: &issuerTransport{next: next, now: now, asked: make(map[string]time.Time)},
	}
}

type issuerTransport struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex
	asked map[string]time.Time // by address; an issuer has two
}

// RoundTrip implements http.RoundTripper.
func (t *issuerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !isLoopback(r.URL.Hostname()) {
		return nil, fmt.Errorf("%s: %w", r.URL, errWithoutTLS)
	}
	if !t.mayAsk(r.URL.String()) {
		return nil, fmt.Errorf("%s was asked less than %v ago", r.URL, askInterval)
	}
	answer, err := t.next.RoundTrip(r)
	if err == nil {
		answer.Body = &boundedBody{ReadCloser: answer.Body, left: maxDocument}
	}
	return answer, err
}

// mayAsk reports whether an address was not asked lately, and notes that it is.
func (t *issuerTransport) mayAsk(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if last, again := t.asked[address]; again && now.Before(last.Add(askInterval)) {
		return false
	}
	t.asked[address] = now
	return true
}

// boundedBody fails once more was read of it than is left, where
// io.LimitedReader would end as if that were all.
type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
