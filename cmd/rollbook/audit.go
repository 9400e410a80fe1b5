package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rollbook/internal/audit"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newAuditCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check the audit log",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	noted, asJSON := "", false
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Say whether records of the audit log were altered, moved or removed",
		Long: `Compare each record of the audit log with its hash, which depends on all records
before it, and name those that were altered or moved, and the numbers of those that are
missing. Records that were deleted for their age, or of which a person was erased, are as
they should be, and are counted.

The last line is the head: the number and the hash of the last record. Whoever can write
to the database can make a whole log anew. Write the head down where they cannot, and give
it to a later check with --head.

EXIT STATUS
  0  the log is as it was written
  1  it is not, or the program failed
  2  wrong usage
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.verifyAudit(cmd.Context(), noted, asJSON) },
	}
	verify.Flags().StringVar(&noted, "head", "", "NUMBER:HASH, as an earlier check said: that record has to be there unchanged")
	verify.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output, and nothing else")
	cmd.AddCommand(verify)
	return cmd
}

// checkedAudit is what rollbook audit verify prints with --json.
type checkedAudit struct {
	Whole   bool     `json:"whole"`
	Records int      `json:"records"`
	Deleted int64    `json:"deleted"`
	Erased  int      `json:"erased"`
	Head    string   `json:"head"`
	Broken  []string `json:"broken"`
}

func (a *app) verifyAudit(ctx context.Context, noted string, asJSON bool) error {
	head, err := parseHead(noted)
	if err != nil {
		return usageError(err)
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		found, err := parts.Audit.Log.Verify(ctx, head)
		if err != nil {
			return err
		}
		c := checkedAudit{
			Whole: len(found.Broken) == 0, Records: found.Records, Deleted: found.Deleted, Erased: found.Erased,
			Head: fmt.Sprintf("%d:%s", found.Head.Sequence, found.Head.Hash),
		}
		for _, b := range found.Broken {
			c.Broken = append(c.Broken, b.Message)
		}
		if err := a.printCheckedAudit(c, asJSON); err != nil || c.Whole {
			return err
		}
		return &exitError{status: exitFailed}
	})
}

func (a *app) printCheckedAudit(c checkedAudit, asJSON bool) error {
	if asJSON {
		return a.printJSON(c)
	}
	terminal.Printf(a.out, "records   %d", c.Records)
	if c.Deleted > 0 {
		terminal.Printf(a.out, "; %d before them were deleted for their age", c.Deleted)
	}
	if c.Erased > 0 {
		terminal.Printf(a.out, "; a person was erased from %d", c.Erased)
	}
	terminal.Printf(a.out, "\n")
	for _, text := range c.Broken {
		terminal.Printf(a.out, "broken    %s\n", text)
	}
	if c.Whole {
		terminal.Printf(a.out, "broken    none\n")
	}
	return terminal.Printf(a.out, "head      %s\n", c.Head)
}

// parseHead reads NUMBER:HASH; nil for none.
func parseHead(text string) (*audit.Head, error) {
	if text == "" {
		return nil, nil
	}
	number, hash, _ := strings.Cut(text, ":")
	sequence, err := strconv.ParseInt(number, 10, 64)
	if err != nil || sequence < 1 || hash == "" {
		return nil, fmt.Errorf("--head %s: a head is NUMBER:HASH, as rollbook audit verify prints it", text)
	}
	return &audit.Head{Sequence: sequence, Hash: hash}, nil
}
