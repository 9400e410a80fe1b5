package tables_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func mustApply(t *testing.T, target *tables.Directory, effects ...hosted.Effect) []string {
	t.Helper()
	outcomes, err := target.Apply(t.Context(), effects)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, outcome := range outcomes {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
		ids = append(ids, outcome.ID)
	}
	return ids
}

func newUser(name string, enabled bool) hosted.Effect {
	given, surname, _ := strings.Cut(name, " ")
	user := &hosted.User{
		UserPrincipalName: strings.ReplaceAll(name, " ", ".") + "@School.example",
		DisplayName:       name, GivenName: given, Surname: surname, AccountEnabled: enabled,
	}
	if enabled {
		user.Mail = given + "@mail.example"
	}
	return hosted.Effect{Kind: hosted.CreateUser, Anchor: hosted.UserAnchor(name), User: user}
}

// people makes a small directory and returns the IDs.
func people(t *testing.T, target *tables.Directory) []string {
	t.Helper()
	return mustApply(t, target, newUser("Ána Ünal", true), newUser("Ben O'Neil", true),
		newUser("ÁNABEL Ong", false), newUser("100% Test_er", false), newUser("Zoë \U0010FFFF", true))
}

func names(users []hosted.User) []string {
	var all []string
	for _, user := range users {
		all = append(all, user.GivenName)
	}
	return all
}

func ptr[T any](value T) *T { return &value }

func TestFilter(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		enabled := hosted.Equal{Property: "accountEnabled", Value: ptr("true")}
		ana := hosted.StartsWith{Property: "displayName", Prefix: "ána"}
		for name, test := range map[string]struct {
			filter hosted.Filter
			want   []string
		}{
			"all":               {nil, []string{"Ána", "Ben", "ÁNABEL", "100%", "Zoë"}},
			"equal, no case":    {hosted.Equal{Property: "displayName", Value: ptr("áNA ÜNAL")}, []string{"Ána"}},
			"equal name":        {hosted.Equal{Property: "userPrincipalName", Value: ptr("ben.o'neil@school.EXAMPLE")}, []string{"Ben"}},
			"equal id":          {hosted.Equal{Property: "id", Value: &ids[1]}, []string{"Ben"}},
			"absent":            {hosted.Equal{Property: "mail"}, []string{"ÁNABEL", "100%"}},
			"not absent":        {hosted.Not{Inner: hosted.Equal{Property: "mail"}}, []string{"Ána", "Ben", "Zoë"}},
			"boolean":           {enabled, []string{"Ána", "Ben", "Zoë"}},
			"boolean absent":    {hosted.Equal{Property: "accountEnabled"}, nil},
			"starts":            {ana, []string{"Ána", "ÁNABEL"}},
			"starts with all":   {hosted.StartsWith{Property: "surname"}, []string{"Ána", "Ben", "ÁNABEL", "100%", "Zoë"}},
			"starts, wildcards": {hosted.StartsWith{Property: "givenName", Prefix: "1%"}, nil},
			"starts, underline": {hosted.StartsWith{Property: "surname", Prefix: "test_"}, []string{"100%"}},
			"starts, last rune": {hosted.StartsWith{Property: "surname", Prefix: "\U0010FFFF"}, []string{"Zoë"}},
			"and":               {hosted.And{Left: ana, Right: enabled}, []string{"Ána"}},
			"or not":            {hosted.Or{Left: ana, Right: hosted.Not{Inner: enabled}}, []string{"Ána", "ÁNABEL", "100%"}},
			"in":                {hosted.In{Property: "surname", Values: []string{"ünal", "ONG", "x"}}, []string{"Ána", "ÁNABEL"}},
			"in nothing":        {hosted.In{Property: "surname"}, nil},
			"injection":         {hosted.Equal{Property: "surname", Value: ptr("' OR 1=1 --")}, nil},
		} {
			got, err := target.ListUsers(t.Context(), hosted.Query{Filter: test.filter})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(test.want, names(got)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
			number, err := target.CountUsers(t.Context(), test.filter)
			if err != nil || number != len(test.want) {
				t.Errorf("%s: counted %d, want %d (%v)", name, number, len(test.want), err)
			}
		}
	})
}

func TestFilterRefused(t *testing.T) {
	t.Parallel()
	target := open(dbtest.SQLite(t))
	for _, filter := range []hosted.Filter{
		hosted.Equal{Property: "shoeSize", Value: ptr("43")},
		hosted.Not{Inner: hosted.In{Property: "shoeSize"}},
		hosted.And{Left: hosted.StartsWith{Property: "shoeSize", Prefix: "4"}},
		hosted.Or{Right: hosted.StartsWith{Property: "shoeSize", Prefix: "4"}},
		hosted.StartsWith{Property: "accountEnabled", Prefix: "t"},
		hosted.Equal{Property: "accountEnabled", Value: ptr("perhaps")},
		hosted.In{Property: "accountEnabled", Values: []string{"true", "1"}},
	} {
		_, err := target.ListUsers(t.Context(), hosted.Query{Filter: filter})
		_, countErr := target.CountUsers(t.Context(), filter)
		for _, err := range []error{err, countErr} {
			if !errors.Is(err, hosted.ErrInvalid) {
				t.Errorf("%#v: got %v", filter, err)
			} else if !strings.Contains(err.Error(), "shoeSize") && !strings.Contains(err.Error(), "accountEnabled") {
				t.Errorf("%v does not name the property", err)
			}
		}
	}
	_, err := target.ListGroups(t.Context(), hosted.Query{Filter: hosted.Equal{Property: "mail"}})
	if !errors.Is(err, hosted.ErrInvalid) || !strings.Contains(err.Error(), "displayName, id, mailNickname") {
		t.Errorf("groups have no mail, and what they have is to be said: got %v", err)
	}
}

