package server_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"rollbook/internal/server"
)

// serial returns the serial number of the certificate that a new connection gets.
func serial(t *testing.T, client *http.Client, s *server.Server) string {
	t.Helper()
	client.CloseIdleConnections()
	answer, _ := mustGet(t, client, s.Addresses().URL+"/healthz")
	return answer.TLS.PeerCertificates[0].SerialNumber.String()
}

func TestReloadMakesACertificate(t *testing.T) {
	t.Parallel()
	s := mustStart(t, testConfig(t))
	client := clientFor(t, s)
	first := serial(t, client, s)
	if again := serial(t, client, s); again != first {
		t.Errorf("without a reload the certificate is %s, was %s", again, first)
	}
	s.Reload(t.Context())
	if second := serial(t, client, s); second == first {
		t.Error("after a reload it is the same certificate")
	}
}

func TestReloadWithoutTLS(t *testing.T) {
	t.Parallel()
	log := &logged{}
	cfg := testConfig(t)
	cfg.PlainHTTP, cfg.Log = true, slog.New(slog.NewTextHandler(log, nil))
	mustStart(t, cfg).Reload(t.Context())
	log.await(t, "there is no certificate")
}

func TestReloadKeepsACertificateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	log := &logged{}
	cfg := testConfig(t)
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	dir := t.TempDir()
	writeCertificate(t, dir)
	cfg.TLSCert, cfg.TLSKey = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	s, client := mustStart(t, cfg), clientThatTrusts(t, mustRead(t, cfg.TLSCert))
	first := serial(t, client, s)
	mustWrite(t, cfg.TLSKey, []byte("half"))
	s.Reload(t.Context())
	log.await(t, "the new certificate cannot be used")
	if second := serial(t, client, s); second != first {
		t.Errorf("the certificate is %s, was %s", second, first)
	}
}
