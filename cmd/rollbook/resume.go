package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newResumeCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "resume [PERSON|CLASS|RUN]",
		Short: "List what rollbacks took back, or let the roster have its way there again",
		Long: `List what rollbacks took back, and what no run does again therefore. With a person, a
class or the run that applied a rollback, let go of it: the next sync does what the
roster asks for there.

PERSON and CLASS are sourcedIds; SOURCE:ID, with the number of the source system,
where two have one. A person may be named by the user name too. RUN is the ID of a run, or the beginning of one.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage: there is no such person, class or run, or nothing of it was taken back
  6  another process is at work
`,
		Args: atMostOne("a person, a class or a run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInstallation(cmd.Context(), func(parts *server.Parts) error {
				if len(args) == 0 {
					return a.printUndone(cmd.Context(), parts)
				}
				return a.resume(cmd.Context(), parts, args[0])
			})
		},
	}
}

func (a *app) resume(ctx context.Context, parts *server.Parts, name string) error {
	record, err := parts.FindRecord(ctx, name)
	id := ""
	if run.IsNotThere(err) {
		r, missing := parts.FindRun(ctx, name)
		if missing != nil {
			return usageError(fmt.Errorf("%w, and no such run", err))
		}
		record, id, err = ledger.Record{}, r.ID, nil
	}
	if err != nil {
		return err
	}
	n, err := parts.Resume(ctx, record, id)
	switch {
	case err != nil:
		return decisionError(err)
	case n == 0:
		return usageError(errors.New("no rollback took anything back of " + name))
	}
	if err := a.audit(ctx, parts, "rollbook resume", map[string]any{"of": name, "changes": n}); err != nil {
		return err
	}
	return terminal.Printf(a.out, "resume    the next sync does what the roster asks for: %s that had been taken back\n", count(n, "change"))
}

// printUndone lists what was taken back and is not done again.
func (a *app) printUndone(ctx context.Context, parts *server.Parts) error {
	undone, err := parts.Undone(ctx)
	if err != nil {
		return err
	}
	if len(undone) == 0 {
		return terminal.Printf(a.out, "undone    nothing: no rollback keeps anything back\n")
	}
	names, err := parts.Names(ctx)
	if err != nil {
		return err
	}
	targets, err := parts.TargetNames(ctx)
	if err != nil {
		return err
	}
	for _, target := range slices.Sorted(maps.Keys(undone)) {
		if err := names.LearnRecords(ctx, recordsOf(undone[target])); err != nil {
			return err
		}
		if target != ledger.Hosted {
			terminal.Printf(a.out, "target      %s\n", targets(target))
		}
		for _, u := range undone[target] {
			a.printUndoneOf(names, u)
		}
	}
	return nil
}

// recordsOf returns the records that undone things are about.
func recordsOf(undone []ledger.Undone) []ledger.Record {
	var records []ledger.Record
	for _, u := range undone {
		records = append(records, u.Record)
		for _, l := range u.Links {
			for _, id := range l.IDs {
				records = append(records, ledger.Record{Kind: l.Relation.To(), Source: u.Record.Source, ID: id})
			}
		}
	}
	return records
}

func (a *app) printUndoneOf(names *server.Names, u ledger.Undone) {
	object := terminal.Text(names.Of(u.Record.Kind, u.Record.Source, u.Record.ID))
	if u.Object {
		terminal.Printf(a.out, "not made    %s %s\n", kindName(u.Record.Kind), object)
	}
	for _, v := range u.Values {
		terminal.Printf(a.out, "not set     %s %q of %s\n", v.Property, v.Text, object)
	}
	for _, l := range u.Links {
		verb := "not added  "
		if l.Remove {
			verb = "not removed"
		}
		for _, id := range l.IDs {
			terminal.Printf(a.out, "%s %s %s, %s\n", verb, l.Relation, terminal.Text(names.Of(l.Relation.To(), u.Record.Source, id)), object)
		}
	}
}
