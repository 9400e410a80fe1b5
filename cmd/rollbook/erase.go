package main

import (
	"errors"

	"github.com/spf13/cobra"

	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newEraseCommand(a *app) *cobra.Command {
	note := ""
	cmd := &cobra.Command{
		Use:   "erase PERSON",
		Short: "Forget who a person was who is gone from the roster and all directories",
		Long: `Forget who a person was: in the roster, in the ledger, in findings and in the audit
log. The record stays under a name that says nothing, and so do the numbers by which
groups knew the person; the hashes of the ledger stay, and verify. That somebody was
erased, when and by whom, is in the audit log, without the name. It cannot be undone.

Who is in the roster, or has an account in a directory, is not erased: delete the
account there, and sync, before. PERSON is a sourcedId; SOURCE:ID, with the number of
the source system, where two have one.

Backups that were made before still have the person.

EXIT STATUS
  0  done
  1  the program failed; given again, the command goes on
  2  wrong usage: there is no such person, or he or she is not gone
  6  another process is at work; nothing was done
`,
		Args: oneArg("the sourcedId of a person"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInstallation(cmd.Context(), func(parts *server.Parts) error {
				name, err := parts.Erase(cmd.Context(), args[0])
				_, notGone := errors.AsType[*server.NotGoneError](err)
				if notGone || run.IsNotThere(err) {
					return usageError(err)
				}
				if err != nil {
					return decisionError(err)
				}
				if err := a.audit(cmd.Context(), parts, "rollbook erase", map[string]any{"record": name, "note": note}); err != nil {
					return err
				}
				return terminal.Printf(a.out, "erased    the person; the record is called %s from now on\n", name)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "why, for who reads it later; without the name")
	return cmd
}
