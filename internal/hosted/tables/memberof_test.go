package tables_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// memberOf returns the mailNicknames of the groups that a user is in, sorted.
func memberOf(t testing.TB, target *tables.Directory, user string) []string {
	t.Helper()
	groups, err := target.ListGroupsOf(t.Context(), user, hosted.Member, hosted.Query{})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, group := range groups {
		all = append(all, group.MailNickname)
	}
	slices.Sort(all)
	return all
}

func members(users ...string) []hosted.Membership {
	var all []hosted.Membership
	for _, user := range users {
		all = append(all, hosted.Membership{Relation: hosted.Member, UserID: user})
	}
	return all
}

func TestMemberOf(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		if _, err := target.ListGroupsOf(t.Context(), "nobody", hosted.Member, hosted.Query{}); !errors.Is(err, hosted.ErrNotFound) {
			t.Error(err)
		}
		var groups []string
		for _, name := range []string{"a", "b", "c"} {
			groups = append(groups, mustApply(t, target, hosted.Effect{
				Kind: hosted.CreateGroup, Anchor: "Section_" + name, Group: &hosted.Group{DisplayName: name, MailNickname: name}})...)
		}
		change := func(group int, add, remove []hosted.Membership) {
			mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: groups[group], Add: add, Remove: remove})
		}
		want := func(user int, want ...string) {
			t.Helper()
			if diff := cmp.Diff(append([]string{}, want...), memberOf(t, target, ids[user])); diff != "" {
				t.Error(diff)
			}
		}
		want(0)
		change(0, members(ids[0], ids[1]), nil)
		change(1, append(members(ids[0]), hosted.Membership{Relation: hosted.Owner, UserID: ids[1]}), nil)
		want(0, "a", "b")
		want(1, "a")
		change(0, nil, members(ids[0]))
		change(2, members(ids[0]), nil)
		want(0, "b", "c")
		mustApply(t, target, hosted.Effect{Kind: hosted.DeleteGroup, ID: groups[1]})
		want(0, "c")
		late := mustApply(t, target, newUser("Late Comer", true))[0]
		change(2, members(late), nil)
		if diff := cmp.Diff([]string{"c"}, memberOf(t, target, late)); diff != "" {
			t.Error(diff)
		}
		if n, err := target.CountGroupsOf(t.Context(), "late.comer@school.example", hosted.Member, hosted.Equal{Property: "displayName", Value: ptr("C")}); n != 1 || err != nil {
			t.Error(n, err)
		}
		if n, err := target.CountGroupsOf(t.Context(), late, hosted.Member, hosted.Equal{Property: "displayName", Value: ptr("x")}); n != 0 || err != nil {
			t.Error(n, err)
		}
	})
}

// Whatever changes, and whoever else changes it, the groups of a user are those
// that have it as member.
func TestMemberOfFollows(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	reader, writer := open(db), open(db)
	ids := people(t, writer)
	var groups []string
	for i := range 6 {
		name := fmt.Sprint(i)
		groups = append(groups, mustApply(t, writer, hosted.Effect{
			Kind: hosted.CreateGroup, Anchor: "Section_" + name, Group: &hosted.Group{MailNickname: name}})...)
	}
	rapid.Check(t, func(rt *rapid.T) {
		var effects []hosted.Effect
		for range rapid.IntRange(1, 5).Draw(rt, "effects") {
			effect := hosted.Effect{Kind: hosted.ChangeMembers, ID: rapid.SampledFrom(groups).Draw(rt, "group")}
			users := rapid.SliceOfDistinct(rapid.SampledFrom(ids), rapid.ID[string]).Draw(rt, "users")
			if rapid.Bool().Draw(rt, "add") {
				effect.Add = members(users...)
			} else {
				effect.Remove = members(users...)
			}
			effects = append(effects, effect)
		}
		mustApply(t, writer, effects...)
		user := rapid.SampledFrom(ids).Draw(rt, "user")
		want := []string{}
		for i, group := range groups {
			in, err := writer.ListMembers(t.Context(), group, hosted.Member, hosted.Query{})
			if err != nil {
				rt.Fatal(err)
			}
			if slices.ContainsFunc(in, func(u hosted.User) bool { return u.ID == user }) {
				want = append(want, fmt.Sprint(i))
			}
		}
		if diff := cmp.Diff(want, memberOf(t, reader, user)); diff != "" {
			rt.Fatal(diff)
		}
	})
}
