package main

import (
	"github.com/spf13/cobra"

	"rollbook/internal/flow"
	"rollbook/internal/server"
)

func newIgnoreCommand(a *app) *cobra.Command {
	note := ""
	cmd := &cobra.Command{
		Use:   "ignore PERSON|CLASS",
		Short: "Leave a person or a class as it is in every directory",
		Long: `Leave a person or a class as it is, whatever the school says. Of a person nothing is
written: no account is made, and no membership is added or taken away. Of a class the group
and everybody in it stay. The decision holds until it is withdrawn
(rollbook decisions withdraw).

PERSON and CLASS are sourcedIds; SOURCE:ID, with the number of the source system,
where two have one. A person may be named by the user name too.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage: there is no such person or class
`,
		Args: oneArg("a person or a class"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decideOn(cmd.Context(), args[0], func(parts *server.Parts, by string) (flow.Decision, error) {
				return parts.Ignore(cmd.Context(), args[0], note, by)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "why, for who reads it later")
	return cmd
}
