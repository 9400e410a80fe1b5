package main

import (
	"context"
	"errors"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rollbook/internal/installation"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

const initHelp = `Make an installation: the data folder with its keys and certificates, and the
database, which is a file of that folder or the one that --database names. The
folder remembers it. There is no configuration yet: the first sync makes one that
works, or it is made through the API (rollbook serve).

Nothing but this command, and a first sync that says --domain, makes an
installation, so that a mistyped --data is told.

--new-keys makes keys in the place of those that were lost for good, in an
installation that is there, and says what that costs.

EXIT STATUS
  0  done
  1  the program failed, or there are the remains of an installation
  2  wrong usage, or there is an installation already
`

type initOptions struct {
	domain, timeZone string
	newKeys          bool
}

func newInitCommand(a *app) *cobra.Command {
	var opts initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make an installation",
		Long:  initHelp,
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case !opts.newKeys:
				return a.init(cmd.Context(), opts)
			case opts.domain != "" || opts.timeZone != "":
				return usageError(errors.New("--new-keys is for an installation that is there, and --domain and --time-zone for one that is made"))
			}
			return a.renewKeys(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.domain, "domain", "", "what the first sync appends to user names that have no domain")
	flags.StringVar(&opts.timeZone, "time-zone", "", "the time zone in which days are counted, such as Europe/Berlin (default: the machine's)")
	flags.BoolVar(&opts.newKeys, "new-keys", false, "make keys in the place of those that were lost")
	return cmd
}

func (a *app) init(ctx context.Context, opts initOptions) error {
	made, err := server.Create(ctx, a.serverConfig(), newInstallation(opts.domain, opts.timeZone))
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
	terminal.Printf(table, "made\t%s\n", made.Data)
	terminal.Printf(table, "database\t%s\n", made.Database)
	terminal.Printf(table, "tenant\t%s\n", made.Tenant)
	terminal.Printf(table, "time zone\t%s\n", made.TimeZone)
	if made.Domain != "" {
		terminal.Printf(table, "domain\t%s\n", made.Domain)
	}
	return table.Flush()
}

// newInstallation says what an installation is made with where a flag is empty.
func newInstallation(domain, timeZone string) installation.New {
	if timeZone == "" {
		timeZone = installation.MachineTimeZone(os.Getenv)
	}
	return installation.New{Domain: domain, TimeZone: timeZone}
}

func (a *app) renewKeys(ctx context.Context) error {
	costs, err := server.Renew(ctx, a.serverConfig())
	for _, cost := range costs {
		terminal.Printf(a.out, "%s\n", cost)
	}
	return err
}
