package main

import (
	"github.com/spf13/cobra"

	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newRecreateCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "recreate PERSON|CLASS",
		Short: "Have an account or a class group made anew that somebody deleted in the directory",
		Long: `Have the account of a person or the group of a class made anew that somebody deleted
in the directory. The next sync makes it, with everybody who is to be in it. What is
still there is left alone.

PERSON and CLASS are sourcedIds; SOURCE:ID, with the number of the source system,
where two have one. A person may be named by the user name too.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage: there is no such person or class, or nothing was deleted
  6  another process is at work
`,
		Args: oneArg("the sourcedId of a person or class"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInstallation(cmd.Context(), func(parts *server.Parts) error {
				record, err := parts.Recreate(cmd.Context(), args[0])
				if run.IsNotThere(err) {
					return usageError(err)
				}
				if err != nil {
					return decisionError(err)
				}
				if err := a.audit(cmd.Context(), parts, "rollbook recreate", map[string]any{"record": args[0]}); err != nil {
					return err
				}
				return terminal.Printf(a.out, "recreate  the next sync makes the %s of %s anew\n", kindName(record.Kind), args[0])
			})
		},
	}
}
