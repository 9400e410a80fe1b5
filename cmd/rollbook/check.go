package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/feed"
	"rollbook/internal/progress"
	"rollbook/internal/server"
	"rollbook/internal/vocab"
)

type checkOptions struct {
	json bool
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
	return cmd
}

func (a *app) check(ctx context.Context, path string, opts checkOptions) error {
	if err := readable(path); err != nil {
		return err
	}
	shown := a.progress()
	shown.Stage("check", 0)
	seen := 0
	report, err := server.Check(ctx, path, vocab.NewLists(vocab.Seed()), func(rows int) {
		shown.Add(int64(rows - seen))
		seen = rows
	})
	shown.Done()
	if err != nil {
		return err
	}
	if opts.json {
		err = a.printJSON(checkDocument{countsOf(report.Files), findingsOf(report.Findings)})
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

// readable refuses a path that cannot lead to a feed before anything is made: one
// that is not there, or a pipe or device, which may have no end.
func readable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usageError(fmt.Errorf("there is no folder or archive %s", path))
	case err == nil && !info.IsDir() && !info.Mode().IsRegular():
		return usageError(fmt.Errorf("%s is neither a folder nor a file; write what comes through a pipe or device to a file first", path))
	}
	return err
}

// progress returns what shows how far the work is, on standard error: one line
// that is written over where a person looks on, lines otherwise.
func (a *app) progress() *progress.Reporter {
	mode := progress.Plain
	if isTerminal(a.err) {
		mode = progress.Terminal
	}
	return progress.New(a.err, mode, time.Now)
}
