package identity_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
)

func TestClientLifecycle(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	added, secret := i.mustAdd(t, "uploader", "industrydata-dataconnector.upload")
	listed, err := i.clients.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []identity.Client{{
		ID: added.ID, Name: "uploader", Created: i.now,
		Permissions: []string{"IndustryData-DataConnector.Upload"},
	}}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Error(diff)
	}
	checked, err := i.clients.Check(t.Context(), added.ID, secret)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(added, checked); diff != "" {
		t.Error(diff)
	}
	if _, err := i.clients.Remove(t.Context(), "uploader"); err != nil {
		t.Fatal(err)
	}
	if _, err := i.clients.Check(t.Context(), added.ID, secret); !errors.Is(err, identity.ErrUnknownClient) {
		t.Errorf("a removed client: got %v", err)
	}
	if _, err := i.clients.Remove(t.Context(), added.ID); !errors.Is(err, identity.ErrUnknownClient) {
		t.Errorf("removed twice: got %v", err)
	}
}

func TestSecretIsNotStored(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	if len(secret) != 43 { // 32 bytes in base64
		t.Errorf("the secret has %d characters", len(secret))
	}
	if stored := i.store.clients[client.ID]; strings.Contains(stored.SecretHash, secret) || len(stored.SecretHash) != 64 {
		t.Errorf("stored is %q, not a SHA-256", stored.SecretHash)
	}
	_, other := i.mustAdd(t, "other", "User.Read.All")
	if other == secret {
		t.Error("two clients have one secret")
	}
}

func TestCheckTellsNothing(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	client, secret := i.mustAdd(t, "uploader", "User.Read.All")
	_, wrongSecret := i.clients.Check(t.Context(), client.ID, secret[1:])
	_, unknownClient := i.clients.Check(t.Context(), "nobody", secret)
	_, noSecret := i.clients.Check(t.Context(), client.ID, "")
	for _, err := range []error{wrongSecret, unknownClient, noSecret} {
		if err != identity.ErrUnknownClient { //nolint:errorlint // the very same error, so that nothing can be told from it
			t.Errorf("got %v", err)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.mustAdd(t, "uploader", "User.Read.All")
	for name, want := range map[string]error{
		"uploader": identity.ErrClientExists, "": identity.ErrClientName,
		"a\nb": identity.ErrClientName, strings.Repeat("x", 101): identity.ErrClientName,
	} {
		if _, _, err := i.clients.Add(t.Context(), name, []string{"User.Read.All"}); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", name, err, want)
		}
	}
}
