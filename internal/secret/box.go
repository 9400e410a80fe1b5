package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"rollbook/internal/flow"
)

// Box seals and opens secrets under one key. It implements flow.Sealer and may
// be used by several goroutines.
type Box struct {
	path   string // of the key file, for messages
	master []byte
	aead   cipher.AEAD
	random io.Reader
}

// version is how sealed text begins: it says what the rest is, AES-256-GCM in
// base64, the nonce first.
const version = "v1:"

// Open returns the box of a data folder, in which Make made a key. It refuses a
// key file that others may read. Sealing takes what random yields.
func Open(dir string, random io.Reader) (*Box, error) {
	path := KeyFile(dir)
	master, err := readKey(path)
	if err != nil {
		return nil, fmt.Errorf("open the key for secrets: %w", err)
	}
	box := &Box{path: path, master: master, random: random}
	block, err := aes.NewCipher(box.Key("seal"))
	if err != nil {
		return nil, fmt.Errorf("open the key for secrets: %w", err)
	}
	if box.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("open the key for secrets: %w", err)
	}
	return box, nil
}

// Fingerprint tells the key from every other, and nothing else of it.
func (b *Box) Fingerprint() string { return base64.RawURLEncoding.EncodeToString(b.Key("fingerprint")) }

// Key returns a key of 32 bytes for a purpose. Keys for different purposes say
// nothing about each other (RFC 5869).
func (b *Box) Key(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, b.master, nil, "rollbook "+purpose, keySize)
	if err != nil {
		panic("secret: " + err.Error()) // only for keys of more than 8,160 bytes
	}
	return key
}

// Seal implements flow.Sealer.
func (b *Box) Seal(secret string) (flow.Sealed, error) {
	sealed := make([]byte, b.aead.NonceSize())
	if _, err := io.ReadFull(b.random, sealed); err != nil {
		return "", fmt.Errorf("seal a secret: %w", err)
	}
	sealed = b.aead.Seal(sealed, sealed, []byte(secret), []byte(version))
	return flow.Sealed(version + base64.StdEncoding.EncodeToString(sealed)), nil
}

// Open implements flow.Sealer.
func (b *Box) Open(sealed flow.Sealed) (string, error) {
	text, ok := strings.CutPrefix(string(sealed), version)
	if !ok {
		return "", errors.New("open a secret: it is not in a form that this release knows")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("open a secret: %w", err)
	}
	if len(data) < b.aead.NonceSize() {
		return "", errors.New("open a secret: it was cut off")
	}
	nonce, data := data[:b.aead.NonceSize()], data[b.aead.NonceSize():]
	secret, err := b.aead.Open(nil, nonce, data, []byte(version))
	if err != nil {
		return "", fmt.Errorf("open a secret: it was damaged, or sealed with another key than %s: "+
			"put back the key file that was there when it was set, or set the secret again", b.path)
	}
	return string(secret), nil
}

// Code implements flow.Sealer.
func (b *Box) Code(secret string) string {
	mac := hmac.New(sha256.New, b.Key("code"))
	mac.Write([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
