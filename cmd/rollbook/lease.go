package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

const leaseHelp = `One process at a time works on runs, and one checks uploads: whoever holds the
lease "run" or "upload". A process that was killed loses it within seconds, and
so does one that cannot reach the database. One that hangs is taken off the work
with "rollbook lease end".

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage
`

func newLeaseCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lease",
		Short: "Show which process is at work, and take the work from one that hangs",
		Long:  "Show which process is at work, and until when it is unless it goes on.\n\n" + leaseHelp,
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listLeases(cmd.Context()) },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "end " + strings.Join(server.LeaseNames(), "|"),
		Short: "Take the work from the process that is at it",
		Long: `Take the work from the process that is at it. That one stops within seconds, at a
safe point, and then any other goes on.

` + leaseHelp,
		Args: oneArg("the name of the work: " + strings.Join(server.LeaseNames(), " or ")),
		RunE: func(cmd *cobra.Command, args []string) error { return a.endLease(cmd.Context(), args[0]) },
	})
	return cmd
}

func (a *app) listLeases(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		held, err := parts.Leases.List(ctx)
		if err != nil {
			return err
		}
		if len(held) == 0 {
			terminal.Printf(a.out, "no process is at work\n")
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		for _, l := range held {
			terminal.Printf(table, "%s\t%s\tuntil %s unless it goes on\n", l.Name, l.Owner, l.Expires.Format(time.RFC3339))
		}
		return table.Flush()
	})
}

func (a *app) endLease(ctx context.Context, name string) error {
	if !slices.Contains(server.LeaseNames(), name) {
		return usageError(fmt.Errorf("there is no work called %q; there is %s", name, strings.Join(server.LeaseNames(), " and ")))
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		held, err := parts.Leases.End(ctx, name)
		switch {
		case err != nil:
			return err
		case held:
			terminal.Printf(a.out, "the %s work is taken from the process that was at it; another one can begin in 10 seconds\n", name)
		default:
			terminal.Printf(a.out, "no process is at the %s work\n", name)
		}
		return nil
	})
}
