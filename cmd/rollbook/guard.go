package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rollbook/internal/guard"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newGuardCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Show how much a plan may do before it waits for a person",
		Long: `Show the limits of the guard. A plan waits for a person where a count is above the
floor, and above the share of what there is.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showLimits(cmd.Context()) },
	}
	cmd.AddCommand(newGuardSetCommand(a))
	return cmd
}

func newGuardSetCommand(a *app) *cobra.Command {
	var l guard.Limit
	cmd := &cobra.Command{
		Use:   "set RULE",
		Short: "Set one limit of the guard",
		Long: `Set the limit of a rule; "rollbook guard" shows the rules. With --school the limit
counts by school.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a rule that does not exist
`,
		Args: oneArg("the rule"),
		RunE: func(cmd *cobra.Command, args []string) error {
			l.Rule = guard.Rule(args[0])
			return a.setLimit(cmd.Context(), l)
		},
	}
	cmd.Flags().IntVar(&l.Floor, "floor", 0, "what may always be done")
	cmd.Flags().Float64Var(&l.Share, "share", 0, "in percent of what there is")
	cmd.Flags().BoolVar(&l.School, "school", false, "the limit by school")
	cmd.Flags().BoolVar(&l.Off, "off", false, "the rule holds nothing")
	return cmd
}

func (a *app) showLimits(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		limits, err := parts.Limits(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		terminal.Printf(table, "rule\tof\tfloor\tshare\tholds\n")
		for _, l := range limits {
			of, holds := "all", "what it takes away"
			if l.School {
				of = "a school"
			}
			if l.Doubt {
				holds = "the whole plan"
			}
			if l.Off {
				holds = "nothing: switched off"
			}
			terminal.Printf(table, "%s\t%s\t%d\t%s %%\t%s\n", l.Rule, of, l.Floor, strconv.FormatFloat(l.Share, 'f', -1, 64), holds)
		}
		return table.Flush()
	})
}

func (a *app) setLimit(ctx context.Context, l guard.Limit) error {
	var known []string
	found := false
	for _, d := range guard.Defaults() {
		if !d.School {
			known = append(known, string(d.Rule))
		}
		found = found || d.Rule == l.Rule && d.School == l.School
	}
	switch {
	case !found:
		return usageError(fmt.Errorf("there is no rule %q that counts so; the rules are %s", l.Rule, strings.Join(known, ", ")))
	case l.Floor < 0 || l.Share < 0 || l.Share > 100:
		return usageError(fmt.Errorf("a floor is 0 or more, and a share between 0 and 100"))
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		if err := parts.SetLimit(ctx, l); err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook guard set", map[string]any{"limit": l}); err != nil {
			return err
		}
		return terminal.Printf(a.out, "set       %s\n", l.Rule)
	})
}
