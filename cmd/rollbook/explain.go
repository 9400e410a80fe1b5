package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newExplainCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "explain PERSON [CLASS]",
		Short: "Say why a person has an account, or is in the group of a class, or why not",
		Long: `Follow a person from the roster to the account, and on into the group of a class
where one is named, by the rules by which plans are made: each stage with a sign that
it passed (+) or did not (-). The answer is how the directory was left.

PERSON and CLASS are sourcedIds; SOURCE:ID, with the number of the source system,
where two have one. A person may be named by the user name too.

EXIT STATUS
  0  done, whatever the answer is
  1  the program failed
  2  wrong usage, such as a person or class that was never there
`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usageError(fmt.Errorf("%s takes a person, and perhaps a class", cmd.CommandPath()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			class := ""
			if len(args) == 2 {
				class = args[1]
			}
			return a.explain(cmd.Context(), args[0], class, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output, and nothing else")
	return cmd
}

func (a *app) explain(ctx context.Context, person, class string, asJSON bool) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		e, err := parts.Explain(ctx, person, class)
		if run.IsNotThere(err) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook explain", map[string]any{"person": person, "class": class}); err != nil {
			return err
		}
		if asJSON {
			return a.printJSON(e)
		}
		question := "the account of " + person
		if class != "" {
			question = person + " in " + class
		}
		answer := map[bool]string{true: "yes", false: "no"}[e.Yes]
		terminal.Printf(a.out, "%s: %s\n", terminal.Text(question), answer)
		for _, s := range e.Stages {
			sign := map[bool]string{true: "+", false: "-"}[s.Passed]
			terminal.Printf(a.out, "%s %-11s %s\n", sign, s.Name, terminal.Text(s.Message))
		}
		return nil
	})
}
