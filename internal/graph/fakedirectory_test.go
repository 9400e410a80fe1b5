package graph_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/graph"
	"rollbook/internal/hosted"
)

// fakeDirectory has a few users and two groups, and notes what it was asked.
// What it cannot do itself is done to a directory that is real, and empty.
type fakeDirectory struct {
	graph.Directory
	users  []hosted.User
	groups []hosted.Group
	asked  hosted.Query
}

func newFakeDirectory() *fakeDirectory {
	d := &fakeDirectory{groups: []hosted.Group{
		{ID: "g1", DisplayName: "Algebra", MailNickname: "Section_1", HasTeam: true, Attributes: map[string]string{"courseTitle": "Mathematics"}},
		{ID: "g2", DisplayName: "Biology", MailNickname: "Section_2"},
	}}
	for i := range 5 {
		d.users = append(d.users, hosted.User{
			ID: fmt.Sprintf("u%d", i), DisplayName: fmt.Sprintf("Person %d", i), UserPrincipalName: fmt.Sprintf("p%d@school.example", i),
			AccountEnabled: true, Attributes: map[string]string{"grade": "07"},
		})
	}
	return d
}

func (d *fakeDirectory) ListUsers(_ context.Context, q hosted.Query) ([]hosted.User, error) {
	d.asked = q
	var found []hosted.User
	for _, u := range d.users {
		if u.ID > q.After && len(found) < q.Top {
			found = append(found, u)
		}
	}
	return found, nil
}

func (d *fakeDirectory) PageUsers(ctx context.Context, q hosted.Query) (hosted.Page[hosted.User], error) {
	q.Top++
	found, err := d.ListUsers(ctx, q)
	return cut(found, q.Top-1, func(u hosted.User) string { return u.ID }), err
}

func cut[T any](found []T, top int, id func(T) string) hosted.Page[T] {
	if len(found) <= top {
		return hosted.Page[T]{Items: found}
	}
	return hosted.Page[T]{Items: found[:top], Next: id(found[top-1])}
}

func (d *fakeDirectory) PageGroups(ctx context.Context, q hosted.Query) (hosted.Page[hosted.Group], error) {
	q.Top++
	found, err := d.ListGroups(ctx, q)
	return cut(found, q.Top-1, func(g hosted.Group) string { return g.ID }), err
}

func (d *fakeDirectory) CountUsers(_ context.Context, f hosted.Filter) (int, error) {
	d.asked.Filter = f
	return len(d.users), nil
}

func (d *fakeDirectory) User(_ context.Context, id string) (hosted.User, error) {
	i := slices.IndexFunc(d.users, func(u hosted.User) bool { return u.ID == id || strings.EqualFold(u.UserPrincipalName, id) })
	if i < 0 {
		return hosted.User{}, fmt.Errorf("user %s: %w", id, hosted.ErrNotFound)
	}
	return d.users[i], nil
}

func (d *fakeDirectory) ListGroups(_ context.Context, q hosted.Query) ([]hosted.Group, error) {
	d.asked = q
	return d.groups[:min(q.Top, len(d.groups))], nil
}

func (d *fakeDirectory) CountGroups(context.Context, hosted.Filter) (int, error) {
	return len(d.groups), nil
}

func (d *fakeDirectory) Group(_ context.Context, id string) (hosted.Group, error) {
	for _, g := range d.groups {
		if g.ID == id {
			return g, nil
		}
	}
	return hosted.Group{}, fmt.Errorf("group %s: %w", id, hosted.ErrNotFound)
}

func (d *fakeDirectory) ListMembers(ctx context.Context, group string, r hosted.Relation, q hosted.Query) ([]hosted.User, error) {
	if _, err := d.Group(ctx, group); err != nil {
		return nil, err
	}
	if r == hosted.Owner {
		return d.users[:1], nil
	}
	return d.ListUsers(ctx, q)
}

func (d *fakeDirectory) CountMembers(_ context.Context, _ string, r hosted.Relation, _ hosted.Filter) (int, error) {
	if r == hosted.Owner {
		return 1, nil
	}
	return len(d.users), nil
}

// ListSubgroups returns none: the groups here hold no groups.
func (d *fakeDirectory) ListSubgroups(context.Context, string, bool, hosted.Query) ([]hosted.Group, error) {
	return nil, nil
}
