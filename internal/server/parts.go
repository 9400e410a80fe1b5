package server

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"rollbook/internal/audit"
	"rollbook/internal/flow"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/identity"
	"rollbook/internal/installation"
	"rollbook/internal/jobs"
	"rollbook/internal/store"
	"rollbook/internal/store/ledgerstore"
)

// configurationTrust spares most requests a read of the database. An SQLite file
// has one server, so that only what a command changes beside it shows that much
// later. Servers that share a PostgreSQL database see each other's changes at
// once.
const configurationTrust = 5 * time.Millisecond

// Parts is an installation: everything that reads and writes its state, opened
// the same way by every command.
type Parts struct {
	*installation.Installation

	Config  Config
	Flow    *flow.Service
	Clients *identity.Clients
	Leases  *jobs.Leases
	Audit   *audit.Recorder
	Rates   *identity.Rates

	Directory *tables.Directory

	health *health
}

// Open opens the installation in the folder Config.Data. It returns an
// installation.MissingError where there is none. The caller MUST close it.
func Open(ctx context.Context, cfg Config) (*Parts, error) {
	cfg = cfg.WithDefaults()
	opened, err := installation.Open(ctx, cfg.installation())
	if err != nil {
		return nil, err
	}
	if err := ledgerstore.TakeOver(ctx, opened.DB); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return assemble(cfg, opened), nil
}

// assemble is the list of an installation's parts.
func assemble(cfg Config, opened *installation.Installation) *Parts {
	// What becomes of transactions shows in /readyz.
	state := &health{log: cfg.Log, now: cfg.Now, data: cfg.Data, room: roomIn}
	db := watched{opened.DB, state}
	opened.DB = db
	p := &Parts{Installation: opened, Config: cfg, health: state}
	p.Audit = &audit.Recorder{
		Log:   &auditStore{Audit: store.Audit{DB: db}, keep: time.Duration(cfg.AuditDays) * 24 * time.Hour, now: cfg.Now},
		NewID: cfg.NewID, Errors: cfg.Log,
	}
	p.Rates = identity.NewRates(cfg.Rate, cfg.Now)
	audited := store.Audited(db)
	p.Flow = &flow.Service{Store: store.NewConfiguration(audited), Now: cfg.Now, NewID: cfg.NewID}
	if !opened.Shared() {
		p.Flow.Trust = configurationTrust
	}
	p.Clients = &identity.Clients{Store: clientStore{store.Clients{DB: db}}, Now: cfg.Now, NewID: cfg.NewID, Rand: rand.Reader}
	p.Directory = tables.New(audited, cfg.Now, cfg.NewID)
	p.Leases = &jobs.Leases{DB: db, Now: cfg.Now, Owner: jobs.ThisProcess(cfg.NewID())}
	return p
}

// Issuer returns the installation's issuer of tokens.
func (p *Parts) Issuer() *identity.Issuer {
	return &identity.Issuer{Keys: p.Signing, Tenant: p.Tenant, Now: p.Config.Now, NewID: p.Config.NewID}
}

// BaseURL returns where clients reach a server of this installation, as far as
// the configuration tells.
func (p *Parts) BaseURL() string { return p.Config.baseURL("") }
