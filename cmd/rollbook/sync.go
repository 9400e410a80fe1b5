package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/installation"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

type syncOptions struct {
	domain string
	flow   string
	dryRun bool
	json   bool
	wait   bool
	keep   bool // the plan, without applying it

	acceptClock bool
}

func newSyncCommand(a *app) *cobra.Command {
	var opts syncOptions
	cmd := &cobra.Command{
		Use:   "sync PATH",
		Short: "Read a roster and make the directory agree with it",
		Long: `Read a folder or a zip archive of SDS V2.1 CSV files, check it, store it, match
people to accounts, plan what the directory needs, do it, and say what was done.
A plan that does more than a normal night waits for a person (rollbook guard).

The files are all that their inbound flow has to say: what they no longer mention,
and no other inbound flow of the source system does, becomes inactive, and leaves
the class groups. Accounts and groups stay. Where several inbound flows take
feeds, --flow NAME says which one's the files are; what the others said stands.

Files that were changed in the last 2 seconds are waited for (--at-rest): half of a
copy says that the other half has left.

The first sync makes a configuration: everybody gets an account, every class a
group. It can be changed through the API (rollbook serve) or replaced. With
--domain it makes the installation too, where rollbook init did not. A dry run
needs no installation, and leaves none.

EXIT STATUS
  0  done
  1  the program failed, or the run was stopped; the next run goes on from there
  2  wrong usage, or no installation
  3  done, without the records that have errors
  4  the feed is unusable; nothing of it was stored. So too where the clock is far from the
     last run's, unless --accept-clock says that it is right
  5  the plan is held, or what it takes away: rollbook approve, reject, or correct the export
  6  another process is at work; nothing was done (see --wait)
  7  a directory could not be reached, or refused the login; the others were done
`,
		Args: oneArg("the folder or zip archive with the roster"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.sync(cmd.Context(), args[0], opts) },
	}
	cmd.Flags().StringVar(&opts.domain, "domain", "", "of the first sync: appended to user names that have no domain")
	cmd.Flags().StringVar(&opts.flow, "flow", "", "the name or ID of the inbound flow whose feed this is; needed where several take feeds")
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "stop before anything takes effect, in the roster or the directory")
	cmd.Flags().BoolVar(&opts.wait, "wait", false, "where another process is at work, wait until it is done")
	cmd.Flags().BoolVar(&opts.acceptClock, "accept-clock", false, acceptClockHelp)
	a.atRestFlag(cmd)
	cmd.Flags().BoolVar(&opts.json, "json", false, "print one JSON object on standard output, and nothing else")
	return cmd
}

// atRestFlag has a command wait until nobody writes to the files that it reads.
func (a *app) atRestFlag(cmd *cobra.Command) {
	cmd.Flags().IntVar(&a.config.AtRest, "at-rest", a.config.AtRest,
		"for how many seconds the files must have been still before they are read; they are waited for up to 5 minutes; 0 for any time")
}

const acceptClockHelp = "the clock is right, though it is before that of the last run or more than three weeks after it"

func (a *app) sync(ctx context.Context, path string, opts syncOptions) error {
	if err := readable(path); err != nil {
		return err
	}
	result, err := a.runSync(ctx, path, opts)
	if err != nil {
		return err
	}
	if opts.json {
		err = a.printJSON(newDocument(result))
	} else {
		err = a.printResult(path, result, opts.dryRun)
	}
	if err != nil {
		return err
	}
	return statusOf(result)
}

// run does a run, in its turn where it is to wait for that.
func (a *app) run(ctx context.Context, parts *server.Parts, opts run.Options, wait bool) (run.Result, error) {
	if wait {
		return parts.RunInTurn(ctx, opts, func(held error) { terminal.Printf(a.err, "rollbook: waiting: %v\n", held) })
	}
	result, err := parts.Run(ctx, opts)
	if _, held := errors.AsType[*server.HeldError](err); held {
		err = &exitError{status: exitAtWork, err: fmt.Errorf("%w; --wait waits for it", err)}
	}
	return result, err
}

