package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ClientStore keeps clients.
type ClientStore interface {
	// Add MUST return ErrClientExists for a name that is taken.
	Add(ctx context.Context, client StoredClient) error
	// Get MUST return ErrUnknownClient for an ID that no client has.
	Get(ctx context.Context, id string) (StoredClient, error)
	// List returns all clients by name.
	List(ctx context.Context) ([]StoredClient, error)
	// Remove takes an ID or a name and returns the ID. It MUST return
	// ErrUnknownClient where no client has it.
	Remove(ctx context.Context, idOrName string) (string, error)
}

// StoredClient is a client as it is kept.
type StoredClient struct {
	ID          string
	Name        string
	SecretHash  string // SHA-256 of the secret, in hexadecimal
	Permissions []string
	Created     time.Time
}

// Client is a program that may ask for tokens.
type Client struct {
	ID          string
	Name        string
	Permissions []string
	Created     time.Time
}

// Clients makes, lists and removes clients.
type Clients struct {
	Store ClientStore
	Now   func() time.Time
	NewID func() string
	Rand  io.Reader // cryptographically secure
}

// The kinds of failure that callers of Clients tell apart.
var (
	ErrClientExists  = errors.New("a client with this name exists")
	ErrUnknownClient = errors.New("no such client")
	ErrClientName    = errors.New("a client's name has 1 to 100 characters, none of them control characters")
)

// Add makes a client that may ask for tokens with the permissions. The secret
// that it returns cannot be had again.
func (c *Clients) Add(ctx context.Context, name string, permissions []string) (client Client, secret string, err error) {
	if err := checkClientName(name); err != nil {
		return Client{}, "", err
	}
	permissions, err = CheckPermissions(permissions)
	if err != nil {
		return Client{}, "", err
	}
	random := make([]byte, 32)
	if _, err := io.ReadFull(c.Rand, random); err != nil {
		return Client{}, "", fmt.Errorf("make a client secret: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(random)
	stored := StoredClient{
		ID: c.NewID(), Name: name, SecretHash: hashSecret(secret),
		Permissions: permissions, Created: c.Now().UTC(),
	}
	if err := c.Store.Add(ctx, stored); err != nil {
		return Client{}, "", fmt.Errorf("add client %s: %w", name, err)
	}
	return clientOf(stored), secret, nil
}

// List returns all clients by name.
func (c *Clients) List(ctx context.Context) ([]Client, error) {
	stored, err := c.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	clients := make([]Client, 0, len(stored))
	for _, s := range stored {
		clients = append(clients, clientOf(s))
	}
	return clients, nil
}

// Remove ends a client, by its ID or its name: it gets no more tokens, and the
// ones it has are refused within RecheckInterval. It returns the client's ID.
func (c *Clients) Remove(ctx context.Context, idOrName string) (string, error) {
	id, err := c.Store.Remove(ctx, idOrName)
	if err != nil {
		return "", fmt.Errorf("remove client %s: %w", idOrName, err)
	}
	return id, nil
}

// Check returns the client with the ID when the secret is its own, and
// ErrUnknownClient otherwise, whichever of the two was wrong.
func (c *Clients) Check(ctx context.Context, id, secret string) (Client, error) {
	stored, err := c.Store.Get(ctx, id)
	if err != nil && !errors.Is(err, ErrUnknownClient) {
		return Client{}, err
	}
	// An unknown client is compared as well, with a hash that nothing has, so
	// that the time taken does not tell which clients exist.
	want := stored.SecretHash
	if want == "" {
		want = strings.Repeat("0", hex.EncodedLen(sha256.Size))
	}
	if subtle.ConstantTimeCompare([]byte(want), []byte(hashSecret(secret))) != 1 {
		return Client{}, ErrUnknownClient
	}
	return clientOf(stored), nil
}

// Exists reports whether the client was not removed.
func (c *Clients) Exists(ctx context.Context, id string) (bool, error) {
	_, err := c.Store.Get(ctx, id)
	if errors.Is(err, ErrUnknownClient) {
		return false, nil
	}
	return err == nil, err
}

// A secret has 256 random bits, so a plain hash of it cannot be guessed.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func checkClientName(name string) error {
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, isControl) {
		return ErrClientName
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func clientOf(s StoredClient) Client {
	return Client{ID: s.ID, Name: s.Name, Permissions: s.Permissions, Created: s.Created}
}
