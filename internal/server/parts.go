package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rollbook/internal/audit"
	"rollbook/internal/flow"
	"rollbook/internal/identity"
	"rollbook/internal/jobs"
	"rollbook/internal/secret"
	"rollbook/internal/store"
	"rollbook/internal/store/postgres"
	"rollbook/internal/store/sqlite"
	"rollbook/internal/target/embedded"
)

// configurationTrust spares most requests a read of the database. An SQLite file
// has one server, so that only what a command changes beside it shows that much
// later. Servers that share a PostgreSQL database see each other's changes at
// once.
const configurationTrust = 5 * time.Millisecond

// Parts is an installation: everything that reads and writes its state, opened
// the same way by every command.
type Parts struct {
	Config  Config
	Tenant  string   // the installation's ID, a UUID that never changes
	DB      store.DB // watched: what becomes of its transactions shows in /readyz
	Secrets *secret.Box
	Flow    *flow.Service
	Clients *identity.Clients
	Leases  *jobs.Leases
	Audit   *audit.Recorder
	Rates   *identity.Rates

	Directory *embedded.Directory

	health *health
}

// Open opens the installation in the folder Config.Data, and makes it on first
// use. The caller MUST close it.
func Open(ctx context.Context, cfg Config) (*Parts, error) {
	cfg = cfg.WithDefaults()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	db, err := openDB(ctx, cfg)
	if err != nil {
		return nil, err
	}
	p := &Parts{Config: cfg, health: &health{log: cfg.Log, now: cfg.Now}}
	p.DB = watched{db, p.health}
	if err := p.assemble(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

// assemble is the list of an installation's parts.
func (p *Parts) assemble(ctx context.Context) error {
	var err error
	cfg, db := p.Config, p.DB
	if p.Tenant, err = (store.Settings{DB: db}).Once(ctx, store.SettingTenant, cfg.NewID()); err != nil {
		return err
	}
	if p.Secrets, err = secret.Open(cfg.Data, rand.Reader); err != nil {
		return err
	}
	p.Audit = &audit.Recorder{
		Log:   &auditStore{Audit: store.Audit{DB: db}, keep: time.Duration(cfg.AuditDays) * 24 * time.Hour, now: cfg.Now},
		NewID: cfg.NewID, Errors: cfg.Log,
	}
	p.Rates = identity.NewRates(cfg.Rate, cfg.Now)
	audited := store.Audited(db)
	p.Flow = &flow.Service{Store: store.NewConfiguration(audited), Now: cfg.Now, NewID: cfg.NewID}
	if cfg.Database == "" {
		p.Flow.Trust = configurationTrust
	}
	p.Clients = &identity.Clients{Store: clientStore{store.Clients{DB: db}}, Now: cfg.Now, NewID: cfg.NewID, Rand: rand.Reader}
	p.Directory = embedded.New(audited, cfg.Now, cfg.NewID)
	p.Leases = &jobs.Leases{DB: db, Now: cfg.Now, Owner: jobs.ThisProcess(cfg.NewID())}
	return nil
}

// Exists reports whether there is an installation to open: a PostgreSQL database
// that is named is taken for one.
func Exists(cfg Config) bool {
	if cfg.Database != "" {
		return true
	}
	_, err := os.Stat(databaseFile(cfg))
	return !errors.Is(err, fs.ErrNotExist)
}

func databaseFile(cfg Config) string { return filepath.Join(cfg.Data, "rollbook.db") }

func openDB(ctx context.Context, cfg Config) (store.DB, error) {
	if cfg.Database != "" {
		return postgres.Open(ctx, cfg.Database)
	}
	return sqlite.Open(ctx, databaseFile(cfg))
}

// Issuer returns the installation's issuer of tokens. Its keys are made when
// it is first asked for.
func (p *Parts) Issuer() (*identity.Issuer, error) {
	keys, err := identity.OpenKeys(filepath.Join(p.Config.Data, "keys"))
	if err != nil {
		return nil, err
	}
	return &identity.Issuer{Keys: keys, Tenant: p.Tenant, Now: p.Config.Now, NewID: p.Config.NewID}, nil
}

// BaseURL returns where clients reach a server of this installation, as far as
// the configuration tells.
func (p *Parts) BaseURL() string { return p.Config.baseURL("") }

// Close closes the installation.
func (p *Parts) Close() error { return p.DB.Close() }
