package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newDecisionsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "decisions",
		Short: "List what was decided on people and classes: links, and who is left as they are",
		Long: `List what was decided on people and classes with rollbook link and rollbook ignore, by
whom, when and why. Each holds in all runs until it is withdrawn.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listDecisions(cmd.Context()) },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "withdraw PERSON|CLASS",
		Short: "Take back what was decided on a person or a class",
		Long: `Take back what was decided on a person or a class: the next sync does what the school
says there. Somebody who was linked keeps the account.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage: there is no such person or class, or nothing was decided on it
`,
		Args: oneArg("a person or a class"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.withdraw(cmd.Context(), args[0]) },
	})
	return cmd
}

func (a *app) listDecisions(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		decisions, err := parts.Flow.Decisions(ctx)
		if err != nil {
			return err
		}
		if len(decisions) == 0 {
			return terminal.Printf(a.out, "nothing is decided on anybody\n")
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		terminal.Printf(table, "record\tdecision\taccount\tby\tsince\tnote\n")
		for _, d := range decisions {
			terminal.Printf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", terminal.Text(d.Record.SourcedID), d.As, terminal.Text(d.UserName), terminal.Text(d.By),
				d.At.Local().Format("2006-01-02 15:04"), terminal.Text(d.Note))
		}
		return table.Flush()
	})
}

func (a *app) withdraw(ctx context.Context, name string) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		withdrawn, err := parts.Withdraw(ctx, name)
		if run.IsNotThere(err) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if !withdrawn {
			return usageError(fmt.Errorf("nothing is decided on %s", name))
		}
		if err := a.audit(ctx, parts, "rollbook decisions withdraw", map[string]any{"record": name}); err != nil {
			return err
		}
		return terminal.Printf(a.out, "withdrawn the next sync does what the school says of %s\n", name)
	})
}
