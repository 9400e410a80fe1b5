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
// name signs. It makes the folder and a first key where there is none.
func OpenKeys(dir string) (*Keys, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	if len(paths) == 0 {
		path := filepath.Join(dir, "signing-0001.pem")
		if err := makeKey(path); err != nil {
			return nil, fmt.Errorf("make a signing key: %w", err)
		}
		paths = []string{path}
	}
	slices.Sort(paths)
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

// makeKey writes a new key. Where several processes begin at once, all but one
// of them find the name taken and use the key of the one.
func makeKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	if err := errors.Join(pem.Encode(temp, &pem.Block{Type: keyFileType, Bytes: der}), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func readKey(path string) (signingKey, error) {
	text, err := os.ReadFile(path)
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
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok || private.N.BitLen() < keyBits {
		return signingKey{}, fmt.Errorf("not an RSA key of at least %d bits", keyBits)
	}
	// RFC 7638: the ID says which key it is, and nothing else.
	thumbprint, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{id: base64.RawURLEncoding.EncodeToString(thumbprint), private: private}, nil
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
