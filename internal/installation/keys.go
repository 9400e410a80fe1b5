package installation

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"rollbook/internal/identity"
	"rollbook/internal/secret"
	"rollbook/internal/store"
)

// keyring is what an installation seals and signs with.
type keyring struct {
	secrets *secret.Box
	signing *identity.Keys
}

// openKeys opens the keys of the folder, which MUST be those that the
// installation has used.
func (f found) openKeys() (keyring, error) {
	ring, err := f.readKeys()
	if err != nil {
		return keyring{}, err
	}
	settings := f.known.Settings
	if known := settings[store.SettingSecretsKey]; known != "" && known != ring.secrets.Fingerprint() {
		return keyring{}, f.otherKeys(secret.KeyFile(f.data()))
	}
	known := strings.Fields(settings[store.SettingSigningKeys])
	ours := func(id string) bool { return slices.Contains(known, id) }
	if len(known) > 0 && !slices.ContainsFunc(ring.signing.IDs(), ours) {
		return keyring{}, f.otherKeys(f.signingKey())
	}
	return ring, nil
}

func (f found) readKeys() (ring keyring, err error) {
	if f.database.url != "" && !f.keys {
		return keyring{}, f.further()
	}
	if ring.secrets, err = secret.Open(f.data(), rand.Reader); err != nil {
		return keyring{}, f.orLost(err, secret.KeyFile(f.data()))
	}
	ring.signing, err = identity.OpenKeys(f.folder.keys())
	if errors.Is(err, fs.ErrNotExist) && f.known.Settings[store.SettingSigningKeys] == "" {
		// Before installations were made at once, the first token made this key.
		if err = identity.MakeKeys(f.folder.keys()); err == nil {
			ring.signing, err = identity.OpenKeys(f.folder.keys())
		}
	}
	return ring, f.orLost(err, f.signingKey())
}

func (f found) signingKey() string { return filepath.Join(f.folder.keys(), "signing-0001.pem") }

// orLost says of a key that is missing what to do.
func (f found) orLost(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return f.keyLost(path)
	}
	return err
}

// fingerprints returns the settings that tell these keys from all others. Signing
// keys that were used before are among them, as tokens of theirs are still about.
func (r keyring) fingerprints(before string) map[string]string {
	ids := append(strings.Fields(before), r.signing.IDs()...)
	slices.Sort(ids)
	return map[string]string{
		store.SettingSecretsKey:  r.secrets.Fingerprint(),
		store.SettingSigningKeys: strings.Join(slices.Compact(ids), " "),
	}
}
