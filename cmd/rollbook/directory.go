package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"rollbook/internal/directory"
	"rollbook/internal/graph"
	"rollbook/internal/hosted"
	"rollbook/internal/server"
	"rollbook/internal/terminal"
)

// pageSize is how many objects are read from the directory at once.
const pageSize = 1000

// seen says which objects of the directory are shown.
type seen struct {
	class        string
	name         string // a part of it, or of the user name
	role         string
	withoutOwner bool
	target       string // by the ledger of that directory; "" for what the hosted one shows
	json         bool
}

// named reports whether a part of one of some names is asked for.
func (s seen) named(names ...string) bool {
	return s.name == "" || slices.ContainsFunc(names, func(name string) bool {
		return strings.Contains(strings.ToLower(name), strings.ToLower(s.name))
	})
}

func (s seen) group(g classGroup) bool {
	return s.named(g.DisplayName, g.MailNickname) && (!s.withoutOwner || len(g.owners) == 0)
}

func (s seen) user(u hosted.User) bool {
	return s.named(u.DisplayName, u.UserPrincipalName) && (s.role == "" || u.Attributes[hosted.AttributePrimaryRole] == s.role)
}

// only yields the elements that are to be shown.
func only[T any](all iter.Seq2[T, error], is func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for element, err := range all {
			if (err != nil || is(element)) && !yield(element, err) {
				return
			}
		}
	}
}

