package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"rollbook/internal/identity"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

// maxTokenLifetime keeps tokens that no removal of a client ends from lasting.
const maxTokenLifetime = 24 * time.Hour

type tokenOptions struct {
	permissions []string
	delegated   bool
	lifetime    time.Duration
}

func newTokenCommand(a *app) *cobra.Command {
	opts := tokenOptions{lifetime: 10 * time.Minute}
	cmd := &cobra.Command{
		Use:   "token --permission PERMISSION …",
		Short: "Print a short-lived token, to try the API with",
		Long: "Print a token and nothing else on standard output. It is good for every server on the same data,\n" +
			"for ten minutes where nothing else is said, and cannot be taken back.\n\n" +
			permissionHelp() + `
EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as an unknown permission
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.printToken(cmd.Context(), opts) },
	}
	addPermissionFlag(cmd, &opts.permissions)
	cmd.Flags().BoolVar(&opts.delegated, "delegated", false, "a token that speaks for a person (scp) instead of a program (roles)")
	cmd.Flags().DurationVar(&opts.lifetime, "lifetime", opts.lifetime, "how long the token is good for, at most 24h")
	return cmd
}

func (a *app) printToken(ctx context.Context, opts tokenOptions) error {
	permissions, err := checkPermissions(opts.permissions)
	if err != nil {
		return err
	}
	if opts.lifetime < time.Second || opts.lifetime > maxTokenLifetime {
		return usageError(errors.New("--lifetime must be from 1s to 24h"))
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		token, err := parts.Issuer().Issue(identity.Grant{
			BaseURL: parts.BaseURL(), ClientID: identity.CommandLineID, ClientName: "Rollbook command line",
			Delegated: opts.delegated, Permissions: permissions, Lifetime: opts.lifetime,
		})
		if err != nil {
			return err
		}
		return terminal.Printf(a.out, "%s\n", token)
	})
}
