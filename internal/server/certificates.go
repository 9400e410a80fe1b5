package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"rollbook/internal/installation"
	"rollbook/internal/private"
)

// certificates hands the server's certificate to each TLS handshake.
type certificates interface {
	get() (*tls.Certificate, error)
	// renew reads or makes the certificate anew. Where that fails, the last one
	// stays in use.
	renew() error
}

const (
	certificateDays = 90
	renewDays       = 30 // left when a new certificate is made
)

// ownCertificates makes certificates with the installation's authority. They
// and their keys stay in memory: every start makes a new one.
type ownCertificates struct {
	authority *installation.Authority
	hosts     []string
	now       func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
}

func (o *ownCertificates) get() (*tls.Certificate, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.current != nil && o.now().AddDate(0, 0, renewDays).Before(o.current.Leaf.NotAfter) {
		return o.current, nil
	}
	made, err := o.make()
	if err != nil {
		return nil, fmt.Errorf("make a server certificate: %w", err)
	}
	o.current = made
	return made, nil
}

func (o *ownCertificates) renew() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	made, err := o.make()
	if err != nil {
		return fmt.Errorf("make a server certificate: %w", err)
	}
	o.current = made
	return nil
}

func (o *ownCertificates) make() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := installation.SerialNumber()
	if err != nil {
		return nil, err
	}
	now := o.now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Rollbook"},
		NotBefore:    now.Add(-installation.ClockSkew),
		NotAfter:     now.AddDate(0, 0, certificateDays),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range o.hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, o.authority.Certificate, key.Public(), o.authority.Key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, o.authority.Certificate.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// certificateHosts returns the names and addresses that an own certificate is
// for: this machine's, the one listened on unless that is all of them, and
// those that were named.
func certificateHosts(listen string, named []string) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			hosts = append(hosts, host)
		}
	}
	hosts = append(hosts, named...)
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// reloadInterval is how often the files of a certificate are looked at.
const reloadInterval = time.Second

// fileCertificates reads a certificate from files, and again when they change.
type fileCertificates struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	version string // of the files that current is from
	looked  time.Time
}

func (f *fileCertificates) get() (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); f.current == nil || now.Sub(f.looked) >= reloadInterval {
		f.looked = now
		err := f.reload()
		if err != nil && f.current == nil {
			return nil, fmt.Errorf("read --tls-cert and --tls-key: %w", err)
		}
		if err != nil {
			// The files may be half way through being changed.
			f.log.Warn("the new certificate cannot be read; the last one stays in use", "error", err)
		}
	}
	return f.current, nil
}

func (f *fileCertificates) renew() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version = ""
	if err := f.reload(); err != nil {
		return fmt.Errorf("read --tls-cert and --tls-key: %w", err)
	}
	return nil
}

func (f *fileCertificates) reload() error {
	version, err := versionOf(f.certFile, f.keyFile)
	if err != nil || version == f.version {
		return err
	}
	certificate, err := os.ReadFile(f.certFile)
	if err != nil {
		return err
	}
	key, err := private.Read(f.keyFile)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	f.current, f.version = &pair, version
	return nil
}

// versionOf returns a text that changes when one of the files does.
func versionOf(paths ...string) (string, error) {
	version := ""
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		version += fmt.Sprintf("%d %d ", info.ModTime().UnixNano(), info.Size())
	}
	return version, nil
}
