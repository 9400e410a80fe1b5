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

func called(name string) hosted.Filter {
	return hosted.Test{Holds: func(object any) bool { return object.(hosted.User).GivenName == name }}
}

// A page is not empty as long as something is found among the objects that are
// looked at for one answer; then an empty page goes on.
func TestEmptyPages(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		loadUsers(t, target, 1, 999)
		for name, q := range map[string]hosted.Query{
			"in any order": {Top: 10, Filter: called("L800")},
			"sorted":       {Top: 10, Filter: called("L800"), OrderBy: "userPrincipalName"},
		} {
			page, err := target.PageUsersOf(t.Context(), q, 17)
			if diff := cmp.Diff([]string{"L800"}, names(page.Items)); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
			}
			page, err = target.PageUsersOf(t.Context(), q, 800/tables.MaxTries/2)
			if err != nil || len(page.Items) != 0 || page.Next == "" {
				t.Errorf("%s: a page has %v, Next %q, %v", name, names(page.Items), page.Next, err)
			}
			got, err := allPages(t.Context(), target, q, 800/tables.MaxTries/2)
			if diff := cmp.Diff([]string{"L800 X"}, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
			}
		}
	})
}

// What has to look at all objects looks at so many and no more.
func TestTooManyToTest(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		loadUsers(t, target, 1, 50)
		if n, err := target.CountUsersTesting(t.Context(), called("L7"), 50); n != 1 || err != nil {
			t.Error(n, err)
		}
		if _, err := target.CountUsersTesting(t.Context(), called("L7"), 49); !errors.Is(err, hosted.ErrTooMany) || !errors.Is(err, hosted.ErrInvalid) {
			t.Error(err)
		}
		few := hosted.And{Left: hosted.StartsWith{Property: "givenName", Prefix: "l7"}, Right: called("L7")}
		if n, err := target.CountUsersTesting(t.Context(), few, 1); n != 1 || err != nil {
			t.Error(n, err)
		}
		if found, err := target.ListUsersTesting(t.Context(), hosted.Query{Filter: called("L7")}, 50); len(found) != 1 || err != nil {
			t.Error(found, err)
		}
		if _, err := target.ListUsersTesting(t.Context(), hosted.Query{Filter: called("L7")}, 49); !errors.Is(err, hosted.ErrTooMany) {
			t.Error(err)
		}
		if found, err := target.ListUsersTesting(t.Context(), hosted.Query{Filter: called("L7"), Top: 1}, 8); len(found) != 1 || err != nil {
			t.Error(found, err)
		}
	})
}
