package installation

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rollbook/internal/private"
	"rollbook/internal/store"
)

const authorityYears = 20

// ClockSkew is how far clients' clocks may be behind: certificates are good from
// that long before they are made.
const ClockSkew = time.Hour

// Authority is the installation's own certificate authority. Clients that trust
// its certificate trust every certificate that is made with it.
type Authority struct {
	File        string // with the certificate, to hand to clients
	Certificate *x509.Certificate
	Key         *ecdsa.PrivateKey
}

// Authority opens the authority of the installation's certificates, which MUST be
// the one that it has used.
func (i *Installation) Authority(ctx context.Context) (*Authority, error) {
	f := i.found
	known := f.known.Settings[store.SettingAuthority]
	if known == "" { // before installations were made at once, the first server made it
		return i.firstAuthority(ctx)
	}
	own, err := openAuthority(f.folder.tls())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, f.keyLost(f.authorityFiles())
	}
	if err == nil && own.Fingerprint() != known {
		err = f.otherKeys(f.authorityFiles())
	}
	return own, err
}

func (f found) authorityFiles() string {
	return authorityKey(f.folder.tls()) + " or " + authorityCertificate(f.folder.tls())
}

func (i *Installation) firstAuthority(ctx context.Context) (*Authority, error) {
	own, err := makeAuthority(i.found.folder.tls(), i.now())
	if err != nil {
		return nil, err
	}
	settings := map[string]string{store.SettingAuthority: own.Fingerprint()}
	settings, err = (store.Settings{DB: i.DB}).Add(ctx, settings)
	if err == nil && settings[store.SettingAuthority] != own.Fingerprint() {
		err = i.found.otherKeys(i.found.authorityFiles()) // another server was first
	}
	return own, err
}

func authorityKey(dir string) string         { return filepath.Join(dir, "ca.key") }
func authorityCertificate(dir string) string { return filepath.Join(dir, "ca.pem") }

// openAuthority reads the authority in a folder.
func openAuthority(dir string) (*Authority, error) {
	key, err := readAuthorityKey(authorityKey(dir))
	if err != nil {
		return nil, fmt.Errorf("open the authority's key: %w", err)
	}
	certificate, err := readAuthorityCertificate(authorityCertificate(dir), key)
	if err != nil {
		return nil, fmt.Errorf("open the authority's certificate: %w", err)
	}
	return &Authority{File: authorityCertificate(dir), Certificate: certificate, Key: key}, nil
}

// makeAuthority makes what a folder lacks of an authority, and opens it. Of
// several processes that do this at once, all get what one of them made.
func makeAuthority(dir string, now time.Time) (*Authority, error) {
	if err := private.Folder(dir); err != nil {
		return nil, fmt.Errorf("make the authority's folder: %w", err)
	}
	if err := onceFile(authorityKey(dir), keyBlock, newAuthorityKey); err != nil {
		return nil, fmt.Errorf("make the authority's key: %w", err)
	}
	key, err := readAuthorityKey(authorityKey(dir))
	if err != nil {
		return nil, fmt.Errorf("open the authority's key: %w", err)
	}
	err = onceFile(authorityCertificate(dir), certificateBlock, func() ([]byte, error) { return newAuthorityCertificate(key, now) })
	if err != nil {
		return nil, fmt.Errorf("make the authority's certificate: %w", err)
	}
	return openAuthority(dir)
}

const (
	keyBlock         = "PRIVATE KEY" // PKCS #8
	certificateBlock = "CERTIFICATE"
)

func newAuthorityKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

func readAuthorityKey(path string) (*ecdsa.PrivateKey, error) {
	der, err := readBlock(path, keyBlock)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds no ECDSA key", path)
	}
	return key, nil
}

func newAuthorityCertificate(key *ecdsa.PrivateKey, now time.Time) ([]byte, error) {
	serial, err := SerialNumber()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "Rollbook authority " + serial.Text(16)[:8]},
		NotBefore:             now.Add(-ClockSkew),
		NotAfter:              now.AddDate(authorityYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
}

func readAuthorityCertificate(path string, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := readBlock(path, certificateBlock)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("%s is not the certificate of the key beside it: put back the one that is, "+
			"or remove both, run rollbook init --new-keys and hand out the new one", path)
	}
	return certificate, nil
}

// Fingerprint returns the SHA-256 of the authority's certificate as browsers
// and openssl write it, for a person to compare.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.Certificate.Raw)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return strings.Join(pairs, ":")
}

// onceFile makes a file with a PEM block where there is none.
func onceFile(path, blockType string, make func() ([]byte, error)) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	der, err := make()
	if err != nil {
		return err
	}
	return private.Once(path, pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
}

func readBlock(path, blockType string) ([]byte, error) {
	read := private.Read
	if blockType == certificateBlock {
		read = os.ReadFile // which is for everybody
	}
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != blockType {
		return nil, fmt.Errorf("%s is not a PEM file with a %s", path, blockType)
	}
	return block.Bytes, nil
}

// SerialNumber returns a number for a certificate.
func SerialNumber() (*big.Int, error) {
	// RFC 5280, 4.1.2.2: positive, and at most 20 octets.
	limit := new(big.Int).Lsh(big.NewInt(1), 126)
	serial, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return nil, err
	}
	return serial.Add(serial, limit), nil
}
