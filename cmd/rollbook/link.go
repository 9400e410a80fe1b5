package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"rollbook/internal/flow"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newLinkCommand(a *app) *cobra.Command {
	note := ""
	cmd := &cobra.Command{
		Use:   "link PERSON USERNAME",
		Short: "Say which account is that of a person who waits for one",
		Long: `Say that the account with a user name is that of a person: one whom the school calls
otherwise, or who has another id than before. The next sync takes it over, in every
directory, with what it is in; it keeps its user name. An account of somebody who is still
in the roster goes to nobody else. The decision holds until it is withdrawn
(rollbook decisions withdraw).

PERSON is a sourcedId; SOURCE:ID, with the number of the source system, where two have
one; or the user name that the school says.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage: there is no such person, or he or she has an account
`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError(errors.New("a person and the user name of an account are needed"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decideOn(cmd.Context(), args[0], func(parts *server.Parts, by string) (flow.Decision, error) {
				return parts.Link(cmd.Context(), args[0], args[1], note, by)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "why, for who reads it later")
	return cmd
}

// decideOn has a decision be made on a record, and says so.
func (a *app) decideOn(ctx context.Context, name string, decide func(*server.Parts, string) (flow.Decision, error)) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		d, err := decide(parts, a.who())
		_, has := errors.AsType[*server.HasAccountError](err)
		if has || run.IsNotThere(err) || flow.IsKind(err, flow.Invalid) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook "+string(d.As), map[string]any{"record": name, "userName": d.UserName, "note": d.Note}); err != nil {
			return err
		}
		if d.As == flow.Link {
			return terminal.Printf(a.out, "link      %s has the account %s from the next sync on\n", name, d.UserName)
		}
		return terminal.Printf(a.out, "ignore    %s stays as it is, until rollbook decisions withdraw %s\n", name, name)
	})
}
