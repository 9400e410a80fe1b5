package tables_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// allPages reads a list to its end and returns the displayNames.
func allPages(ctx context.Context, target *tables.Directory, q hosted.Query, most int) ([]string, error) {
	all := []string{}
	for {
		page, err := target.PageUsersOf(ctx, q, most)
		if err != nil {
			return nil, err
		}
		if len(page.Items) > q.Top {
			return nil, fmt.Errorf("a page has %d users, of at most %d", len(page.Items), q.Top)
		}
		for _, user := range page.Items {
			all = append(all, user.DisplayName)
		}
		if page.Next == "" {
			return all, nil
		}
		q.After = page.Next
	}
}

func drawFilter(t *rapid.T, depth int) hosted.Filter {
	property := rapid.SampledFrom([]string{"displayName", "givenName", "surname", "mail", "userPrincipalName"}).Draw(t, "property")
	value := rapid.SampledFrom([]string{"", "a", "ab", "A", "b", "c d", "ab@school.example", "a b"})
	kind := rapid.IntRange(0, 8).Draw(t, "kind")
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0:
		return hosted.Equal{Property: property, Value: ptr(value.Draw(t, "value"))}
	case 1:
		return hosted.Equal{Property: property}
	case 2:
		return hosted.In{Property: property, Values: rapid.SliceOf(value).Draw(t, "values")}
	case 3:
		return hosted.StartsWith{Property: property, Prefix: value.Draw(t, "value")}
	case 4:
		return hosted.Equal{Property: "accountEnabled", Value: ptr(rapid.SampledFrom([]string{"true", "false"}).Draw(t, "enabled"))}
	case 5, 6:
		return hosted.Or{Left: drawFilter(t, depth-1), Right: drawFilter(t, depth-1)}
	case 7:
		return hosted.And{Left: drawFilter(t, depth-1), Right: drawFilter(t, depth-1)}
	}
	return hosted.Not{Inner: drawFilter(t, depth-1)}
}

// However a list is filtered, ordered and cut into pages, it has each user once
// for whom the condition holds, and in the order that was asked for.
func TestPagesHaveEachOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		var effects []hosted.Effect
		for i := range 60 {
			names := []string{"a", "A", "ab", "B", "c", ""}
			given, surname := names[i%6], names[i/6%6]
			user := hosted.User{DisplayName: fmt.Sprintf("%s %s", given, surname), GivenName: given, Surname: surname,
				UserPrincipalName: fmt.Sprintf("%s%d@school.example", given, i), AccountEnabled: i%7 > 0}
			if i%3 == 0 {
				user.Mail = user.UserPrincipalName
			}
			effects = append(effects, hosted.Effect{Kind: hosted.CreateUser, Anchor: fmt.Sprint("user_", i), User: &user})
		}
		mustApply(t, target, effects...)
		rapid.Check(t, func(rt *rapid.T) {
			q := hosted.Query{Top: rapid.SampledFrom([]int{1, 3, 7, 100}).Draw(rt, "top")}
			if rapid.IntRange(0, 5).Draw(rt, "filtered") > 0 {
				q.Filter = drawFilter(rt, 3)
			}
			q.OrderBy = rapid.SampledFrom([]string{"", "displayName", "surname", "userPrincipalName"}).Draw(rt, "order")
			q.Descending = q.OrderBy != "" && rapid.Bool().Draw(rt, "descending")
			listed, err := target.ListUsers(t.Context(), hosted.Query{Filter: q.Filter})
			if err != nil {
				rt.Fatal(err)
			}
			holds := func(hosted.User) bool { return true }
			if rapid.Bool().Draw(rt, "tested") {
				wanted := rapid.SampledFrom([]string{"a", "0", "nobody"}).Draw(rt, "of the name")
				holds = func(user hosted.User) bool {
					return strings.Contains(strings.ToLower(user.UserPrincipalName), wanted)
				}
				test := hosted.Test{Holds: func(object any) bool { return holds(object.(hosted.User)) }}
				if q.Filter == nil {
					q.Filter = test
				} else {
					q.Filter = hosted.And{Left: q.Filter, Right: test}
				}
			}
			want := []string{}
			for _, user := range listed {
				if holds(user) {
					want = append(want, user.DisplayName)
				}
			}
			if number, err := target.CountUsers(t.Context(), q.Filter); err != nil || number != len(want) {
				rt.Fatalf("counted %d, %v, want %d", number, err, len(want))
			}
			got, err := allPages(t.Context(), target, q, rapid.SampledFrom([]int{1, 5, 1000}).Draw(rt, "most"))
			if err != nil {
				rt.Fatal(err)
			}
			if q.OrderBy == "displayName" {
				order := func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }
				if q.Descending {
					order = func(a, b string) int { return cmp.Compare(strings.ToLower(b), strings.ToLower(a)) }
				}
				if !slices.IsSortedFunc(got, order) {
					rt.Fatalf("not in order: %q", got)
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := gocmp.Diff(want, got); diff != "" {
				rt.Fatal(diff)
			}
		})
	})
}

func TestPagesRefuse(t *testing.T) {
	t.Parallel()
	target := open(dbtest.SQLite(t))
	people(t, target)
	for _, q := range []hosted.Query{
		{OrderBy: "shoeSize"}, {OrderBy: "accountEnabled"}, {After: "x"}, {After: "eyJsIjotMX0"}, {After: "eyJrIjoiXHUwMDAwIiwibiI6MX0", OrderBy: "displayName"},
		{Filter: hosted.Equal{Property: "shoeSize", Value: ptr("43")}},
	} {
		if _, err := target.PageUsers(t.Context(), q); !errors.Is(err, hosted.ErrInvalid) {
			t.Errorf("%v: %v", q, err)
		}
	}
}
