package graph_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/graph"
)

// fakeDirectory has a few users and two groups, and notes what it was asked.
// What it cannot do itself is done to a directory that is real, and empty.
type fakeDirectory struct {
	graph.Directory
	users  []directory.User
	groups []directory.Group
	asked  directory.Query
}

func newFakeDirectory() *fakeDirectory {
	d := &fakeDirectory{groups: []directory.Group{
		{ID: "g1", DisplayName: "Algebra", MailNickname: "Section_1", HasTeam: true, Attributes: map[string]string{"courseTitle": "Mathematics"}},
		{ID: "g2", DisplayName: "Biology", MailNickname: "Section_2"},
	}}
	for i := range 5 {
		d.users = append(d.users, directory.User{
			ID: fmt.Sprintf("u%d", i), DisplayName: fmt.Sprintf("Person %d", i), UserPrincipalName: fmt.Sprintf("p%d@school.example", i),
			AccountEnabled: true, Attributes: map[string]string{"grade": "07"},
		})
	}
	return d
}

func (d *fakeDirectory) ListUsers(_ context.Context, q directory.Query) ([]directory.User, error) {
	d.asked = q
	var found []directory.User
	for _, u := range d.users {
		if u.ID > q.After && len(found) < q.Top {
			found = append(found, u)
		}
	}
	return found, nil
}

func (d *fakeDirectory) PageUsers(ctx context.Context, q directory.Query) (directory.Page[directory.User], error) {
	q.Top++
	found, err := d.ListUsers(ctx, q)
	return cut(found, q.Top-1, func(u directory.User) string { return u.ID }), err
}

func cut[T any](found []T, top int, id func(T) string) directory.Page[T] {
	if len(found) <= top {
		return directory.Page[T]{Items: found}
	}
	return directory.Page[T]{Items: found[:top], Next: id(found[top-1])}
}

func (d *fakeDirectory) PageGroups(ctx context.Context, q directory.Query) (directory.Page[directory.Group], error) {
	q.Top++
	found, err := d.ListGroups(ctx, q)
	return cut(found, q.Top-1, func(g directory.Group) string { return g.ID }), err
}

func (d *fakeDirectory) CountUsers(_ context.Context, f directory.Filter) (int, error) {
	d.asked.Filter = f
	return len(d.users), nil
}

func (d *fakeDirectory) User(_ context.Context, id string) (directory.User, error) {
	i := slices.IndexFunc(d.users, func(u directory.User) bool { return u.ID == id || strings.EqualFold(u.UserPrincipalName, id) })
	if i < 0 {
		return directory.User{}, fmt.Errorf("user %s: %w", id, directory.ErrNotFound)
	}
	return d.users[i], nil
}

func (d *fakeDirectory) ListGroups(_ context.Context, q directory.Query) ([]directory.Group, error) {
	d.asked = q
	return d.groups[:min(q.Top, len(d.groups))], nil
}

func (d *fakeDirectory) CountGroups(context.Context, directory.Filter) (int, error) {
	return len(d.groups), nil
}

func (d *fakeDirectory) Group(_ context.Context, id string) (directory.Group, error) {
	for _, g := range d.groups {
		if g.ID == id {
			return g, nil
		}
	}
	return directory.Group{}, fmt.Errorf("group %s: %w", id, directory.ErrNotFound)
}

func (d *fakeDirectory) ListMembers(ctx context.Context, group string, r directory.Relation, q directory.Query) ([]directory.User, error) {
	if _, err := d.Group(ctx, group); err != nil {
		return nil, err
	}
	if r == directory.Owner {
		return d.users[:1], nil
	}
	return d.ListUsers(ctx, q)
}

func (d *fakeDirectory) CountMembers(_ context.Context, _ string, r directory.Relation, _ directory.Filter) (int, error) {
	if r == directory.Owner {
		return 1, nil
	}
	return len(d.users), nil
}

// ListSubgroups returns none: the groups here hold no groups.
func (d *fakeDirectory) ListSubgroups(context.Context, string, bool, directory.Query) ([]directory.Group, error) {
	return nil, nil
}
