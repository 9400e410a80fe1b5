package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"rollbook/internal/feed"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/vocab"
)

type checkOptions struct {
	json      bool
	usersOnly bool
}

func newCheckCommand(a *app) *cobra.Command {
	var opts checkOptions
	cmd := &cobra.Command{
		Use:   "check PATH",
		Short: "Find what is wrong with a roster, and change nothing",
		Long: `Read a folder or a zip archive of SDS V2.1 CSV files and say what is wrong with
it: what would be dropped, and why. Nothing is stored, no state is needed.

EXIT STATUS
  0  nothing would be dropped but optional values
  1  the program failed
  2  wrong usage
  3  records have errors and would be dropped
  4  the feed is unusable
`,
		Args: oneArg("the folder or zip archive with the roster"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), args[0], opts) },
	}
	cmd.Flags().BoolVar(&opts.json, "json", false, "print one JSON object on standard output, and nothing else")
	cmd.Flags().BoolVar(&opts.usersOnly, "users-only", false, "classes.csv and enrollments.csv may be missing")
	return cmd
}

// checked is what a check prints as JSON: the part of a run's result that a
// check has.
type checked struct {
	Feed     map[string]*feed.FileReport `json:"feed"`
	Findings []feed.Finding              `json:"findings"`
}

func (a *app) check(ctx context.Context, path string, opts checkOptions) error {
	if err := readable(path); err != nil {
		return err
	}
	progress := a.progress(opts.json)
	progress.Stage("check", 0)
	seen := 0
	report, err := server.Check(ctx, path, vocab.NewLists(vocab.Seed()), !opts.usersOnly, func(rows int) {
		progress.Add(rows - seen)
		seen = rows
	})
	progress.Done()
	if err != nil {
		return err
	}
	if opts.json {
		err = a.printJSON(checked{report.Files, report.Findings})
	} else {
		err = a.printFeed(path, report.Files, report.Findings, everyFinding)
	}
	if err != nil {
		return err
	}
	switch {
	case !report.Usable():
		return &exitError{status: exitUnusableFeed}
	case report.Count(feed.Error) > 0:
		return &exitError{status: exitRecordErrors}
	}
	return nil
}

// readable refuses a path that is not there before anything is made.
func readable(path string) error {
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError(fmt.Errorf("there is no folder or archive %s", path))
		}
		return err
	}
	return nil
}

var _ run.Progress = (*silence)(nil)

// silence shows no progress.
type silence struct{}

func (*silence) Stage(string, int) {}
func (*silence) Add(int)           {}
func (*silence) Done()             {}

// progress returns what shows how far the work is, on standard error.
func (a *app) progress(bool) run.Progress { return &silence{} }
