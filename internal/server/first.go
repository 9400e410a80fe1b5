package server

import (
	"context"
	"errors"
	"fmt"
	"os"

	"rollbook/internal/flow"
	"rollbook/internal/installation"
	"rollbook/internal/run"
)

// Create makes an installation, as installation.Create says.
func Create(ctx context.Context, cfg Config, n installation.New) (installation.Made, error) {
	return installation.Create(ctx, cfg.WithDefaults().installation(), n)
}

// Renew makes keys that are lost anew, as installation.Renew says.
func Renew(ctx context.Context, cfg Config) (costs []string, err error) {
	return installation.Renew(ctx, cfg.WithDefaults().installation())
}

// Configured reports whether there is a configuration: a source system at least.
func (p *Parts) Configured(ctx context.Context) (bool, error) {
	config, err := p.Flow.Snapshot(ctx)
	return len(config.SourceSystems) > 0, err
}

// Configure gives an installation without a configuration one that works, as
// flow.InstallDefaults says. domain is appended to user names without one; ""
// stands for the one that the installation was made with.
func (p *Parts) Configure(ctx context.Context, domain string) error {
	zone, err := p.TimeZone()
	if err != nil {
		return err
	}
	if domain == "" {
		domain = p.Domain
	}
	return flow.InstallDefaults(ctx, p.Flow, flow.Defaults{Domain: domain, Today: p.Config.Now().In(zone)})
}

// Rehearse does a dry run where there is no configuration yet, and perhaps no
// installation (parts is nil then): in an installation for the time being, with the
// directory that is there.
func Rehearse(ctx context.Context, cfg Config, parts *Parts, domain string, opts run.Options) (result run.Result, err error) {
	cfg = cfg.WithDefaults()
	dir, err := os.MkdirTemp("", "rollbook-dry-run-")
	if err != nil {
		return run.Result{}, fmt.Errorf("make a folder for the dry run: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg.Data, cfg.Database = dir, ""
	opened, err := installation.Transient(ctx, cfg.installation())
	if err != nil {
		return run.Result{}, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	rehearsal := assemble(cfg, opened)
	if parts != nil {
		rehearsal.Directory, opened.Domain = parts.Directory, parts.Domain
	}
	if err := rehearsal.Configure(ctx, domain); err != nil {
		return run.Result{}, err
	}
	opts.DryRun = true
	return rehearsal.Run(ctx, opts)
}
