package identity_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollbook/internal/identity"
)

// endless answers with a body that ends when nobody reads it, and counts what
// was taken of it.
type endless struct {
	sent   atomic.Int64
	limit  int64 // so that the test ends when nothing else bounds it
	packed bool
	ended  chan struct{}
}

func (e *endless) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	defer close(e.ended)
	var out io.Writer = w
	if e.packed {
		w.Header().Set("Content-Encoding", "gzip")
		zipped := gzip.NewWriter(w)
		defer zipped.Close()
		out = zipped
	}
	for piece := []byte(strings.Repeat(" ", 64<<10)); e.sent.Load() < e.limit; {
		n, err := out.Write(piece)
		if e.sent.Add(int64(n)); err != nil {
			return
		}
	}
}

func TestDocumentsWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]*endless{"plain": {}, "packed": {packed: true}} {
		e.limit, e.ended = 64<<20, make(chan struct{})
		s := httptest.NewServer(e)
		answer, err := identity.NewIssuerClient(time.Now).Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		<-e.ended
		s.Close()
		// On a busy machine the time may be over before the end is met.
		if err == nil || n > 1<<20 {
			t.Errorf("%s: %d bytes were read, %v", name, n, err)
		}
	}
}

// TestIssuerWithoutEnd has a token lead to an issuer whose documents do not end.
func TestIssuerWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"discovery": "/.well-known/openid-configuration", "keys": "/keys"} {
		o := newOutsideServer(t)
		e := &endless{limit: 64 << 20, ended: make(chan struct{})}
		ordinary := o.Config.Handler
		o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				e.ServeHTTP(w, r)
				return
			}
			ordinary.ServeHTTP(w, r)
		})
		_, a := o.trusting(t)
		caller, err := a.Authenticate(requestWith(t, o.mustIssue(t, map[string]any{"idtyp": "app"})))
		if err == nil {
			t.Errorf("%s: the token is %+v's", name, caller)
		}
		<-e.ended
		if sent := e.sent.Load(); sent > 32<<20 {
			t.Errorf("%s: %d bytes were taken", name, sent)
		}
	}
}

func TestIssuersAreAskedOverTLS(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Value // where it redirects to
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, elsewhere.Load().(string), http.StatusFound)
		}
	}))
	defer s.Close()
	for _, address := range []string{"http://login.example/keys", "http://192.0.2.1/keys"} {
		elsewhere.Store(address)
		for _, asked := range []string{address, s.URL + "/redirect"} {
			answer, err := identity.NewIssuerClient(time.Now).Get(asked)
			if err == nil {
				answer.Body.Close()
			}
			if !errors.Is(err, identity.ErrWithoutTLS) {
				t.Errorf("%s, which leads to %s: %v", asked, address, err)
			}
		}
	}
	answer, err := identity.NewIssuerClient(time.Now).Get(s.URL)
	if err != nil {
		t.Fatalf("on this machine: %v", err)
	}
	answer.Body.Close()
}
