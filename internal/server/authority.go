package server

import (
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
)

const (
	authorityYears = 20
	clockSkew      = time.Hour // that clients may be behind by
)

// authority is the installation's own certificate authority. Clients that
// trust its certificate trust every certificate the server ever makes.
type authority struct {
	file        string // with the certificate, to hand to clients
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// openAuthority reads the authority in a folder and makes it on first use.
func openAuthority(dir string, now time.Time) (*authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := openAuthorityKey(filepath.Join(dir, "ca.key"))
	if err != nil {
		return nil, fmt.Errorf("open the authority's key: %w", err)
	}
	file := filepath.Join(dir, "ca.pem")
	certificate, err := openAuthorityCertificate(file, key, now)
	if err != nil {
		return nil, fmt.Errorf("open the authority's certificate: %w", err)
	}
	return &authority{file: file, certificate: certificate, key: key}, nil
}

func openAuthorityKey(path string) (*ecdsa.PrivateKey, error) {
	der, err := onceFile(path, 0o600, "PRIVATE KEY", func() ([]byte, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		return x509.MarshalPKCS8PrivateKey(key)
	})
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

func openAuthorityCertificate(path string, key *ecdsa.PrivateKey, now time.Time) (*x509.Certificate, error) {
	der, err := onceFile(path, 0o644, "CERTIFICATE", func() ([]byte, error) {
		serial, err := serialNumber()
		if err != nil {
			return nil, err
		}
		template := &x509.Certificate{
			SerialNumber:          serial,
			Subject:               pkix.Name{CommonName: "Rollbook authority " + serial.Text(16)[:8]},
			NotBefore:             now.Add(-clockSkew),
			NotAfter:              now.AddDate(authorityYears, 0, 0),
			KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
			BasicConstraintsValid: true,
			IsCA:                  true,
			MaxPathLenZero:        true,
		}
		return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	})
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("%s is not the certificate of the key beside it; put back the one that is, or remove both and hand out the new one", path)
	}
	return certificate, nil
}

// fingerprint returns the SHA-256 of the authority's certificate as browsers
// and openssl write it, for a person to compare.
func (a *authority) fingerprint() string {
	sum := sha256.Sum256(a.certificate.Raw)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return strings.Join(pairs, ":")
}

// onceFile returns the PEM block in a file, made where there is no file. Of
// several processes that make it at once, all get what one of them made.
func onceFile(path string, mode fs.FileMode, blockType string, make func() ([]byte, error)) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		der, err := make()
		if err != nil {
			return nil, err
		}
		if err := writeOnce(path, mode, pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der})); err != nil {
			return nil, err
		}
		return onceFile(path, mode, blockType, make)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != blockType {
		return nil, fmt.Errorf("%s is not a PEM file with a %s", path, blockType)
	}
	return block.Bytes, nil
}

// writeOnce writes a file that appears whole, or finds that another did.
func writeOnce(path string, mode fs.FileMode, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(text)
	if err := errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func serialNumber() (*big.Int, error) {
	// RFC 5280, 4.1.2.2: positive, and at most 20 octets.
	limit := new(big.Int).Lsh(big.NewInt(1), 126)
	serial, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return nil, err
	}
	return serial.Add(serial, limit), nil
}
