package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/config"
	"rollbook/internal/installation"
	"rollbook/internal/server"
)

// logged is a log that tests read, and wait for.
type logged struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{} // closed at the next line; nil where nobody waits
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return l.text.Write(p)
}

// await returns the first line that holds a text, once there is one.
func (l *logged) await(t *testing.T, text string) string {
	t.Helper()
	for {
		line, next := l.find(text)
		if line != "" {
			return line
		}
		select {
		case <-next:
		case <-t.Context().Done():
			t.Fatalf("the log lacks %q:\n%s", text, l)
		}
	}
}

// find returns the first line that holds a text, or else what tells of the next.
func (l *logged) find(text string) (line string, next <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, text) {
			return line, nil
		}
	}
	if l.written == nil {
		l.written = make(chan struct{})
	}
	return "", l.written
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// testConfig returns the configuration of a server in a folder of its own.
func testConfig(t *testing.T) server.Config {
	t.Helper()
	return server.Config{Config: config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0"}}
}

// mustMake makes the installation, where there is none.
func mustMake(t *testing.T, cfg server.Config) {
	t.Helper()
	_, err := server.Create(t.Context(), cfg, installation.New{TimeZone: "UTC"})
	if _, exists := errors.AsType[*installation.ExistsError](err); err != nil && !exists {
		t.Fatal(err)
	}
}

// mustOpen opens the installation, which it makes where there is none, until the
// test ends.
func mustOpen(t *testing.T, cfg server.Config) *server.Parts {
	t.Helper()
	mustMake(t, cfg)
	parts, err := server.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { parts.Close() })
	return parts
}

// mustNew puts a server together, in an installation that it makes where there is
// none.
func mustNew(t *testing.T, cfg server.Config) *server.Server {
	t.Helper()
	mustMake(t, cfg)
	s, err := server.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustStart(t *testing.T, cfg server.Config) *server.Server {
	t.Helper()
	s := mustNew(t, cfg)
	t.Cleanup(func() { mustStop(t, s) })
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func mustStop(t *testing.T, s *server.Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// clientFor returns a client that trusts the server's own authority and nobody else.
func clientFor(t *testing.T, s *server.Server) *http.Client {
	t.Helper()
	trusted, err := os.ReadFile(s.Addresses().CAFile)
	if err != nil {
		t.Fatal(err)
	}
	return clientThatTrusts(t, trusted)
}

func clientThatTrusts(t *testing.T, trusted []byte) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(trusted) {
		t.Fatal("no certificate to trust")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// clientByAnyName returns clientFor that reaches the server by whatever host it
// asks for, as behind a name server or a proxy.
func clientByAnyName(t *testing.T, s *server.Server) *http.Client {
	t.Helper()
	client := clientFor(t, s)
	listens := strings.TrimPrefix(s.Addresses().URL, "https://")
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, listens)
	}
	return client
}

func mustGet(t *testing.T, client *http.Client, url string) (*http.Response, string) {
	t.Helper()
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestServerAnswersOverTLS(t *testing.T) {
	t.Parallel()
	s := mustStart(t, testConfig(t))
	client := clientFor(t, s)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.Addresses().URL, "https://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost"} {
		for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
			answer, body := mustGet(t, client, "https://"+host+":"+port+path)
			if answer.StatusCode != http.StatusOK || body != want {
				t.Errorf("%s: got %d %q", path, answer.StatusCode, body)
			}
			if answer.ProtoMajor != 2 {
				t.Errorf("%s: got %s, want HTTP/2", path, answer.Proto)
			}
		}
	}
}

// TestNoRedirects asks for paths that net/http would redirect.
func TestNoRedirects(t *testing.T) {
	t.Parallel()
	s := mustStart(t, testConfig(t))
	client := clientFor(t, s)
	for _, path := range []string{"/", "/nowhere/", "/a//b", "/a/../healthz", "/./healthz", "/healthz/", "/BETAX/y"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, s.Addresses().URL, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = path
		r.Header.Set("client-request-id", "mine")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Error struct {
				Code, Message string
				InnerError    map[string]string
			}
		}
		err = json.UnmarshalRead(answer.Body, &got, json.MatchCaseInsensitiveNames(true))
		answer.Body.Close()
		inner := got.Error.InnerError
		if err != nil || answer.StatusCode != http.StatusNotFound || got.Error.Code != "itemNotFound" || got.Error.Message == "" ||
			inner["request-id"] == "" || inner["request-id"] != answer.Header.Get("request-id") || inner["client-request-id"] != "mine" {
			t.Errorf("%s: got %d, %+v, %v", path, answer.StatusCode, got, err)
		}
	}
}

