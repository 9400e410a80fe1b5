package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rollbook/internal/run"
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
		Args: atMostOneArg,
		RunE: func(cmd *cobra.Command, args []string) error { return a.findings(cmd.Context(), args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array on standard output")
	return cmd
}

func atMostOneArg(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError(fmt.Errorf("%s takes one argument at most, the ID of a run", cmd.CommandPath()))
	}
	return nil
}

func (a *app) findings(ctx context.Context, args []string, asJSON bool) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		runs := parts.Runs()
		id, err := runID(ctx, runs, args)
		if err != nil {
			return err
		}
		found, err := runs.Findings(ctx, id)
		if err != nil {
			return err
		}
		if asJSON {
			return a.printJSON(findingsOf(found))
		}
		return printFindings(a.out, found, everyFinding)
	})
}

// runID returns the ID of the run that is named, or of the latest.
func runID(ctx context.Context, runs run.Runs, args []string) (string, error) {
	if len(args) == 1 {
		r, err := runs.Run(ctx, args[0])
		if errors.Is(err, run.ErrNotFound) {
			return "", usageError(err)
		}
		return r.ID, err
	}
	all, err := runs.Runs(ctx)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", usageError(errors.New("there was no run yet"))
	}
	return all[0].ID, nil
}
