package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"rollbook/internal/server"
)

func newFindingsCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "findings [RUN]",
		Short: "Show all findings of a run, the latest where none is named",
		Long: `Show all findings of a run: what was wrong with the feed, and what could not be
planned. Without the ID of a run, those of the latest.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a run that does not exist
`,
		Args: atMostOne("a run: its ID, the beginning of it, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.findings(cmd.Context(), args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array on standard output")
	return cmd
}

func (a *app) findings(ctx context.Context, args []string, asJSON bool) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		r, err := parts.FindRun(ctx, cmp.Or(first(args), "latest"))
		if err != nil {
			return usageError(err)
		}
		found, err := parts.Runs().Findings(ctx, r.ID)
		if err != nil {
			return err
		}
		if asJSON {
			return a.printJSON(findingsOf(found))
		}
		return printFindings(a.out, found, everyFinding)
	})
}
