package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newRunsCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "Show the last runs: when, how they ended, what they planned and did",
		Long: `Show the last 200 runs, the newest first: when each began, how long it took, how it
ended, what it found, and its plans.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runs(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array on standard output")
	cmd.AddCommand(newRunsShowCommand(a))
	return cmd
}

func newRunsShowCommand(a *app) *cobra.Command {
	asJSON, changes := false, false
	cmd := &cobra.Command{
		Use:   "show [RUN]",
		Short: "Show a run: each of its flows, what it found, and its plans",
		Long: `Show a run, the latest where none is named: each of its flows and how it went, what
it found, and what its plans did. RUN is the ID of a run, the beginning of one, or
latest.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a run that does not exist
`,
		Args: atMostOne("a run: its ID, the beginning of it, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showRun(cmd.Context(), first(args), asJSON, changes)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output, and nothing else")
	cmd.Flags().BoolVar(&changes, "changes", false, "name every change of its plans")
	return cmd
}

// runDocument is a run as it is printed as JSON.
type runDocument struct {
	ID         string             `json:"id"`
	Status     run.Status         `json:"status"`
	Start      time.Time          `json:"startDateTime"`
	End        *time.Time         `json:"endDateTime"`
	Error      *run.BlockingError `json:"blockingError,omitempty"`
	Activities []activityDocument `json:"activities"`
	Errors     int                `json:"errors"`
	Warnings   int                `json:"warnings"`
	Plans      []planDocument     `json:"plans"`
	Findings   []finding          `json:"findings,omitempty"`
}

type activityDocument struct {
	Flow   string             `json:"flow"`
	Status run.ActivityStatus `json:"status"`
	Error  *run.BlockingError `json:"blockingError,omitempty"`
}

func newRunDocument(r run.Run, plans []ledger.Plan) runDocument {
	doc := runDocument{
		ID: r.ID, Status: r.Status, Start: r.Start, End: r.End, Error: r.BlockingError,
		Errors: r.Totals.Errors, Warnings: r.Totals.Warnings, Plans: []planDocument{},
	}
	for _, activity := range r.Activities {
		doc.Activities = append(doc.Activities, activityDocument{activity.DisplayName, activity.Status, activity.BlockingError})
	}
	for _, p := range plans {
		doc.Plans = append(doc.Plans, planDocument{ID: p.ID, State: p.State, Hash: p.Hash, Created: p.Created, By: p.By, Counts: p.Counts})
	}
	return doc
}

func (a *app) runs(ctx context.Context, asJSON bool) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		runs, err := parts.Runs().Runs(ctx)
		if err != nil {
			return err
		}
		plans, err := parts.PlansByRun(ctx)
		if err != nil {
			return err
		}
		targets, err := parts.TargetNames(ctx)
		if err != nil {
			return err
		}
		if asJSON {
			docs := []runDocument{}
			for _, r := range runs {
				docs = append(docs, newRunDocument(r, plans[r.ID]))
			}
			return a.printJSON(docs)
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		terminal.Printf(table, "began\ttook\tended\tplans\trun\n")
		for _, r := range runs {
			terminal.Printf(table, "%s\t%s\t%s\t%s\t%s\n", r.Start.UTC().Format("2006-01-02 15:04:05Z"), took(r), r.Status, planned(plans[r.ID], targets), r.ID)
		}
		return table.Flush()
	})
}

// took says how long a run took.
func took(r run.Run) string {
	if r.End == nil {
		return "it runs"
	}
	return fmt.Sprintf("%.1f s", r.End.Sub(r.Start).Seconds())
}

// planned says in a few words what the plans of a run came to.
func planned(plans []ledger.Plan, target func(ledger.Target) string) string {
	var parts []string
	for _, p := range plans {
		if p.Counts.Effects() == 0 && len(p.Guard.Trips) == 0 {
			continue
		}
		text := fmt.Sprintf("%d %s: %s", p.ID, p.State, describe(p.Counts, false))
		if p.Target != ledger.Hosted {
			text = terminal.Text(target(p.Target)) + ": " + text
		}
		if p.By != "" {
			text += " (by " + terminal.Text(p.By) + ")"
		}
		parts = append(parts, text)
	}
	return cmp.Or(strings.Join(parts, "; "), "nothing to do")
}

func (a *app) showRun(ctx context.Context, name string, asJSON, changes bool) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		r, err := parts.FindRun(ctx, cmp.Or(name, "latest"))
		if err != nil {
			return usageError(err)
		}
		plans, err := parts.PlansByRun(ctx)
		if err != nil {
			return err
		}
		targets, err := parts.TargetNames(ctx)
		if err != nil {
			return err
		}
		found, err := parts.Runs().Findings(ctx, r.ID)
		if err != nil {
			return err
		}
		if asJSON {
			doc := newRunDocument(r, plans[r.ID])
			doc.Findings = findingsOf(found)
			return a.printJSON(doc)
		}
		if err := a.printRun(r, plans[r.ID], found, targets); err != nil || !changes {
			return err
		}
		return a.printChangesOf(ctx, parts, plans[r.ID])
	})
}

// printChangesOf names every change of some plans.
func (a *app) printChangesOf(ctx context.Context, parts *server.Parts, plans []ledger.Plan) error {
	names, err := parts.Names(ctx)
	if err != nil {
		return err
	}
	called, err := names.Schools(ctx)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if err := a.printChanges(ctx, parts, names, called, p, picking{changes: true}); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printRun(r run.Run, plans []ledger.Plan, found []feed.Finding, target func(ledger.Target) string) error {
	terminal.Printf(a.out, "run       %s\n", r.ID)
	terminal.Printf(a.out, "began     %s, took %s\n", r.Start.UTC().Format("2006-01-02 15:04:05Z"), took(r))
	terminal.Printf(a.out, "ended     %s\n", r.Status)
	if r.BlockingError != nil {
		terminal.Printf(a.out, "stopped   %s\n", r.BlockingError.Message)
	}
	for _, activity := range r.Activities {
		text := string(activity.Status)
		if activity.BlockingError != nil {
			text += ": " + activity.BlockingError.Message
		}
		terminal.Printf(a.out, "flow      %s: %s\n", activity.DisplayName, text)
	}
	for _, p := range plans {
		terminal.Printf(a.out, "plan      %s\n", planned([]ledger.Plan{p}, target))
	}
	return printFindings(a.out, found, someFindings)
}
