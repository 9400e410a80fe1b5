package identity_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"rollbook/internal/identity"
)

func mustOpenKeys(t *testing.T, dir string) *identity.Keys {
	t.Helper()
	if err := identity.MakeKeys(dir); err != nil {
		t.Fatal(err)
	}
	keys, err := identity.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestKeysAreMadeOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	ids := make([][]string, 3)
	var wait sync.WaitGroup
	for i := range ids {
		wait.Go(func() {
			if err := identity.MakeKeys(dir); err != nil {
				t.Error(err)
			} else if keys, err := identity.OpenKeys(dir); err == nil {
				ids[i] = keys.IDs()
			}
		})
	}
	wait.Wait()
	for _, other := range ids {
		if len(other) != 1 || other[0] != ids[0][0] {
			t.Fatalf("processes that start together have different keys: %v", ids)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("got %v, %v, want one file", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, want 0600 (%v)", info.Mode(), err)
	}
}

// TestKeysRotate has a second key take over: what the first signed still counts
// until its file is removed.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	dir := t.TempDir()
	i.issuer.Keys = mustOpenKeys(t, dir)
	first := i.issuer.Keys.IDs()
	grant := identity.Grant{ClientID: identity.CommandLineID, Permissions: []string{"User.Read.All"}}
	old := i.mustIssue(t, grant)

	spare := t.TempDir()
	mustOpenKeys(t, spare)
	if err := os.Rename(filepath.Join(spare, "signing-0001.pem"), filepath.Join(dir, "signing-0002.pem")); err != nil {
		t.Fatal(err)
	}
	i.issuer.Keys = mustOpenKeys(t, dir)
	if both := i.issuer.Keys.IDs(); len(both) != 2 || both[0] != first[0] {
		t.Fatalf("got keys %v after %v", both, first)
	}
	fresh := i.mustIssue(t, grant)
	a := i.authenticator(t)
	for _, token := range []string{old, fresh} {
		if _, err := a.Authenticate(requestWith(t, token)); err != nil {
			t.Error(err)
		}
	}

	if err := os.Remove(filepath.Join(dir, "signing-0001.pem")); err != nil {
		t.Fatal(err)
	}
	i.issuer.Keys = mustOpenKeys(t, dir)
	a = i.authenticator(t)
	if _, err := a.Authenticate(requestWith(t, fresh)); err != nil {
		t.Errorf("the newest key does not sign: %v", err)
	}
	if _, err := a.Authenticate(requestWith(t, old)); err == nil {
		t.Error("the token of a key that was removed is accepted")
	}
}

func TestOpenKeysNamesTheBadFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		path := filepath.Join(t.TempDir(), "broken.pem")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.OpenKeys(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want an error that names %s", err, path)
		}
	}
}

// TestOpenKeysMakesNone: a new key in the place of a lost one would end all tokens
// without a word.
func TestOpenKeysMakesNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := identity.OpenKeys(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestOpenKeysRefusesAKeyThatOthersMayRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpenKeys(t, dir)
	path := filepath.Join(dir, "signing-0001.pem")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.OpenKeys(dir); err == nil || !strings.Contains(err.Error(), "run chmod 600 "+path) {
		t.Errorf("got %v, want what to do", err)
	}
}

func TestPublicKeysHoldNothingPrivate(t *testing.T) {
	t.Parallel()
	keys := newInstallation(t).issuer.Keys.Public().Keys
	if slices.ContainsFunc(keys, func(k jose.JSONWebKey) bool { return !k.IsPublic() }) {
		t.Error("a private key is handed out")
	}
}