func newGroupsCommand(a *app) *cobra.Command {
	var which seen
	cmd := &cobra.Command{
		Use:   "groups",
		Short: "Show the class groups of the directory, and who is in them",
		Long: `Show the class groups that the directory holds, with their owners and members.

As JSON it is an array of groups as the Graph API shows them, each with owners
and members as arrays of user principal names.

With --target it is what the ledger says of that directory: the name of the class, where
the group is there, and who is in it. The directory itself is not asked.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a class that has no group, or a directory that there is not
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.groups(cmd.Context(), which) },
	}
	cmd.Flags().StringVar(&which.class, "class", "", "only the group of the class with this sourcedId")
	cmd.Flags().StringVar(&which.name, "name", "", "only groups with this in their name, in any case")
	cmd.Flags().StringVar(&which.target, "target", "", "what the ledger says of this directory: hosted, or a name of rollbook target list")
	cmd.Flags().BoolVar(&which.withoutOwner, "without-owner", false, "only groups without an owner")
	cmd.Flags().BoolVar(&which.json, "json", false, "print a JSON array on standard output")
	return cmd
}

func newUsersCommand(a *app) *cobra.Command {
	var which seen
	cmd := &cobra.Command{
		Use:   "users",
		Short: "Show the accounts of the directory",
		Long: `Show the accounts that the directory holds. As JSON it is an array of users as
the Graph API shows them.

With --target it is what the ledger says of that directory: the name of the person, and
where the account is there. The directory itself is not asked.

EXIT STATUS
  0  done
  1  the program failed
  2  wrong usage, such as a directory that there is not
`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.users(cmd.Context(), which) },
	}
	cmd.Flags().StringVar(&which.name, "name", "", "only accounts with this in their name or user name, in any case")
	cmd.Flags().StringVar(&which.target, "target", "", "what the ledger says of this directory: hosted, or a name of rollbook target list")
	cmd.Flags().StringVar(&which.role, "role", "", "only accounts of this role: student or teacher")
	cmd.Flags().BoolVar(&which.json, "json", false, "print a JSON array on standard output")
	return cmd
}

// classGroup is a group with the names of who is in it.
type classGroup struct {
	hosted.Group
	owners, members []string
}

func (a *app) groups(ctx context.Context, which seen) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		if which.target != "" {
			return a.held(ctx, parts, directory.ClassGroup, which)
		}
		groups := only(groupsOf(ctx, parts, which.class), which.group)
		if which.json {
			return a.printGroupsJSON(groups)
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		for g, err := range groups {
			if err != nil {
				return err
			}
			terminal.Printf(table, "%s\t%s\n", g.DisplayName, g.MailNickname)
			terminal.Printf(table, "  owners\t%s\n", listed(g.owners, " "))
			terminal.Printf(table, "  members\t%s\n", listed(g.members, " "))
		}
		return table.Flush()
	})
}

func listed(names []string, between string) string {
	if len(names) == 0 {
		return "(none)"
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = terminal.Text(name)
	}
	return strings.Join(shown, between)
}

// groupsOf yields the group of a class, or all groups for "".
func groupsOf(ctx context.Context, parts *server.Parts, class string) iter.Seq2[classGroup, error] {
	return func(yield func(classGroup, error) bool) {
		for g, err := range groupsNamed(ctx, parts, class) {
			content := classGroup{Group: g}
			if err == nil {
				content.owners, err = names(ctx, parts, g.ID, hosted.Owner)
			}
			if err == nil {
				content.members, err = names(ctx, parts, g.ID, hosted.Member)
			}
			if !yield(content, err) || err != nil {
				return
			}
		}
	}
}

func groupsNamed(ctx context.Context, parts *server.Parts, class string) iter.Seq2[hosted.Group, error] {
	if class == "" {
		return paged(ctx, parts.Directory.ListGroups, func(g hosted.Group) string { return g.ID })
	}
	return func(yield func(hosted.Group, error) bool) {
		g, err := parts.Directory.GroupByAnchor(ctx, hosted.GroupAnchor(class))
		if errors.Is(err, hosted.ErrNotFound) {
			err = usageError(fmt.Errorf("the class %q has no group", class))
		}
		yield(g, err)
	}
}

// names returns the user principal names of who is in a group.
func names(ctx context.Context, parts *server.Parts, groupID string, relation hosted.Relation) ([]string, error) {
	list := []string{}
	users := paged(ctx, func(ctx context.Context, q hosted.Query) ([]hosted.User, error) {
		return parts.Directory.ListMembers(ctx, groupID, relation, q)
	}, userID)
	for u, err := range users {
		if err != nil {
			return nil, err
		}
		list = append(list, u.UserPrincipalName)
	}
	return list, nil
}

func userID(u hosted.User) string { return u.ID }

// paged yields what a listing holds, page by page.
func paged[T any](
	ctx context.Context, list func(context.Context, hosted.Query) ([]T, error), id func(T) string,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		q := hosted.Query{Top: pageSize}
		for {
			page, err := list(ctx, q)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, element := range page {
				if !yield(element, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			q.After = id(page[len(page)-1])
		}
	}
}

func (a *app) printGroupsJSON(groups iter.Seq2[classGroup, error]) error {
	objects, err := graph.NewObjects()
	if err != nil {
		return err
	}
	return printArray(a, groups, func(buf []byte, g classGroup) ([]byte, error) {
		buf = objects.AppendGroup(buf, g.Group)
		people, err := json.Marshal(map[string][]string{"owners": g.owners, "members": g.members}, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		// The object's end gives way to its people.
		return append(append(buf[:len(buf)-1], ','), people[1:]...), nil
	})
}

func (a *app) users(ctx context.Context, which seen) error {
	return a.withInstallation(ctx, func(parts *server.Parts) error {
		if which.target != "" && which.role != "" {
			return usageError(errors.New("--role is for the hosted directory alone"))
		}
		if which.target != "" {
			return a.held(ctx, parts, directory.Account, which)
		}
		users := only(paged(ctx, parts.Directory.ListUsers, userID), which.user)
		if which.json {
			objects, err := graph.NewObjects()
			if err != nil {
				return err
			}
			return printArray(a, users, func(buf []byte, u hosted.User) ([]byte, error) {
				return objects.AppendUser(buf, u), nil
			})
		}
		table := tabwriter.NewWriter(a.out, 0, 0, columnPadding, ' ', 0)
		for u, err := range users {
			if err != nil {
				return err
			}
			terminal.Printf(table, "%s\t%s\t%s\n", u.UserPrincipalName, u.DisplayName, u.Attributes[hosted.AttributePrimaryRole])
		}
		return table.Flush()
	})
}

// printArray prints elements as a JSON array, one a line.
func printArray[T any](a *app, elements iter.Seq2[T, error], encode func([]byte, T) ([]byte, error)) error {
	buf := []byte("[")
	separator, end := "\n", "]\n"
	for element, err := range elements {
		if err != nil {
			return err
		}
		buf = append(buf, separator...)
		separator, end = ",\n", "\n]\n"
		if buf, err = encode(buf, element); err != nil {
			return err
		}
		if _, err := a.out.Write(buf); err != nil {
			return err
		}
		buf = buf[:0]
	}
	_, err := a.out.Write(append(buf, end...))
	return err
}
