package server_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/server"
)

// wantMetrics checks that the server's metrics hold lines.
func wantMetrics(t *testing.T, s *server.Server, lines ...string) {
	t.Helper()
	answer, text := mustGet(t, http.DefaultClient, s.Addresses().Metrics)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s", answer.StatusCode, text)
	}
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			name, _, _ := strings.Cut(line, "{")
			t.Errorf("the metrics lack %s; they have:\n%s", line, linesWith(text, name))
		}
	}
}

func linesWith(text, part string) string {
	var found strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			found.WriteString(line)
		}
	}
	return found.String()
}

func TestMetricsAreNowhereUnlessAskedFor(t *testing.T) {
	t.Parallel()
	s := mustStart(t, testConfig(t))
	if at := s.Addresses().Metrics; at != "" {
		t.Errorf("metrics are at %s", at)
	}
	if answer, _ := mustGet(t, clientFor(t, s), s.Addresses().URL+"/metrics"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("where the API is, /metrics gets %d", answer.StatusCode)
	}
}

func TestMetricsOnTheLoopbackInterface(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.MetricsListen = ":0"
	s := mustStart(t, cfg)
	if at := s.Addresses().Metrics; !strings.HasPrefix(at, "http://127.0.0.1:") {
		t.Errorf("metrics are at %s", at)
	}
	mustGet(t, clientFor(t, s), s.Addresses().URL+"/readyz")
	mustGet(t, clientFor(t, s), s.Addresses().URL+"/nowhere")
	wantMetrics(t, s, "rollbook_database_readable 1", `rollbook_http_requests_total{code="200",method="GET",surface="probe"} 1`,
		`rollbook_http_requests_total{code="404",method="GET",surface="none"} 1`)
	for path, want := range map[string]int{"/": http.StatusNotFound, "/metrics/x": http.StatusNotFound, "/beta": http.StatusNotFound} {
		if answer, _ := mustGet(t, http.DefaultClient, strings.TrimSuffix(s.Addresses().Metrics, "/metrics")+path); answer.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, answer.StatusCode, want)
		}
	}
}

// TestMetricsForOthers has them at an address that others reach: by TLS, and
// with the token only.
func TestMetricsForOthers(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdef0123456789abcdef"
	cfg := testConfig(t)
	cfg.MetricsListen, cfg.MetricsTokenFile = "0.0.0.0:0", filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(cfg.MetricsTokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, cfg)
	at, err := url.Parse(s.Addresses().Metrics)
	if err != nil || at.Scheme != "https" {
		t.Fatalf("metrics are at %s", at)
	}
	client := clientFor(t, s)
	for authorization, want := range map[string]int{
		"":                      http.StatusUnauthorized,
		"Bearer " + token:       http.StatusOK,
		"Bearer " + token + "0": http.StatusUnauthorized,
		"Bearer ":               http.StatusUnauthorized,
		"Basic " + token:        http.StatusUnauthorized,
		"Bearer " + token[:31]:  http.StatusUnauthorized,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://localhost:"+at.Port()+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", authorization)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%q: got %d, want %d", authorization, answer.StatusCode, want)
		}
	}
}

func TestMetricsTokenThatWillNotDo(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"empty": "", "short": "hunter2", "two words": "0123456789abcdef 0123456789abcdef"} {
		cfg := testConfig(t)
		cfg.MetricsListen, cfg.MetricsTokenFile = ":0", filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(cfg.MetricsTokenFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		mustMake(t, cfg)
		if _, err := server.New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "openssl rand") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
