package identity

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"rollbook/internal/private"
)

const (
	keyBits     = 2048
	keyFileType = "PRIVATE KEY" // PKCS #8
)

// Keys sign tokens and check them. There may be several, so that a new one can
// take over while tokens of the old one are still about: the last one signs,
// all of them check.
type Keys struct {
	keys []signingKey
}

type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// OpenKeys reads the keys in a folder: its *.pem files, of which the last by
// name signs. It returns an error that is fs.ErrNotExist where there is none, and
// refuses one that others may read.
func OpenKeys(dir string) (*Keys, error) {
	paths, err := keyFiles(dir)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("there is no signing key in %s: %w", dir, fs.ErrNotExist)
	}
	keys := &Keys{}
	for _, path := range paths {
		key, err := readKey(path)
		if err != nil {
			return nil, fmt.Errorf("read signing key %s: %w", path, err)
		}
		keys.keys = append(keys.keys, key)
	}
	return keys, nil
}

// keyFiles returns the files of keys in a folder, sorted.
func keyFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	var paths []string
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".pem" {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths, nil
}

// MakeKeys makes a first key where a folder has none. Where several processes do
// this at once, all of them use the key of one.
func MakeKeys(dir string) error {
	paths, err := keyFiles(dir)
	if err != nil || len(paths) > 0 {
		return err
	}
	if err := makeKey(filepath.Join(dir, "signing-0001.pem")); err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	return nil
}

func makeKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := private.Folder(filepath.Dir(path)); err != nil {
		return err
	}
	return private.Once(path, pem.EncodeToMemory(&pem.Block{Type: keyFileType, Bytes: der}))
}

func readKey(path string) (signingKey, error) {
	text, err := private.Read(path)
	if err != nil {
		return signingKey{}, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != keyFileType {
		return signingKey{}, fmt.Errorf("not a PEM file with a %s", keyFileType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < keyBits {
		return signingKey{}, fmt.Errorf("not an RSA key of at least %d bits", keyBits)
	}
	// RFC 7638: the ID says which key it is, and nothing else.
	thumbprint, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{id: base64.RawURLEncoding.EncodeToString(thumbprint), private: key}, nil
}

// IDs returns what tells the keys apart (RFC 7638), in their order.
func (k *Keys) IDs() []string {
	ids := make([]string, len(k.keys))
	for i, key := range k.keys {
		ids[i] = key.id
	}
	return ids
}

// Public returns the public halves of all keys, for others to check tokens with.
func (k *Keys) Public() jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	for _, key := range k.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: key.private.Public(), KeyID: key.id, Algorithm: string(jose.RS256), Use: "sig",
		})
	}
	return set
}

// sign returns the payload as a signed JWT.
func (k *Keys) sign(payload []byte) (string, error) {
	newest := k.keys[len(k.keys)-1]
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: newest.private, KeyID: newest.id}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// verify returns the payload of a JWT that one of the keys signed.
func (k *Keys) verify(token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	for _, key := range k.keys {
		if key.id == signed.Signatures[0].Header.KeyID {
			return signed.Verify(key.private.Public())
		}
	}
	return nil, errors.New("signed by an unknown key")
}

func (k *Keys) has(id string) bool {
	return slices.ContainsFunc(k.keys, func(key signingKey) bool { return key.id == id })
}
