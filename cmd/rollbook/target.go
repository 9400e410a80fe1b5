package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

func newTargetCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "target",
		Short: "Have a directory of one's own be written to: Active Directory, OpenLDAP",
		Long: `Have directories be written to beside the one that Rollbook hosts. Each has its own
plans, which are approved and taken back on their own; one that cannot be reached holds
up none. The first plan for a directory always waits for a person.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTargetAddCommand(a), newTargetTestCommand(a), newTargetShowCommand(a), newTargetListCommand(a), newTargetRemoveCommand(a))
	return cmd
}

// targetOptions are those of a target that is added.
type targetOptions struct {
	kind           string
	ldap           server.LDAPSettings
	owners         string
	people, groups string   // bases
	units          []string // people=PATH or groups=PATH
	passwordFile   string
	caFile         string
	classes        []string // people=CLASS or groups=CLASS
	attributes     []string // people.PROPERTY=ATTRIBUTE or groups.PROPERTY=ATTRIBUTE
	flowSets       []string
}

func newTargetAddCommand(a *app) *cobra.Command {
	var opts targetOptions
	cmd := &cobra.Command{
		Use:   "add NAME --url URL --bind-dn DN --password-file FILE --people DN --groups DN",
		Short: "Add a directory, which the next sync plans for",
		Long: `Add a directory that is reached over LDAP. Of --kind openldap, people become
inetOrgPersons below --people, and class groups groupOfNames below --groups; of --kind
activedirectory, users and security groups. Nothing is written by this, nor by the next sync,
whose plan for it waits for rollbook approve. rollbook target test says what is missing.

