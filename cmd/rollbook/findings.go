package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/feed"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

type findingsOptions struct {
	open, newest, gone, quiet bool
	json, csv                 bool
}

// lived reports whether findings are asked for with what became of them.
func (o findingsOptions) lived() bool { return o.open || o.newest || o.gone || o.quiet }

func newFindingsCommand(a *app) *cobra.Command {
	var opts findingsOptions
	cmd := &cobra.Command{
		Use:   "findings [RUN]",
		Short: "Show all findings of a run, or what is new, open and gone",
		Long: `Show all findings of a run: what was wrong with the feed, and what could not be
planned. Without the ID of a run, those of the latest that read a feed.

--new shows what the latest run found and the one before did not, --open all that it
found with since when, --gone what only the one before found, --quiet what is left out of
these as rollbook findings quiet said. --csv is for the school's office: one row a finding,
safe to open in a spreadsheet.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a run that does not exist
`,
		Args: atMostOne("a run: its ID, the beginning of it, or latest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.lived() && len(args) > 0 {
				return usageError(errors.New("--new, --open, --gone and --quiet are of the latest run: name none"))
			}
			if opts.json && opts.csv {
				return usageError(errors.New("--json and --csv go one at a time"))
			}
			return a.findings(cmd.Context(), args, opts)
		},
	}
	cmd.Flags().BoolVar(&opts.newest, "new", false, "only what the run before did not find")
	cmd.Flags().BoolVar(&opts.open, "open", false, "with since when each is found")
	cmd.Flags().BoolVar(&opts.gone, "gone", false, "what only the run before found")
	cmd.Flags().BoolVar(&opts.quiet, "quiet", false, "what need not be told until some time")
	cmd.Flags().BoolVar(&opts.json, "json", false, "print a JSON array on standard output")
	cmd.Flags().BoolVar(&opts.csv, "csv", false, "print CSV on standard output")
	cmd.AddCommand(newQuietCommand(a))
	return cmd
}

func (a *app) findings(ctx context.Context, args []string, opts findingsOptions) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		if opts.lived() {
			return a.lives(ctx, parts, opts)
		}
		r, err := parts.FindRunWithFeed(ctx, cmp.Or(first(args), "latest"))
		if err != nil {
			return usageError(err)
		}
		found, err := parts.Runs().Findings(ctx, r.ID)
		switch {
		case err != nil:
			return err
		case opts.json:
			return a.printJSON(findingsOf(found))
		case opts.csv:
			lived := make([]server.Lived, len(found))
			for i, f := range found {
				lived[i] = server.Lived{Finding: f, Since: r}
			}
			return a.printCSV(lived)
		}
		return printFindings(a.out, found, everyFinding)
	})
}

func newQuietCommand(a *app) *cobra.Command {
	var until, note string
	end := false
	cmd := &cobra.Command{
		Use:   "quiet ID --until DATE",
		Short: "Leave a finding out of what is open until a day",
		Long: `Leave a finding out of --open and --new until a day: one that is known, and that the
school's office mends later. What the finding keeps as it is stays so; sync counts it as
before. ID is that of rollbook findings --open, or the beginning of it.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a finding that the latest runs do not have
`,
		Args: oneArg("the ID of a finding"),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := time.Parse(time.DateOnly, until)
			if err != nil && !end {
				return usageError(errors.New("--until YYYY-MM-DD says until when, --end that it is told again"))
			}
			return a.quietUntil(cmd.Context(), args[0], day, note)
		},
	}
	cmd.Flags().StringVar(&until, "until", "", "the day from which it is told again")
	cmd.Flags().StringVar(&note, "note", "", "why, for who reads it later")
	cmd.Flags().BoolVar(&end, "end", false, "tell it again from now on")
	return cmd
}

func (a *app) quietUntil(ctx context.Context, id string, until time.Time, note string) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		l, err := parts.QuietUntil(ctx, id, until, note, a.who())
		if _, none := errors.AsType[*server.NoFindingError](err); none {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook findings quiet", map[string]any{"finding": l.ID, "until": until, "note": note}); err != nil {
			return err
		}
		if until.IsZero() {
			return terminal.Printf(a.out, "told      the finding is told again: %s%s\n", subject(l.Finding), l.Message)
		}
		return terminal.Printf(a.out, "quiet     until %s: %s%s\n", until.Format(time.DateOnly), subject(l.Finding), l.Message)
	})
}

// lives shows the findings of the latest runs with what became of them.
func (a *app) lives(ctx context.Context, parts *server.Parts, opts findingsOptions) error {
	all, err := parts.Findings(ctx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(l server.Lived) bool {
		return !(l.State == server.NewFinding && (opts.newest || opts.open) || l.State == server.OpenFinding && opts.open || l.State == server.GoneFinding && opts.gone ||
			l.State == server.QuietFinding && opts.quiet)
	})
	switch {
	case opts.json:
		docs := make([]livedDocument, len(all))
		for i, l := range all {
			docs[i] = livedDocument{findingsOf([]feed.Finding{l.Finding})[0], l.ID, string(l.State), l.Since.Start.UTC().Format("2006-01-02T15:04:05Z"), l.Since.ID, l.Runs}
		}
		return a.printJSON(docs)
	case opts.csv:
		return a.printCSV(all)
	}
	if len(all) == 0 {
		return terminal.Printf(a.out, "findings  none\n")
	}
	for _, l := range all {
		terminal.Printf(a.out, "%-5s %-12s %s  %s%s\n", l.State, l.Severity, where(l.Finding), subject(l.Finding), l.Message)
		terminal.Printf(a.out, "      %-12s since %s, %s; id %s\n", "", l.Since.Start.UTC().Format("2006-01-02 15:04Z"), count(l.Runs, "run"), l.ID)
		if l.State == server.QuietFinding {
			terminal.Printf(a.out, "      %-12s quiet until %s, says %s: %s\n", "", l.Quiet.Until.Format(time.DateOnly), l.Quiet.By, l.Quiet.Note)
		}
	}
	return nil
}

// livedDocument is a finding with its life as it is printed as JSON.
type livedDocument struct {
	finding
	ID    string `json:"id"`
	State string `json:"state"`
	Since string `json:"firstSeenDateTime"`
	Run   string `json:"firstSeenRunId"`
	Runs  int    `json:"runs"`
}

// printCSV prints findings for a spreadsheet.
func (a *app) printCSV(all []server.Lived) error {
	w := csv.NewWriter(a.out)
	rows := [][]string{{"severity", "file", "line", "column", "record", "message", "hint", "rule", "since"}}
	for _, l := range all {
		rows = append(rows, []string{
			string(l.Severity), l.File, strconv.Itoa(l.Line), strconv.Itoa(l.Column), l.Record, l.Message, l.Hint, string(l.Rule), l.Since.Start.UTC().Format("2006-01-02"),
		})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// cell returns a text that a spreadsheet takes for text: one that begins like a formula
// has an apostrophe before it, and nothing in it moves a terminal.
func cell(text string) string {
	text = terminal.Text(text)
	if strings.ContainsRune("=+-@\t\r", []rune(text + " ")[0]) {
		return "'" + text
	}
	return text
}
