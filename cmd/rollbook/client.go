package main

import (
	"context"
	"errors"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rollbook/internal/identity"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

const clientHelp = `A client is a program that calls the API. It gets a token for its ID and secret
at the token endpoint that "rollbook serve" prints, and may then do what its
permissions allow.

EXIT STATUS
  0  done
  1  the program failed, or there is no such client
  2  wrong usage
`

func newClientCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "client",
		Short: "Make, list and remove clients of the API",
		Long:  clientHelp,
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newClientAddCommand(a), newClientListCommand(a), newClientRemoveCommand(a))
	return cmd
}

func newClientAddCommand(a *app) *cobra.Command {
	var permissions []string
	cmd := &cobra.Command{
		Use:   "add NAME --permission PERMISSION …",
		Short: "Make a client, and show its secret once",
		Long: "Make a client, and show its secret once: only a hash of it is kept.\n\n" +
			permissionHelp() + `
EXIT STATUS
  0  done
  1  the program failed, or a client of this name exists
  2  wrong usage, such as an unknown permission
`,
		Args: oneArg("the client's name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.addClient(cmd.Context(), args[0], permissions)
		},
	}
	addPermissionFlag(cmd, &permissions)
	return cmd
}

func (a *app) addClient(ctx context.Context, name string, permissions []string) error {
	permissions, err := checkPermissions(permissions)
	if err != nil {
		return err
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		client, secret, err := parts.Clients.Add(ctx, name, permissions)
		if errors.Is(err, identity.ErrClientName) {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook client add", map[string]any{"client": client.ID, "name": name, "permissions": permissions}); err != nil {
			return err
		}
		terminal.Printf(a.out, "tenant_id:     %s\nclient_id:     %s\nclient_secret: %s\n", parts.Tenant, client.ID, secret)
		terminal.Printf(a.err, "The secret is not kept and cannot be shown again.\n")
		return nil
	})
}

func newClientListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the clients and what they may do",
		Long:  "List the clients and what they may do.\n\nEXIT STATUS\n  0  done\n  1  the program failed\n  2  wrong usage\n",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listClients(cmd.Context()) },
	}
}

func (a *app) listClients(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		clients, err := parts.Clients.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		for _, c := range clients {
			terminal.Printf(table, "%s\t%s\t%s\t%s\n", c.ID, c.Name, c.Created.Format("2006-01-02"), strings.Join(c.Permissions, " "))
		}
		return table.Flush()
	})
}

func newClientRemoveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME|ID",
		Short: "End a client: its tokens are refused within seconds",
		Long: "End a client. It gets no more tokens, and a running server refuses those it has within seconds.\n\n" +
			"EXIT STATUS\n  0  done\n  1  the program failed, or there is no such client\n  2  wrong usage\n",
		Args: oneArg("the client's name or ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInstallation(cmd.Context(), func(parts *server.Parts) error {
				client, err := parts.Clients.Remove(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return a.audit(cmd.Context(), parts, "rollbook client remove", map[string]any{"client": client})
			})
		},
	}
}

func addPermissionFlag(cmd *cobra.Command, into *[]string) {
	cmd.Flags().StringArrayVar(into, "permission", nil, "a permission to grant; repeatable")
}

// checkPermissions says before anything is opened what is wrong with the permissions.
func checkPermissions(names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, usageError(errors.New("at least one --permission is needed; --help lists them"))
	}
	checked, err := identity.CheckPermissions(names)
	if err != nil {
		return nil, usageError(err)
	}
	return checked, nil
}

func permissionHelp() string {
	var help strings.Builder
	help.WriteString("PERMISSIONS\n")
	for _, p := range identity.Permissions() {
		terminal.Printf(&help, "  %-48s %s\n", p.Name, p.Description)
	}
	return help.String()
}
