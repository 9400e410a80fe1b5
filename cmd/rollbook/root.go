package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"rollbook/internal/config"
	"rollbook/internal/obs"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

// streams are what a command reads from and writes to.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app is what all commands share.
type app struct {
	streams
	config config.Config
	log    *slog.Logger
}

// serverConfig returns what the parts of an installation are opened with.
func (a *app) serverConfig() server.Config {
	return server.Config{Config: a.config, Log: a.log}.WithDefaults()
}

// constructors lists all commands, in the order in which the help shows them.
func constructors() []func(*app) *cobra.Command {
	return []func(*app) *cobra.Command{
		newInitCommand,
		newSyncCommand,
		newCheckCommand,
		newPlanCommand,
		newApplyCommand,
		newApproveCommand,
		newRejectCommand,
		newPolicyCommand,
		newRecreateCommand,
		newLinkCommand,
		newIgnoreCommand,
		newDecisionsCommand,
		newRollbackCommand,
		newResumeCommand,
		newExportPersonCommand,
		newEraseCommand,
		newGuardCommand,
		newTargetCommand,
		newRunsCommand,
		newExplainCommand,
		newHistoryCommand,
		newFindingsCommand,
		newGroupsCommand,
		newUsersCommand,
		newSimulateCommand,
		newServeCommand,
		newClientCommand,
		newTokenCommand,
		newLeaseCommand,
		newVerifyCommand,
		newAuditCommand,
	}
}

const rootHelp = `Rollbook makes a directory agree with a school's roster: accounts for people,
groups for classes, with the right owners and members.

Flags come before the environment (ROLLBOOK_DATA, ROLLBOOK_DATABASE, …), the
environment before the defaults.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, or no installation where one is needed
  3  done, without the records that have errors
  4  the feed is unusable; nothing of it was stored
  5  a plan is held, or a decision on it was refused
  6  another process is at work
  7  a directory could not be reached
`

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "rollbook",
		Short:         "Make a directory agree with a school's roster",
		Long:          rootHelp,
		Version:       version(),
		Args:          noArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.config.CheckData(); err != nil {
				return usageError(err)
			}
			if cmd.Flags().Changed("database") && a.config.DatabaseHasPassword() {
				terminal.Printf(a.err, "rollbook: everybody on this machine can read the password in --database in the list of processes; "+
					"ROLLBOOK_DATABASE_FILE or PGPASSFILE keep it from them\n")
			}
			return nil
		},
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.config.Data, "data", a.config.Data, "the folder with the state, keys and certificates; made by rollbook init")
	flags.StringVar(&a.config.Database, "database", a.config.Database, "the PostgreSQL database with the state (postgres://…), where the data folder does not remember it")
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	for _, construct := range constructors() {
		root.AddCommand(construct(a))
	}
	return root
}

// execute runs the command line and returns its exit status.
func execute(ctx context.Context, s streams, args []string, getenv func(string) string) int {
	log, flush := obs.NewLog(s.err)
	defer flush()
	cfg, err := config.Environment(getenv)
	if err == nil {
		// The default may hold a password, which no help may show.
		root := newRootCommand(&app{streams: s, config: cfg, log: log})
		if flag := root.PersistentFlags().Lookup("database"); flag.DefValue != "" {
			flag.DefValue = "$ROLLBOOK_DATABASE"
		}
		root.SetArgs(args)
		err = root.ExecuteContext(ctx)
	} else {
		err = usageError(err)
	}
	printError(s.err, err)
	return exitStatus(err)
}

// printError prints an error, each of several on a line of its own.
func printError(w io.Writer, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			printError(w, err)
		}
		return
	}
	if err != nil && err.Error() != "" {
		terminal.Printf(w, "rollbook: %v\n", err)
	}
}

// noArgs refuses arguments, in words that tell a mistyped command.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return usageError(fmt.Errorf("there is no command %q; %s --help lists them", args[0], cmd.CommandPath()))
	}
	return usageError(fmt.Errorf("%s takes no arguments: %q", cmd.CommandPath(), args[0]))
}

// oneArg wants exactly one argument, which what names.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError(fmt.Errorf("%s needs one argument: %s", cmd.CommandPath(), what))
		}
		return nil
	}
}

// withInstallation opens the installation, calls fn and closes it.
func (a *app) withInstallation(ctx context.Context, fn func(*server.Parts) error) error {
	parts, err := server.Open(ctx, a.serverConfig())
	if err != nil {
		return err
	}
	return errors.Join(fn(parts), parts.Close())
}
