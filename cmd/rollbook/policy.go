package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rollbook/internal/flow"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newPolicyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Show how the calendar is taken: the days before and after a session",
		Long: `Show the policy of each flow set: how many days before a session begins its classes
and roles count as current already, and how many after it ended still. A class that is
over keeps its group and everybody in it, whatever the days are.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showPolicies(cmd.Context()) },
	}
	cmd.AddCommand(newPolicySetCommand(a))
	return cmd
}

func newPolicySetCommand(a *app) *cobra.Command {
	var p flow.Policy
	cmd := &cobra.Command{
		Use:   "set [FLOWSET]",
		Short: "Set the policy of a flow set",
		Long: `Set the policy of a flow set, by its name or ID; the only one need not be named. What
is not given is 0.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a flow set that does not exist
`,
		Args: atMostOne("a flow set: its name or ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.setPolicy(cmd.Context(), first(args), p) },
	}
	cmd.Flags().IntVar(&p.DaysBefore, "days-before", 0, "how many days before a session begins it counts already")
	cmd.Flags().IntVar(&p.DaysAfter, "days-after", 0, "how many days after a session ended it counts still")
	return cmd
}

func (a *app) showPolicies(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		sets, err := parts.Flow.FlowSets(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		terminal.Printf(table, "flow set\tdays before\tdays after\n")
		for _, s := range sets {
			var p flow.Policy
			if s.Policy != nil {
				p = *s.Policy
			}
			terminal.Printf(table, "%s\t%d\t%d\n", terminal.Text(s.DisplayName), p.DaysBefore, p.DaysAfter)
		}
		return table.Flush()
	})
}

func (a *app) setPolicy(ctx context.Context, name string, p flow.Policy) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		found, err := a.flowSet(ctx, parts, name)
		if err != nil {
			return err
		}
		set, err := parts.Flow.UpdateFlowSet(ctx, found.ID, func(s flow.FlowSet) (flow.FlowSet, error) {
			s.Policy = &p
			return s, nil
		})
		if flow.IsKind(err, flow.Invalid) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook policy set", map[string]any{"flowSet": set.ID, "policy": p}); err != nil {
			return err
		}
		return terminal.Printf(a.out, "set       %s: %d days before, %d after\n", terminal.Text(set.DisplayName), p.DaysBefore, p.DaysAfter)
	})
}

// flowSet returns the flow set of a name or an ID; of no name the only one.
func (*app) flowSet(ctx context.Context, parts *server.Parts, name string) (flow.FlowSet, error) {
	sets, err := parts.Flow.FlowSets(ctx)
	if err != nil {
		return flow.FlowSet{}, err
	}
	var found []flow.FlowSet
	for _, s := range sets {
		if name == "" || name == s.ID || name == s.DisplayName {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return flow.FlowSet{}, usageError(fmt.Errorf("%d flow sets are called %q: name one by its name or ID", len(found), name))
	}
	return found[0], nil
}
