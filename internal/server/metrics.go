package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"rollbook/internal/private"
)

// metricsTimeout is how long a scrape may take from its first byte to its last.
const metricsTimeout = 30 * time.Second

// maxScrapes is how many connections may be open for metrics.
const maxScrapes = 16

// metricsServer answers /metrics at an address of its own. On the loopback
// interface it does so without TLS; elsewhere it takes the server's certificate,
// and always a token.
type metricsServer struct {
	http        *http.Server
	certificate *tls.Config  // nil without TLS
	listener    net.Listener // nil before it is started
}

// newMetricsServer returns the server of metrics, nil where none is wanted.
func newMetricsServer(cfg Config, handler http.Handler, certificate *tls.Config) (*metricsServer, error) {
	if cfg.MetricsListen == "" {
		return nil, nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", handler)
	s := &http.Server{
		Handler: mux, ReadTimeout: headerTimeout, WriteTimeout: metricsTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ConnState: newConnections(maxScrapes, func(netip.Addr) bool { return false }, cfg.Log).follow,
		ErrorLog:  slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	if cfg.MetricsTokenFile != "" {
		token, err := readToken(cfg.MetricsTokenFile)
		if err != nil {
			return nil, err
		}
		s.Handler = withToken(mux, token)
	}
	if cfg.MetricsLocal() {
		certificate = nil
	}
	return &metricsServer{http: s, certificate: certificate}, nil
}

// shortestToken is how many characters a token has at least. Whoever guesses one
// a millionth of a second does not come upon it.
const shortestToken = 20

func readToken(file string) (string, error) {
	text, err := private.Read(file)
	if err != nil {
		return "", fmt.Errorf("read the token for metrics: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if len(token) < shortestToken || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("the token for metrics in %s must be one word of at least %d characters; openssl rand -hex 32 makes one", file, shortestToken)
	}
	return token, nil
}

// withToken lets requests through that have the token.
func withToken(next http.Handler, token string) http.Handler {
	want := sha256.Sum256([]byte("Bearer " + token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			writeText(w, http.StatusUnauthorized, "the token is missing or wrong; it is the one in the file of --metrics-token-file\n")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// start begins to listen and answers from then on. It sends to failed what keeps
// it from going on.
func (m *metricsServer) start(ctx context.Context, address string, failed chan<- error) error {
	if m == nil {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen for metrics: %w", err)
	}
	m.listener = listener
	if m.certificate != nil {
		listener = tls.NewListener(listener, m.certificate)
	}
	go func() {
		if err := m.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve metrics: %w", err)
		}
	}()
	return nil
}

// url returns where the metrics are, "" where they are nowhere.
func (m *metricsServer) url() string {
	switch {
	case m == nil || m.listener == nil:
		return ""
	case m.certificate != nil:
		return "https://" + m.listener.Addr().String() + "/metrics"
	}
	return "http://" + m.listener.Addr().String() + "/metrics"
}

// close ends all connections: a scrape is made again soon.
func (m *metricsServer) close() error {
	if m == nil {
		return nil
	}
	return m.http.Close()
}