func TestOne(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		for _, by := range []string{ids[0], "ÁNA.Ünal@school.example"} {
			if user, err := target.User(t.Context(), by); err != nil || user.ID != ids[0] {
				t.Errorf("User(%q): got %v, %v", by, user, err)
			}
		}
		group := mustApply(t, target, newGroup("math"))[0]
		byID, err := target.Group(t.Context(), group)
		if err != nil {
			t.Error(err)
		}
		byAnchor, err := target.GroupByAnchor(t.Context(), "Section_math")
		if diff := cmp.Diff(byID, byAnchor); diff != "" || err != nil || byID.ID != group {
			t.Errorf("%v (-by ID +by anchor)\n%s", err, diff)
		}
		for name, get := range map[string]func(context.Context, string) error{
			"user":   func(ctx context.Context, key string) error { _, err := target.User(ctx, key); return err },
			"group":  func(ctx context.Context, key string) error { _, err := target.Group(ctx, key); return err },
			"anchor": func(ctx context.Context, key string) error { _, err := target.GroupByAnchor(ctx, key); return err },
			"members": func(ctx context.Context, key string) error {
				_, err := target.ListMembers(ctx, key, hosted.Owner, hosted.Query{})
				return err
			},
			"how many": func(ctx context.Context, key string) error {
				_, err := target.CountMembers(ctx, key, hosted.Member, nil)
				return err
			},
		} {
			if err := get(t.Context(), "nobody"); !errors.Is(err, hosted.ErrNotFound) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if _, err := target.CountMembers(t.Context(), group, "guest", nil); !errors.Is(err, hosted.ErrInvalid) {
			t.Errorf("relation: got %v", err)
		}
	})
}

func newGroup(name string) hosted.Effect {
	group := &hosted.Group{DisplayName: "Class " + name, MailNickname: "Section_" + name}
	return hosted.Effect{Kind: hosted.CreateGroup, Anchor: hosted.GroupAnchor(name), Group: group}
}

// TestPages walks through users, groups and members in pages, while what ended
// the page before is deleted.
func TestPages(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		var effects []hosted.Effect
		for i := range 25 {
			effects = append(effects, newUser(fmt.Sprintf("P%d X", i), true), newGroup(fmt.Sprint(i)))
		}
		ids := mustApply(t, target, effects...)
		group := ids[1]
		var add []hosted.Membership
		for i := 0; i < len(ids); i += 2 {
			add = append(add, hosted.Membership{Relation: hosted.Member, UserID: ids[i]})
		}
		mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: add})
		if number, err := target.CountMembers(t.Context(), group, hosted.Member, nil); err != nil || number != 25 {
			t.Errorf("counted %d members (%v)", number, err)
		}
		starts := hosted.StartsWith{Property: "displayName", Prefix: "class"}
		groups := pages(t, 4, func(q hosted.Query) ([]string, error) {
			q.Filter = starts
			found, err := target.ListGroups(t.Context(), q)
			return groupIDs(found), err
		})
		members := pages(t, 4, func(q hosted.Query) ([]string, error) {
			found, err := target.ListMembers(t.Context(), group, hosted.Member, q)
			return userIDs(found), err
		})
		users := pages(t, 4, func(q hosted.Query) ([]string, error) {
			if q.After != "" {
				mustApply(t, target, hosted.Effect{Kind: hosted.DeleteUser, ID: q.After})
			}
			found, err := target.ListUsers(t.Context(), q)
			return userIDs(found), err
		})
		wantUsers, wantGroups := split(ids)
		for name, pair := range map[string][2][]string{
			"groups": {wantGroups, groups}, "members": {wantUsers, members}, "users": {wantUsers, users},
		} {
			if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
		if number, err := target.CountMembers(t.Context(), group, hosted.Member, nil); err != nil || number != 19 {
			t.Errorf("counted %d members after 6 were deleted (%v)", number, err)
		}
	})
}

func split(ids []string) (users, groups []string) {
	for i, id := range ids {
		if i%2 == 0 {
			users = append(users, id)
		} else {
			groups = append(groups, id)
		}
	}
	return users, groups
}

func pages(t *testing.T, top int, page func(hosted.Query) ([]string, error)) (all []string) {
	t.Helper()
	for q := (hosted.Query{Top: top}); ; q.After = all[len(all)-1] {
		ids, err := page(q)
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) > top {
			t.Fatalf("a page of %d, want at most %d", len(ids), top)
		}
		if all = append(all, ids...); len(ids) < top {
			return all
		}
	}
}

func userIDs(users []hosted.User) (ids []string) {
	for _, user := range users {
		ids = append(ids, user.ID)
	}
	return ids
}

func groupIDs(groups []hosted.Group) (ids []string) {
	for _, group := range groups {
		ids = append(ids, group.ID)
	}
	return ids
}

func TestMembersFiltered(t *testing.T) {
	t.Parallel()
	target := open(dbtest.SQLite(t))
	ids := people(t, target)
	group := mustApply(t, target, newGroup("math"))[0]
	var add []hosted.Membership
	for _, id := range slices.Backward(ids) {
		add = append(add, hosted.Membership{Relation: hosted.Owner, UserID: id})
	}
	mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: add})
	filter := hosted.Equal{Property: "accountEnabled", Value: ptr("false")}
	got, err := target.ListMembers(t.Context(), group, hosted.Owner, hosted.Query{Filter: filter})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ÁNABEL", "100%"}, names(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
