package identity_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/identity"
)

const tenant = "2b7a3c9e-5a51-4f0e-9d7e-6f1f6a1c0d11"

// keysOnce makes one key for all tests that need no key of their own: making
// one takes a good part of a second.
var keysOnce = sync.OnceValues(func() (*identity.Keys, error) {
	dir, err := os.MkdirTemp("", "rollbook-identity-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := identity.MakeKeys(dir); err != nil {
		return nil, err
	}
	return identity.OpenKeys(dir)
})

// installation is what the tests call.
type installation struct {
	now     time.Time
	store   *memory
	clients *identity.Clients
	issuer  *identity.Issuer
}

func newInstallation(tb testing.TB) *installation {
	tb.Helper()
	keys, err := keysOnce()
	if err != nil {
		tb.Fatal(err)
	}
	i := &installation{now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), store: newMemory()}
	now := func() time.Time { return i.now }
	i.clients = &identity.Clients{Store: i.store, Now: now, NewID: uuid.NewString, Rand: rand.Reader}
	i.issuer = &identity.Issuer{Keys: keys, Tenant: tenant, Now: now, NewID: uuid.NewString}
	return i
}

// origin is where the client reached the server, as the server passes it in.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (i *installation) handler() *identity.Handler {
	return identity.NewHandler(i.issuer, i.clients, origin, slog.New(slog.DiscardHandler))
}

func (i *installation) authenticator(tb testing.TB, outside ...identity.OutsideIssuer) *identity.Authenticator {
	tb.Helper()
	a, err := identity.NewAuthenticator(i.issuer, i.clients, outside)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func (i *installation) mustAdd(tb testing.TB, name string, permissions ...string) (identity.Client, string) {
	tb.Helper()
	client, secret, err := i.clients.Add(tb.Context(), name, permissions)
	if err != nil {
		tb.Fatal(err)
	}
	return client, secret
}

func (i *installation) mustIssue(tb testing.TB, grant identity.Grant) string {
	tb.Helper()
	if grant.BaseURL == "" {
		grant.BaseURL = "https://rollbook.example"
	}
	if grant.Lifetime == 0 {
		grant.Lifetime = time.Hour
	}
	token, err := i.issuer.Issue(grant)
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

// requestWith returns a request with a token.
func requestWith(tb testing.TB, token string) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "https://rollbook.example/beta", nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// memory is a ClientStore.
type memory struct {
	mu      sync.Mutex
	clients map[string]identity.StoredClient
	gets    int
	err     error // of every call
}

func newMemory() *memory { return &memory{clients: make(map[string]identity.StoredClient)} }

func (m *memory) Add(_ context.Context, client identity.StoredClient) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.clients {
		if c.Name == client.Name {
			return identity.ErrClientExists
		}
	}
	m.clients[client.ID] = client
	return m.err
}

func (m *memory) Get(_ context.Context, id string) (identity.StoredClient, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gets++
	client, ok := m.clients[id]
	switch {
	case m.err != nil:
		return identity.StoredClient{}, m.err
	case !ok:
		return identity.StoredClient{}, fmt.Errorf("memory: %w", identity.ErrUnknownClient)
	}
	return client, nil
}

func (m *memory) List(context.Context) ([]identity.StoredClient, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []identity.StoredClient
	for _, c := range m.clients {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b identity.StoredClient) int { return strings.Compare(a.Name, b.Name) })
	return list, m.err
}

func (m *memory) Remove(_ context.Context, idOrName string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, c := range m.clients {
		if id == idOrName || c.Name == idOrName {
			delete(m.clients, id)
			return id, nil
		}
	}
	return "", identity.ErrUnknownClient
}
