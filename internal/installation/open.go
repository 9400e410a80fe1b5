package installation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"rollbook/internal/identity"
	"rollbook/internal/secret"
	"rollbook/internal/store"
)

// Installation is one that is open. Its owner MUST close it.
type Installation struct {
	Tenant  string // its ID, a UUID that never changes
	Domain  string // for the configuration that a first sync makes; "" for none
	DB      store.DB
	Secrets *secret.Box
	Signing *identity.Keys

	found found
	now   func() time.Time
}

// Open opens the installation in a data folder. It returns a MissingError where
// there is none, and an error that says what to do where a part of it is missing
// or belongs to another one, before it writes to the database.
func Open(ctx context.Context, cfg Config) (*Installation, error) {
	f, err := look(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := f.installed(); err != nil {
		return nil, err
	}
	ring, err := f.openKeys()
	if err != nil {
		return nil, err
	}
	if err := f.close(cfg); err != nil {
		return nil, err
	}
	db, err := f.database.open(ctx)
	if err != nil {
		return nil, err
	}
	i := &Installation{
		Tenant: f.tenant(), Domain: f.known.Settings[store.SettingDomain],
		DB: db, Secrets: ring.secrets, Signing: ring.signing, found: f, now: cfg.Now,
	}
	if err := i.settle(ctx, ring); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return i, nil
}

// settle writes down what is not yet: the keys, where a release before this one
// made them or a further signing key has come, and in the folder of a further
// server which database it belongs to.
func (i *Installation) settle(ctx context.Context, ring keyring) error {
	settings := i.found.known.Settings
	fingerprints := ring.fingerprints(settings[store.SettingSigningKeys])
	maps.DeleteFunc(fingerprints, func(name, value string) bool { return settings[name] == value })
	if len(fingerprints) > 0 {
		if err := (store.Settings{DB: i.DB}).Replace(ctx, fingerprints); err != nil {
			return err
		}
	}
	if i.found.memory.Installation != "" {
		return nil
	}
	return i.found.remember(i.Tenant)
}

func (f found) remember(tenant string) error {
	m := memory{Installation: tenant}
	if f.database.url != "" {
		m.Database = withoutPassword(f.database.url)
	}
	return f.folder.remember(m)
}

// TimeZone returns the time zone in which the installation's days are counted. It
// is the machine's, where a release before this one made the installation.
func (i *Installation) TimeZone() (*time.Location, error) {
	name, ok := i.found.known.Settings[store.SettingTimeZone]
	if !ok {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("the installation's time zone: %w", err)
	}
	return zone, nil
}

// Shared reports whether several servers may have the installation open.
func (i *Installation) Shared() bool { return i.found.database.url != "" }

// Close closes the installation.
func (i *Installation) Close() error { return i.DB.Close() }