The values of people and groups are kept in the attributes that these classes have;
others are named with --attribute people.grade=departmentNumber, and the classes that
they need with --class people=CLASS. What has no attribute is not written.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a password that would be sent in the clear, or a name that is taken
`,
		Args: oneArg("a name for the directory"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.addTarget(cmd.Context(), args[0], opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.kind, "kind", server.KindOpenLDAP, "what it is: openldap, or activedirectory")
	flags.StringVar(&opts.ldap.URL, "url", "", "where it is: ldaps://host, or ldap://host with --start-tls")
	flags.BoolVar(&opts.ldap.StartTLS, "start-tls", false, "go over to TLS on an ldap:// address")
	flags.StringVar(&opts.caFile, "ca", "", "a file with the authority of its certificate, in PEM; without it those of the machine")
	flags.StringVar(&opts.ldap.BindDN, "bind-dn", "", "who logs in, and may write below the two others: a DN; of Active Directory a user principal name as well")
	flags.StringVar(&opts.passwordFile, "password-file", "", "a file with its password")
	flags.StringVar(&opts.people, "people", "", "the DN below which accounts are made")
	flags.StringVar(&opts.groups, "groups", "", "the DN below which class groups are made")
	flags.StringArrayVar(&opts.units, "units", nil, "the units below --people or --groups, by values: people=OU={primaryRole}; who lacks one is right below; repeatable")
	flags.StringSliceVar(&opts.attributes, "attribute", nil, "an attribute for a value: people.PROPERTY=NAME or groups.PROPERTY=NAME; repeatable")
	flags.StringSliceVar(&opts.classes, "class", nil, "a further object class: people=NAME or groups=NAME; repeatable")
	flags.StringSliceVar(&opts.ldap.Placeholders, "placeholder", nil, "openldap: the DN that stands for nobody in a group without members (default cn=nobody), then those that the server writes; repeatable")
	flags.BoolVar(&opts.ldap.KeepsLinks, "keeps-links", false, "openldap: the server itself has groups follow renamed and deleted accounts, members and owners (refint)")
	flags.StringVar(&opts.owners, "owners", "", "activedirectory: the attribute of a group that holds its owners (default managedBy, which holds one)")
	flags.BoolVar(&opts.ldap.ChangePassword, "change-password", false, "whoever gets an initial password has to choose another one with the first login (openldap: ppolicy)")
	flags.StringSliceVar(&opts.flowSets, "flow-set", nil, "only this flow set, by its name or ID; repeatable")
	return cmd
}

// settings returns the settings that the flags make up, and the password.
func (o targetOptions) settings() (server.LDAPSettings, string, error) {
	s := o.ldap
	s.People.Base, s.Groups.Base = o.people, o.groups
	for _, text := range o.classes {
		of, class, ok := strings.Cut(text, "=")
		branch := branchOf(&s, of)
		if !ok || branch == nil {
			return s, "", fmt.Errorf("--class %q is not of the form people=CLASS or groups=CLASS", text)
		}
		branch.Classes = append(branch.Classes, class)
	}
	for _, text := range o.units {
		of, path, ok := strings.Cut(text, "=")
		branch := branchOf(&s, of)
		if !ok || branch == nil {
			return s, "", fmt.Errorf("--units %q is not of the form people=PATH or groups=PATH", text)
		}
		branch.Units = path
	}
	for _, text := range o.attributes {
		key, attribute, ok := strings.Cut(text, "=")
		of, property, dotted := strings.Cut(key, ".")
		branch := branchOf(&s, of)
		if !ok || !dotted || branch == nil {
			return s, "", fmt.Errorf("--attribute %q is not of the form people.PROPERTY=ATTRIBUTE or groups.PROPERTY=ATTRIBUTE", text)
		}
		if branch.Attributes == nil {
			branch.Attributes = map[directory.Property]string{}
		}
		branch.Attributes[directory.Property(property)] = attribute
	}
	if o.caFile != "" {
		ca, err := os.ReadFile(o.caFile)
		if err != nil {
			return s, "", err
		}
		s.CA = string(ca)
	}
	if o.passwordFile == "" {
		return s, "", errors.New("--password-file is needed: what stands on a command line can be read by everybody on the machine")
	}
	password, err := os.ReadFile(o.passwordFile)
	return s, strings.TrimRight(string(password), "\r\n"), err
}

// add adds the directory, of whichever kind it is.
func (o targetOptions) add(ctx context.Context, parts *server.Parts, name string, s server.LDAPSettings, password string, flowSets []string) (flow.Target, error) {
	if o.kind == server.KindActiveDirectory {
		return parts.AddActiveDirectory(ctx, name, server.ActiveDirectorySettings{Settings: s.Settings, Owners: o.owners}, password, flowSets)
	}
	return parts.AddLDAP(ctx, name, s, password, flowSets)
}

// misplaced returns the error for a flag that is for another kind of directory.
func (o targetOptions) misplaced() error {
	switch {
	case o.kind != server.KindOpenLDAP && o.kind != server.KindActiveDirectory:
		return fmt.Errorf("--kind %q is neither openldap nor activedirectory", o.kind)
	case o.kind == server.KindOpenLDAP && o.owners != "":
		return errors.New("--owners is for --kind activedirectory")
	case o.kind == server.KindActiveDirectory && (o.ldap.KeepsLinks || len(o.ldap.Placeholders) > 0):
		return errors.New("--keeps-links and --placeholder are for --kind openldap: Active Directory needs neither")
	}
	return nil
}

func branchOf(s *server.LDAPSettings, name string) *server.Branch {
	switch name {
	case "people":
		return &s.People
	case "groups":
		return &s.Groups
	}
	return nil
}

func (a *app) addTarget(ctx context.Context, name string, opts targetOptions) error {
	if err := opts.misplaced(); err != nil {
		return usageError(err)
	}
	settings, password, err := opts.settings()
	if err != nil {
		return usageError(err)
	}
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		var sets []string
		for _, of := range opts.flowSets {
			set, err := a.flowSet(ctx, parts, of)
			if err != nil {
				return err
			}
			sets = append(sets, set.ID)
		}
		t, err := opts.add(ctx, parts, name, settings, password, sets)
		_, taken := errors.AsType[*server.TargetExistsError](err)
		_, wrong := errors.AsType[*server.WrongSettingsError](err)
		if taken || wrong {
			return usageError(err)
		}
		if err != nil {
			return err
		}
		if err := a.audit(ctx, parts, "rollbook target add", map[string]any{"target": t.Number, "name": name, "kind": t.Kind, "url": settings.URL}); err != nil {
			return err
		}
		return terminal.Printf(a.out, "added     %s; rollbook target test %s says what is missing, the next sync plans for it\n", name, name)
	})
}

func newTargetTestCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test NAME",
		Short: "Say what a directory lacks to be written to",
		Long: `Connect to a directory, and say which object class, attribute or unit is missing, and
