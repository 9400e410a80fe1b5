package server

import (
	"context"
	"fmt"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/feed/sds"
	"rollbook/internal/flow"
	"rollbook/internal/jobs"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/run"
	"rollbook/internal/secret"
	"rollbook/internal/store"
	"rollbook/internal/store/ledgerstore"
	"rollbook/internal/target"
	"rollbook/internal/target/hosted"
	"rollbook/internal/vocab"
)

// Engine returns what does the installation's runs. inbox may be nil.
func (p *Parts) Engine(inbox run.Inbox) *run.Engine {
	return &run.Engine{
		Configuration: p.Flow,
		Feeds:         store.Feeds{DB: p.DB, Now: p.Config.Now},
		Roster: func(streams run.Streams, pending bool) plan.Roster {
			return store.Roster{DB: p.DB, Streams: streams, Pending: pending}
		},
		Ledger:    ledgerstore.Ledger{DB: p.DB},
		Standings: store.Standings{DB: p.DB},
		Runs:      store.Runs{DB: p.DB},
		Marks:     store.Marks{DB: p.DB},
		Inbox:     inbox,
		Target:    hosted.Target{Directory: p.Directory},
		TargetID:  ledger.Hosted,
		Vault:     vault{p.Secrets},
		Unseal:    func(sealed string) (string, error) { return p.Secrets.Open(flow.Sealed(sealed)) },
		Open: func(path string, lists *vocab.Lists) (run.OpenFeed, error) {
			return sds.Open(path, sds.Options{Lists: lists})
		},
		Now:          p.Config.Now,
		Zone:         p.zone(),
		Sleep:        target.System{}.Sleep,
		NewID:        p.Config.NewID,
		MostRequests: p.Config.RunStarts,
	}
}

// zone returns the time zone in which days are counted.
func (p *Parts) zone() *time.Location {
	zone, err := p.TimeZone()
	if err != nil {
		p.Config.Log.Warn("days are counted in UTC", "error", err)
		return time.UTC
	}
	return zone
}

// Runs returns the records of runs.
func (p *Parts) Runs() run.Runs { return store.Runs{DB: p.DB} }

// Run does one run as this process's own. It returns a HeldError where another
// process is at work.
func (p *Parts) Run(ctx context.Context, opts run.Options) (result run.Result, err error) {
	err = p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error {
		if err := p.checkIfDue(ctx, runChecks); err != nil {
			return err
		}
		if result, err = p.Engine(nil).Run(ctx, opts); err != nil || opts.DryRun || result.Run.Status == run.Failed {
			return err
		}
		result.Targets, err = p.follow(ctx, opts, func(*run.Engine) {})
		return err
	})
	return result, err
}

// Check reads a feed and finds what is wrong with it, and keeps nothing.
func Check(ctx context.Context, path string, lists *vocab.Lists, rows func(int)) (*feed.Report, error) {
	report, _, err := check(ctx, path, sds.Options{Lists: lists}, rows)
	return report, err
}

// check does what Check says, and returns the names of the feed's files as well.
func check(ctx context.Context, path string, opts sds.Options, rows func(int)) (report *feed.Report, files []string, err error) {
	source, err := sds.Open(path, opts)
	if err != nil {
		return nil, nil, err
	}
	report, err = feed.Check(ctx, source, feed.Options{Vault: forgetful{}, Rows: rows})
	if closed := source.Close(); err == nil && closed != nil {
		err = fmt.Errorf("close the feed: %w", closed)
	}
	return report, source.Files(), err
}

// vault lends the installation's secret box to runs.
type vault struct{ box *secret.Box }

func (v vault) Seal(s string) (string, error) {
	sealed, err := v.box.Seal(s)
	return string(sealed), err
}

func (v vault) Code(s string) string { return v.box.Code(s) }

// forgetful keeps no secret: a check needs none.
type forgetful struct{}

func (forgetful) Seal(string) (string, error) { return "", nil }
func (forgetful) Code(string) string          { return "" }

// LeaseNames returns the names of the work that one process does at a time.
func LeaseNames() []string { return []string{jobs.RunLease, jobs.UploadLease} }
