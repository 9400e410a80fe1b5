package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

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
