package tables_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func groupNames(groups []hosted.Group) []string {
	all := []string{}
	for _, group := range groups {
		all = append(all, group.DisplayName)
	}
	return all
}

// secured makes a security group by hand, with members of any kind.
func secured(t *testing.T, target *tables.Directory, name string, ids ...string) string {
	t.Helper()
	no := "false"
	group := &hosted.Group{DisplayName: name, MailNickname: name, Attributes: map[string]string{hosted.AttributeUnified: no}}
	effects := []hosted.Effect{{Kind: hosted.CreateGroup, Group: group}}
	if len(ids) > 0 {
		effects = append(effects, hosted.Effect{Kind: hosted.ChangeMembers, Add: members(ids...)})
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
		if _, err := target.Change(t.Context(), hosted.Effect{Kind: hosted.ChangeMembers, ID: a, Add: members(c)}); err != nil {
			t.Fatal(err)
		}
		if after, err := target.Version(t.Context()); after != before || err != nil {
			t.Errorf("a group in a group is seen by runs: version %s and %s, %v", before, after, err)
		}
		type lister func(q hosted.Query) ([]hosted.Group, error)
		sub := func(id string, transitively bool) lister {
			return func(q hosted.Query) ([]hosted.Group, error) {
				return target.ListSubgroups(t.Context(), id, transitively, q)
			}
		}
		super := func(id string, transitively bool) lister {
			return func(q hosted.Query) ([]hosted.Group, error) {
				return target.ListSupergroups(t.Context(), id, transitively, q)
			}
		}
		of := func(user string) lister {
			return func(q hosted.Query) ([]hosted.Group, error) {
				return target.ListTransitiveGroupsOf(t.Context(), user, q)
			}
		}
		want := func(name string, list lister, want ...string) {
			t.Helper()
			got := []string{}
			for q := (hosted.Query{Top: 1}); ; {
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
		if got, err := target.ListTransitiveMembers(t.Context(), b, hosted.Query{}); err != nil || len(got) != 3 {
			t.Error(got, err)
		}
		if _, err := target.Change(t.Context(), hosted.Effect{Kind: hosted.DeleteGroup, ID: a}); err != nil {
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
		owner := []hosted.Membership{{Relation: hosted.Owner, UserID: inner}}
		for name, test := range map[string]struct {
			effect hosted.Effect
			want   error
		}{
			"itself":          {hosted.Effect{ID: outer, Add: members(user, outer)}, hosted.ErrInvalid},
			"in a class":      {hosted.Effect{ID: class, Add: members(user, inner)}, hosted.ErrInvalid},
			"a class":         {hosted.Effect{ID: outer, Add: members(user, class)}, hosted.ErrInvalid},
			"as owner":        {hosted.Effect{ID: outer, Add: append(members(user), owner...)}, hosted.ErrInvalid},
			"twice":           {hosted.Effect{ID: outer, Add: members(user, inner)}, &hosted.BelongsError{Membership: members(inner)[0]}},
			"not in it":       {hosted.Effect{ID: inner, Add: members(user), Remove: members(outer)}, hosted.ErrNotFound},
			"in what is gone": {hosted.Effect{ID: "nothing", Add: members(inner)}, hosted.ErrNotFound},
		} {
			test.effect.Kind = hosted.ChangeMembers
			_, err := target.Change(t.Context(), test.effect)
			var belongs *hosted.BelongsError
			if !errors.Is(err, test.want) && !(errors.As(test.want, &belongs) && errors.As(err, &belongs)) {
				t.Errorf("%s: %v, want %v", name, err, test.want)
			}
			for _, id := range []string{inner, outer, class} {
				if n, err := target.CountMembers(t.Context(), id, hosted.Member, nil); n != 0 || err != nil {
					t.Errorf("%s: %d members, %v", name, n, err)
				}
			}
		}
	})
}
