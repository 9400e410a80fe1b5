package main

import (
	"context"

	"github.com/spf13/cobra"

	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

const verifyHelp = `Look through everything that the database holds, and say what is damaged. It
takes longer than reading all of it, and others may be at work meanwhile.

An index that is damaged is made anew by itself: it follows from what it is an
index of. What is damaged else is in a backup.

"rollbook serve" looks at the structure of the file once a day, and "rollbook sync"
before a run when nobody has for a week.

EXIT STATUS
  0  nothing is damaged, or it was made anew
  1  something is, or the program failed
  2  wrong usage
`

func newVerifyCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Look through the database for what is damaged",
		Long:  verifyHelp,
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.verify(cmd.Context()) },
	}
}

func (a *app) verify(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		checked, err := parts.Verify(ctx)
		if err != nil {
			return err
		}
		terminal.Printf(a.out, "verified  %s\n", checked.Where)
		for _, text := range checked.Mended {
			terminal.Printf(a.out, "mended    %s\n", text)
		}
		for _, text := range checked.Problems {
			terminal.Printf(a.out, "damaged   %s\n", text)
		}
		if len(checked.Problems) > 0 {
			terminal.Printf(a.out, "Stop what works on it, keep a copy of it, and put back the latest backup of the whole data folder.\n")
			return &exitError{status: exitFailed}
		}
		return terminal.Printf(a.out, "damaged   nothing\n")
	})
}