what cannot be told without writing. Nothing is written.

EXIT STATUS
  0  nothing is missing
  1  the program failed
  2  wrong usage, such as a directory that there is not
  3  something is missing
  7  the directory cannot be reached, or refuses the login
`,
		Args: oneArg("the name of a directory"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.testTarget(cmd.Context(), args[0]) },
	}
}

func (a *app) testTarget(ctx context.Context, name string) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		if _, err := parts.FindTarget(ctx, name); err != nil {
			return usageError(err)
		}
		problems, err := parts.ProbeTarget(ctx, name)
		if err != nil {
			return &exitError{status: exitTarget, err: err}
		}
		terminal.Printf(a.out, "reached   %s\n", name)
		missing := 0
		for _, p := range problems {
			word := "unknown "
			if p.Proof == directory.Missing {
				word, missing = "missing ", missing+1
			}
			terminal.Printf(a.out, "%s  %s: %s\n", word, kindName(p.Kind), p.Text)
		}
		if missing > 0 {
			return &exitError{status: exitRecordErrors}
		}
		return terminal.Printf(a.out, "missing   nothing\n")
	})
}

func newTargetShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show the settings of a directory, without its password",
		Long:  "Show the settings of a directory as JSON. Its password is never shown.\n\nEXIT STATUS\n  0  done\n  1  the program failed\n  2  wrong usage, such as a directory that there is not\n",
		Args:  oneArg("the name of a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInstallation(cmd.Context(), func(parts *server.Parts) error {
				t, err := parts.FindTarget(cmd.Context(), args[0])
				if err != nil {
					return usageError(err)
				}
				settings := jsontext.Value(t.Settings)
				if err := settings.Indent(jsontext.WithIndent("  ")); err != nil {
					return err
				}
				terminal.Printf(a.out, "name      %s\nkind      %s\nsettings\n", t.Name, t.Kind)
				for line := range strings.SplitSeq(settings.String(), "\n") {
					terminal.Printf(a.out, "%s\n", line)
				}
				return nil
			})
		},
	}
}

func newTargetListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the directories that are written to",
		Long:  "List the directories that are written to, and for which flow sets. Passwords are never shown.\n\nEXIT STATUS\n  0  done\n  1  the program failed\n  2  wrong usage\n",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listTargets(cmd.Context()) },
	}
}

func (a *app) listTargets(ctx context.Context) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		targets, err := parts.Targets(ctx)
		if err != nil {
			return err
		}
		sets, err := parts.Flow.FlowSets(ctx)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, s := range sets {
			names[s.ID] = s.DisplayName
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		terminal.Printf(table, "name\tkind\taddress\tflow sets\n%s\thosted\t\tall\n", server.HostedName)
		for _, t := range targets {
			address, err := server.AddressOf(t)
			if err != nil {
				return err
			}
			in := "all"
			if len(t.FlowSets) > 0 {
				var list []string
				for _, id := range t.FlowSets {
					list = append(list, terminal.Text(names[id]))
				}
				in = strings.Join(list, ", ")
			}
			terminal.Printf(table, "%s\t%s\t%s\t%s\n", t.Name, t.Kind, address, in)
		}
		return table.Flush()
	})
}

func newTargetRemoveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Write to a directory no more; what it holds stays there",
		Long: `Write to a directory no more, and forget its password. What it holds stays there, and
what was done to it stays in the history.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a directory that there is not
  6  another process is at work
`,
		Args: oneArg("the name of a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInstallation(cmd.Context(), func(parts *server.Parts) error {
				err := parts.RemoveTarget(cmd.Context(), args[0])
				if _, none := errors.AsType[*server.NoTargetError](err); none {
					return usageError(err)
				}
				if err != nil {
					return decisionError(err)
				}
				if err := a.audit(cmd.Context(), parts, "rollbook target remove", map[string]any{"name": args[0]}); err != nil {
					return err
				}
				return terminal.Printf(a.out, "removed   %s; what it holds stays there\n", args[0])
			})
		},
	}
}
