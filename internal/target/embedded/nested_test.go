package embedded_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/target/embedded"
)

func groupNames(groups []directory.Group) []string {
	all := []string{}
	for _, group := range groups {
		all = append(all, group.DisplayName)
	}
	return all
}

// secured makes a security group by hand, with members of any kind.
func secured(t *testing.T, target *embedded.Directory, name string, ids ...string) string {
	t.Helper()
	no := "false"
	group := &directory.Group{DisplayName: name, MailNickname: name, Attributes: map[string]string{directory.AttributeUnified: no}}
	effects := []directory.Effect{{Kind: directory.CreateGroup, Group: group}}
	if len(ids) > 0 {
		effects = append(effects, directory.Effect{Kind: directory.ChangeMembers, Add: members(ids...)})
	}
	made, err := target.Change(t.Context(), effects...)
	if err != nil {
		t.Fatal(err)
	}
	return made[0]
}

// Groups in groups are followed both ways, through circles and past those that were
// deleted, and a page at a time.
func TestNestedGroups(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		users := loadUsers(t, target, 1, 3)
		a := secured(t, target, "a", users[0])
		b := secured(t, target, "b", a, users[1])
		c := secured(t, target, "c", b, users[2])
		before, err := target.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := target.Change(t.Context(), directory.Effect{Kind: directory.ChangeMembers, ID: a, Add: members(c)}); err != nil {
			t.Fatal(err)
		}
		if after, err := target.Version(t.Context()); after != before || err != nil {
			t.Errorf("a group in a group is seen by runs: version %s and %s, %v", before, after, err)
		}
		type lister func(q directory.Query) ([]directory.Group, error)
		sub := func(id string, transitively bool) lister {
			return func(q directory.Query) ([]directory.Group, error) {
				return target.ListSubgroups(t.Context(), id, transitively, q)
			}
		}
		super := func(id string, transitively bool) lister {
			return func(q directory.Query) ([]directory.Group, error) {
				return target.ListSupergroups(t.Context(), id, transitively, q)
			}
		}
		of := func(user string) lister {
			return func(q directory.Query) ([]directory.Group, error) {
				return target.ListTransitiveGroupsOf(t.Context(), user, q)
			}
		}
		want := func(name string, list lister, want ...string) {
			t.Helper()
			got := []string{}
			for q := (directory.Query{Top: 1}); ; {
				page, err := list(q)
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, groupNames(page)...); len(page) == 0 {
					break
				}
				q.After = page[0].ID
			}
			if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
		want("in c", sub(c, false), "b")
		want("in c, all", sub(c, true), "a", "b", "c")
		want("around a", super(a, false), "b")
		want("around a, all", super(a, true), "a", "b", "c")
		want("of the first user", of(users[0]), "a", "b", "c")
		if got, err := target.ListTransitiveMembers(t.Context(), b, directory.Query{}); err != nil || len(got) != 3 {
			t.Error(got, err)
		}
		if _, err := target.Change(t.Context(), directory.Effect{Kind: directory.DeleteGroup, ID: a}); err != nil {
			t.Fatal(err)
		}
		want("in c without a", sub(c, true), "b")
		want("around b without a", super(b, true), "c")
		want("of the first user without a", of(users[0]))
		if n, err := target.CountTransitiveMembers(t.Context(), c, nil); n != 2 || err != nil {
			t.Error(n, err)
		}
	})
}

// A change that nests groups is done whole or not at all.
func TestNestingIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		user := loadUsers(t, target, 1, 1)[0]
		inner := secured(t, target, "inner")
		outer := secured(t, target, "outer", inner)
		class := mustApply(t, target, newGroup("class"))[0]
		owner := []directory.Membership{{Relation: directory.Owner, UserID: inner}}
		for name, test := range map[string]struct {
			effect directory.Effect
			want   error
		}{
			"itself":          {directory.Effect{ID: outer, Add: members(user, outer)}, directory.ErrInvalid},
			"in a class":      {directory.Effect{ID: class, Add: members(user, inner)}, directory.ErrInvalid},
			"a class":         {directory.Effect{ID: outer, Add: members(user, class)}, directory.ErrInvalid},
			"as owner":        {directory.Effect{ID: outer, Add: append(members(user), owner...)}, directory.ErrInvalid},
			"twice":           {directory.Effect{ID: outer, Add: members(user, inner)}, &directory.BelongsError{Membership: members(inner)[0]}},
			"not in it":       {directory.Effect{ID: inner, Add: members(user), Remove: members(outer)}, directory.ErrNotFound},
			"in what is gone": {directory.Effect{ID: "nothing", Add: members(inner)}, directory.ErrNotFound},
		} {
			test.effect.Kind = directory.ChangeMembers
			_, err := target.Change(t.Context(), test.effect)
			var belongs *directory.BelongsError
			if !errors.Is(err, test.want) && !(errors.As(test.want, &belongs) && errors.As(err, &belongs)) {
				t.Errorf("%s: %v, want %v", name, err, test.want)
			}
			for _, id := range []string{inner, outer, class} {
				if n, err := target.CountMembers(t.Context(), id, directory.Member, nil); n != 0 || err != nil {
					t.Errorf("%s: %d members, %v", name, n, err)
				}
			}
		}
	})
}
