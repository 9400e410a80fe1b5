package installation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"rollbook/internal/flow"
	"rollbook/internal/identity"
	"rollbook/internal/private"
	"rollbook/internal/secret"
	"rollbook/internal/store"
)

// New says what an installation is made with.
type New struct {
	Domain   string // appended to user names without one, by the configuration that a first sync makes; "" for none
	TimeZone string // in which its days are counted, such as Europe/Berlin
}

func (n *New) check() error {
	var err error
	if n.Domain, err = flow.CheckDomain(n.Domain); err != nil {
		return &WrongError{err.Error()}
	}
	if n.TimeZone == "" || n.TimeZone == "Local" {
		return &WrongError{"the time zone must be named, as in Europe/Berlin"}
	}
	if _, err := time.LoadLocation(n.TimeZone); err != nil {
		return &WrongError{fmt.Sprintf("there is no time zone %q: name it as in Europe/Berlin", n.TimeZone)}
	}
	return nil
}

// Made is what was made.
type Made struct {
	Data     string // the data folder
	Database string // without a password
	Tenant   string
	New
}

// Create makes an installation: its database, its keys, and the authority of its
// certificates. It goes on with one that was begun and not made to its end. It
// returns an ExistsError where there is one, and a WrongError where one cannot be
// made of what was said.
func Create(ctx context.Context, cfg Config, n New) (Made, error) {
	if err := n.check(); err != nil {
		return Made{}, err
	}
	f, err := look(ctx, cfg)
	if err != nil {
		return Made{}, err
	}
	if err := f.makeable(); err != nil {
		return Made{}, err
	}
	if err := private.Folder(f.data()); err != nil {
		return Made{}, fmt.Errorf("make the data folder: %w", err)
	}
	db, err := f.database.open(ctx)
	if err != nil {
		return Made{}, err
	}
	made, err := f.make(ctx, cfg, db, n)
	return made, errors.Join(err, db.Close())
}

// makeable says why an installation cannot be made.
func (f found) makeable() error {
	err := f.installed()
	if err == nil {
		if _, err := f.openKeys(); err != nil {
			return err
		}
		return &ExistsError{Data: f.data(), Database: f.database.String()}
	}
	if !IsMakeable(err) {
		return err
	}
	return f.usable()
}

// make makes the parts in the order that installed goes by.
func (f found) make(ctx context.Context, cfg Config, db store.DB, n New) (Made, error) {
	err := errors.Join(secret.Make(f.data(), rand.Reader), identity.MakeKeys(f.folder.keys()))
	if err != nil {
		return Made{}, err
	}
	f.keys = true
	ring, err := f.readKeys()
	if err != nil {
		return Made{}, err
	}
	own, err := makeAuthority(f.folder.tls(), cfg.Now())
	if err != nil {
		return Made{}, err
	}
	settings := ring.fingerprints("")
	settings[store.SettingAuthority] = own.Fingerprint()
	settings[store.SettingTenant] = cfg.NewID()
	settings[store.SettingDomain] = n.Domain
	settings[store.SettingTimeZone] = n.TimeZone
	if f.known.Settings, err = (store.Settings{DB: db}).Add(ctx, settings); err != nil {
		return Made{}, err
	}
	// Another server may have made it in the same database meanwhile, with its keys.
	if _, err := f.openKeys(); err != nil {
		return Made{}, err
	}
	if err := f.remember(f.tenant()); err != nil {
		return Made{}, err
	}
	return Made{f.data(), f.database.String(), f.tenant(), New{
		Domain: f.known.Settings[store.SettingDomain], TimeZone: f.known.Settings[store.SettingTimeZone],
	}}, nil
}
