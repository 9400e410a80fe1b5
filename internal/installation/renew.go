package installation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"rollbook/internal/identity"
	"rollbook/internal/secret"
	"rollbook/internal/store"
)

// Renew makes keys in the place of those that the data folder lacks and that are
// lost for good, and has the installation know them from then on. It returns a
// sentence on each that says what that costs. It returns a WrongError where none is
// missing.
func Renew(ctx context.Context, cfg Config) ([]string, error) {
	f, err := look(ctx, cfg)
	if err == nil {
		err = f.installed()
	}
	if err == nil {
		err = f.close(cfg)
	}
	if err != nil {
		return nil, err
	}
	settings, costs, err := f.makeLost(cfg)
	if err != nil {
		return nil, err
	}
	if len(costs) == 0 {
		return nil, &WrongError{"no key is missing in " + f.data() + ": to replace one, move it to another place first"}
	}
	db, err := f.database.open(ctx)
	if err != nil {
		return nil, err
	}
	return costs, errors.Join((store.Settings{DB: db}).Replace(ctx, settings), db.Close())
}

// makeLost makes the keys that are missing. A program that dies before their
// settings are stored leaves keys that the installation does not know: they are
// refused, and can be moved away.
func (f found) makeLost(cfg Config) (settings map[string]string, costs []string, err error) {
	settings = map[string]string{}
	for _, key := range []struct {
		setting string
		costs   string
		open    func() (string, error)
		make    func() error
	}{
		{
			store.SettingSecretsKey, "the key for secrets is new: set every stored password and client secret of a connector again",
			f.openSecrets, func() error { return secret.Make(f.data(), rand.Reader) },
		},
		{
			store.SettingSigningKeys, "the signing key is new: tokens that were given out are refused, and clients must get others",
			f.openSigning, func() error { return identity.MakeKeys(f.folder.keys()) },
		},
		{
			store.SettingAuthority, "the authority is new: clients must be given " + authorityCertificate(f.folder.tls()),
			f.openOwn, func() error { _, err := makeAuthority(f.folder.tls(), cfg.Now()); return err },
		},
	} {
		_, err := key.open()
		if err == nil {
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
		if err := key.make(); err != nil {
			return nil, nil, fmt.Errorf("make a key anew: %w", err)
		}
		if settings[key.setting], err = key.open(); err != nil {
			return nil, nil, err
		}
		costs = append(costs, key.costs)
	}
	return settings, costs, nil
}

func (f found) openSecrets() (string, error) {
	box, err := secret.Open(f.data(), rand.Reader)
	if err != nil {
		return "", err
	}
	return box.Fingerprint(), nil
}

func (f found) openSigning() (string, error) {
	keys, err := identity.OpenKeys(f.folder.keys())
	if err != nil {
		return "", err
	}
	return strings.Join(keys.IDs(), " "), nil
}

func (f found) openOwn() (string, error) {
	own, err := openAuthority(f.folder.tls())
	if err != nil {
		return "", err
	}
	return own.Fingerprint(), nil
}