// runSync does the run in the installation, which it makes where there is none and
// a domain is given. A dry run makes nothing.
func (a *app) runSync(ctx context.Context, path string, opts syncOptions) (result run.Result, err error) {
	options := run.Options{Path: path, Flow: opts.flow, DryRun: opts.dryRun, Keep: opts.keep, AcceptClock: opts.acceptClock, AtRest: time.Duration(a.config.AtRest) * time.Second, Progress: a.progress()}
	parts, err := server.Open(ctx, a.serverConfig())
	switch {
	case installation.IsMakeable(err) && opts.dryRun:
		return server.Rehearse(ctx, a.serverConfig(), nil, opts.domain, options)
	case installation.IsMakeable(err) && opts.domain != "":
		parts, err = a.openFirst(ctx, opts.domain)
	}
	if err != nil {
		return run.Result{}, err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	configured, err := parts.Configured(ctx)
	switch {
	case err != nil:
		return run.Result{}, err
	case !configured && opts.dryRun:
		return server.Rehearse(ctx, a.serverConfig(), parts, opts.domain, options)
	case !configured:
		err = parts.Configure(ctx, opts.domain)
	case opts.domain != "":
		err = checkDomain(ctx, parts, opts.domain)
	}
	if err != nil {
		return run.Result{}, err
	}
	result, err = a.run(ctx, parts, options, opts.wait)
	if err != nil || opts.dryRun {
		return result, err
	}
	command := "rollbook sync"
	if opts.keep {
		command = "rollbook plan"
	}
	return result, a.audit(ctx, parts, command, map[string]any{"run": result.Run.ID, "status": result.Run.Status, "plan": result.Plan.ID})
}

// audit records a command that changed something.
func (a *app) audit(ctx context.Context, parts *server.Parts, command string, after map[string]any) error {
	return parts.AuditCommand(context.WithoutCancel(ctx), a.who(), command, after)
}

// openFirst makes an installation and opens it. Another first sync may have been
// faster.
func (a *app) openFirst(ctx context.Context, domain string) (*server.Parts, error) {
	made, err := server.Create(ctx, a.serverConfig(), newInstallation(domain, ""))
	if _, exists := errors.AsType[*installation.ExistsError](err); err != nil && !exists {
		return nil, err
	}
	if err == nil {
		terminal.Printf(a.err, "made an installation in %s, in the time zone %s\n", made.Data, made.TimeZone)
	}
	return server.Open(ctx, a.serverConfig())
}

// checkDomain refuses a domain that the configuration does not have: it would be
// ignored.
func checkDomain(ctx context.Context, parts *server.Parts, domain string) error {
	config, err := parts.Flow.Snapshot(ctx)
	if err != nil {
		return err
	}
	for _, source := range config.SourceSystems {
		for _, setting := range source.UserMatchingSettings {
			if setting.DomainName == domain {
				return nil
			}
		}
	}
	return usageError(errors.New("--domain is for the first sync, and there is a configuration already, with another domain or none: " +
		"change domainName in its source system through the API, or use another --data"))
}

// statusOf returns the exit status that a run's result calls for: of several directories
// that of which a person has to know first.
func statusOf(r run.Result) error {
	held, unreached, failed := r.Held != nil, false, r.Run.Status == run.CompletedWithErrors
	for _, t := range r.Targets {
		held, unreached = held || t.Result.Held != nil, unreached || t.Err != nil
		failed = failed || t.Result.Run.Status == run.CompletedWithErrors
	}
	switch {
	case held:
		return &exitError{status: exitHeld}
	case r.Unusable():
		return &exitError{status: exitUnusableFeed}
	case unreached:
		return &exitError{status: exitTarget}
	case failed:
		return &exitError{status: exitRecordErrors}
	}
	return nil
}