func TestTokenFromServer(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	s := mustStart(t, cfg)
	// Another process makes the client.
	parts := mustOpen(t, cfg)
	client, secret, err := parts.Clients.Add(t.Context(), "uploader", []string{"User.Read.All"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"token": 200, "v2.0/token": 200, "v2.0/devicecode": 404} {
		answer, err := clientFor(t, s).PostForm(s.Addresses().URL+"/"+parts.Tenant+"/oauth2/"+path, map[string][]string{
			"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {secret}, "resource": {"https://graph.microsoft.com"},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		said := map[string]any{}
		if err := json.UnmarshalRead(answer.Body, &said); err != nil {
			t.Errorf("%s: it is no JSON: %v", path, err)
		}
		if answer.StatusCode != want || (said["error"] == nil) != (want == 200) {
			t.Errorf("%s: got %d %v", path, answer.StatusCode, said)
		}
	}
}

func TestOwnCertificateCoversNamedHosts(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Hosts = []string{"rollbook.school.example", "192.0.2.7"}
	s := mustStart(t, cfg)
	client := clientFor(t, s)
	answer, _ := mustGet(t, client, s.Addresses().URL+"/healthz")
	leaf := answer.TLS.PeerCertificates[0]
	for _, host := range append(cfg.Hosts, "localhost", "127.0.0.1", "::1") {
		if err := leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if err := leaf.VerifyHostname("elsewhere.example"); err == nil {
		t.Error("the certificate is for any host")
	}
}

func TestAuthorityStaysTheSame(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	first := mustStart(t, cfg)
	client, fingerprint := clientFor(t, first), first.Addresses().CAFingerprint
	mustStop(t, first)
	second := mustStart(t, cfg)
	if got := second.Addresses().CAFingerprint; got != fingerprint || len(got) != 95 {
		t.Errorf("the authority is %s, was %s", got, fingerprint)
	}
	mustGet(t, client, second.Addresses().URL+"/healthz")
	if info, err := os.Stat(filepath.Join(cfg.Data, "tls", "ca.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the authority's key: %v, %v", info, err)
	}
}

// TestOwnCertificateIsRenewed moves the clock on while the server runs. The
// client checks times by the same clock.
func TestOwnCertificateIsRenewed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Now()
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	cfg := testConfig(t)
	cfg.Now = clock
	s := mustStart(t, cfg)
	client := clientFor(t, s)
	client.Transport.(*http.Transport).TLSClientConfig.Time = clock
	serials := make(map[string]bool)
	for range 4 {
		answer, _ := mustGet(t, client, s.Addresses().URL+"/healthz")
		client.CloseIdleConnections()
		serials[answer.TLS.PeerCertificates[0].SerialNumber.String()] = true
		mu.Lock()
		now = now.AddDate(0, 0, 50)
		mu.Unlock()
	}
	if len(serials) < 2 || len(serials) > 3 {
		t.Errorf("%d certificates in 150 days of 90 days each, renewed when 30 are left", len(serials))
	}
}

func TestGivenCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	// The certificates of two installations' authorities stand in for those of others.
	var files [2]string
	for i := range files {
		files[i] = t.TempDir()
		writeCertificate(t, files[i])
	}
	var mu sync.Mutex
	now := time.Now()
	cfg := testConfig(t)
	cfg.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second) // so that the files are looked at every time
		return now
	}
	cfg.TLSCert, cfg.TLSKey = filepath.Join(files[0], "cert.pem"), filepath.Join(files[0], "key.pem")
	s := mustStart(t, cfg)
	if at := s.Addresses(); at.CAFile != "" || at.CAFingerprint != "" {
		t.Errorf("got %+v, want no authority of our own", at)
	}
	before := clientThatTrusts(t, mustRead(t, cfg.TLSCert))
	mustGet(t, before, s.Addresses().URL+"/healthz")

	// Half of the change, which serves nobody, leaves the last certificate in use.
	after := clientThatTrusts(t, mustRead(t, filepath.Join(files[1], "cert.pem")))
	mustWrite(t, cfg.TLSCert, mustRead(t, filepath.Join(files[1], "cert.pem")))
	before.CloseIdleConnections()
	mustGet(t, before, s.Addresses().URL+"/healthz")

	mustWrite(t, cfg.TLSKey, mustRead(t, filepath.Join(files[1], "key.pem")))
	mustGet(t, after, s.Addresses().URL+"/healthz")
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func mustWrite(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.PlainHTTP = true
	s := mustStart(t, cfg)
	if !strings.HasPrefix(s.Addresses().URL, "http://127.0.0.1:") {
		t.Errorf("got %s", s.Addresses().URL)
	}
	mustGet(t, http.DefaultClient, s.Addresses().URL+"/healthz")
}

func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	log := &logged{}
	cfg := testConfig(t)
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	s := mustStart(t, cfg)
	client := clientFor(t, s)
	mustGet(t, client, s.Addresses().URL+"/upload/x?sv=1&sig=SIGNATURE")
	mustGet(t, client, s.Addresses().URL+"/nowhere/users/anna.svensson")
	mustGet(t, client, s.Addresses().URL+"/nowhere/anna.svensson@school.example/x('ANNA')")
	mustStop(t, s)
	got := log.String()
	for _, word := range []string{"SIGNATURE", "sig=", "anna", "ANNA"} {
		if strings.Contains(got, word) {
			t.Errorf("%q is in the log:\n%s", word, got)
		}
	}
	if strings.Count(got, `msg="request refused"`) != 3 || strings.Count(got, "request-id=") != 3 || !strings.Contains(got, "path=/upload/x") {
		t.Errorf("got\n%s", got)
	}
}

func TestStopTwiceAndUnstarted(t *testing.T) {
	t.Parallel()
	s := mustNew(t, testConfig(t))
	mustStop(t, s)
	mustStop(t, s)
	if err := s.Start(t.Context()); err == nil {
		t.Error("a stopped server starts")
	}
}

func TestStartSaysThatThePortIsTaken(t *testing.T) {
	t.Parallel()
	first := mustStart(t, testConfig(t))
	cfg := testConfig(t)
	cfg.Listen = strings.TrimPrefix(first.Addresses().URL, "https://")
	s := mustNew(t, cfg)
	defer mustStop(t, s)
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("got %v", err)
	}
}
