package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

type rollbackOptions struct {
	school, class, person string
	note                  string
	yes                   bool
}

func newRollbackCommand(a *app) *cobra.Command {
	var opts rollbackOptions
	cmd := &cobra.Command{
		Use:   "rollback RUN",
		Short: "Take back what a run did to the directory, or a part of it",
		Long: `Make a plan that takes back what a run really changed: who was put into a group
leaves it, who was taken out is back, values are what they were, and accounts and
groups that the run made are deleted where nobody touched them since. What was so
before the run stays, and so does what a later run or another hand changed since:
that is named. RUN is the ID of a run, the beginning of one, or
latest, which is the latest one that changed anything.

On a terminal the plan is applied once you say so. --yes says so in advance, but for a
plan that the guard holds. Otherwise it is kept, and rollbook approve applies it.

What was taken back stays so: later runs do none of it again until the roster asks for
something else there, or rollbook resume lets them.

EXIT STATUS
  0  done, or nothing is left to take back
  1  the program failed, or the run was stopped; the next run goes on from there
  2  wrong usage: there is no such run, person or class, or it cannot be taken back
  3  done, but for changes that the directory refused
  5  the plan is kept, and waits for rollbook approve
  6  another process is at work; nothing was done
`,
		Args: oneArg("the run: its ID, the beginning of it, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.class != "" && opts.person != "" {
				return usageError(errors.New("--class and --person go one at a time"))
			}
			return a.rollback(cmd.Context(), args[0], opts)
		},
	}
	cmd.Flags().StringVar(&opts.school, "school", "", "only what the run did at this school, by its sourcedId")
	cmd.Flags().StringVar(&opts.class, "class", "", "only what it did to the group of this class, by its sourcedId")
	cmd.Flags().StringVar(&opts.person, "person", "", "only what it did to this person, by the sourcedId")
	cmd.Flags().StringVar(&opts.note, "note", "", "why, for who reads it later")
	cmd.Flags().BoolVar(&opts.yes, "yes", false, "apply the plan without asking, unless the guard holds it")
	return cmd
}

// undoing says what of a run is to be taken back.
func (o rollbackOptions) undoing(ctx context.Context, parts *server.Parts, run string) (ledger.Undoing, error) {
	of := ledger.Undoing{Run: run, School: o.school}
	var err error
	switch {
	case o.class != "":
		of.Record, err = parts.FindRecordOf(ctx, directory.ClassGroup, o.class)
	case o.person != "":
		of.Record, err = parts.FindRecordOf(ctx, directory.Account, o.person)
	}
	return of, err
}

func (a *app) rollback(ctx context.Context, name string, opts rollbackOptions) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		r, err := parts.FindRunToUndo(ctx, name)
		if err != nil {
			return usageError(err)
		}
		of, err := opts.undoing(ctx, parts, r.ID)
		if run.IsNotThere(err) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		result, err := parts.Rollback(ctx, of, a.progress())
		if cannot, is := errors.AsType[*run.CannotUndo](err); is {
			return usageError(cannot)
		}
		if err != nil {
			return decisionError(err)
		}
		if err := a.audit(ctx, parts, "rollbook rollback", map[string]any{"run": r.ID, "plan": result.Plan.ID, "hash": result.Plan.Hash}); err != nil {
			return err
		}
		if err := a.printRollback(ctx, parts, r, result); err != nil || result.Plan.ID == 0 {
			return err
		}
		if !a.agrees(result, opts.yes) {
			terminal.Printf(a.out, "next      rollbook plan show %d --changes; rollbook approve %d\n", result.Plan.ID, result.Plan.ID)
			return &exitError{status: exitHeld}
		}
		return a.approve(ctx, parts, run.Decision{Plan: result.Plan.ID, Note: opts.note, By: a.who()}, result.Plan.Hash)
	})
}

// printRollback says what would be taken back, and what not.
func (a *app) printRollback(ctx context.Context, parts *server.Parts, r run.Run, result run.Result) error {
	began := r.Start.UTC().Format("2006-01-02 15:04:05Z")
	if result.Plan.ID == 0 {
		terminal.Printf(a.out, "rollback  nothing is left to take back of the run of %s\n", began)
	} else {
		targets, err := parts.TargetNames(ctx)
		if err != nil {
			return err
		}
		made, _, err := parts.Ledger().Plan(ctx, result.Plan.ID)
		if err != nil {
			return err
		}
		terminal.Printf(a.out, "rollback  plan %d takes back what the run of %s did", result.Plan.ID, began)
		if made.Target != ledger.Hosted {
			terminal.Printf(a.out, " to %s", targets(made.Target))
		}
		terminal.Printf(a.out, "\n")
		terminal.Printf(a.out, "does      %s\n", describe(result.Plan.Counts, false))
	}
	if n := result.Plan.Accounts.Delete + result.Plan.Groups.Delete; n > 0 {
		terminal.Printf(a.out, "deletes   %s that the run made, and nobody touched since\n", count(n, "object"))
	}
	if err := a.printInTheWay(ctx, parts, result.Undoing); err != nil {
		return err
	}
	if result.Held != nil {
		printWhy(a.out, result.Held.Why)
	}
	return nil
}

// inTheWayNamed is how much of what stays is named one by one.
const inTheWayNamed = 20

// printInTheWay says what is not taken back, and why.
func (a *app) printInTheWay(ctx context.Context, parts *server.Parts, of *ledger.Undoing) error {
	if of == nil || len(of.InTheWay) == 0 {
		return nil
	}
	names, err := parts.Names(ctx)
	if err != nil {
		return err
	}
	some := of.InTheWay[:min(len(of.InTheWay), inTheWayNamed)]
	var records []ledger.Record
	for _, w := range some {
		records = append(records, w.Record, ledger.Record{Kind: w.Relation.To(), Source: w.Record.Source, ID: w.Person})
	}
	if err := names.LearnRecords(ctx, slices.DeleteFunc(records, func(r ledger.Record) bool { return r.ID == 0 })); err != nil {
		return err
	}
	for _, w := range some {
		terminal.Printf(a.out, "stays     %s: %s\n", terminal.Text(inTheWayOf(names, w)), terminal.Text(w.Sentence()))
	}
	if more := len(of.InTheWay) - len(some) + of.More; more > 0 {
		terminal.Printf(a.out, "stays     %d more\n", more)
	}
	return nil
}

// inTheWayOf says what it is that stays.
func inTheWayOf(names *server.Names, w ledger.InTheWay) string {
	object := kindName(w.Record.Kind) + " " + names.Of(w.Record.Kind, w.Record.Source, w.Record.ID)
	switch {
	case w.Relation != "":
		return fmt.Sprintf("%s %s, %s", w.Relation, names.Of(w.Relation.To(), w.Record.Source, w.Person), object)
	case w.Property != "":
		return fmt.Sprintf("%s of %s", w.Property, object)
	}
	return object
}

// agrees reports whether a plan is to be applied now.
func (a *app) agrees(result run.Result, yes bool) bool {
	if yes {
		return len(result.Held.Why) == 0
	}
	if !isTerminal(a.in) {
		return false
	}
	terminal.Printf(a.out, "apply it? [y/N] ")
	answer, _ := bufio.NewReader(a.in).ReadString('\n')
	return saysYes(answer)
}

// saysYes reports whether an answer to a question is yes.
func saysYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// isTerminal reports whether a stream is a person's terminal.
func isTerminal(stream any) bool {
	f, is := stream.(*os.File)
	return is && term.IsTerminal(int(f.Fd()))
}
