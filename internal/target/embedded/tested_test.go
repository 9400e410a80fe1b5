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

func called(name string) directory.Filter {
	return directory.Test{Holds: func(object any) bool { return object.(directory.User).GivenName == name }}
}

// A page is not empty as long as something is found among the objects that are
// looked at for one answer; then an empty page goes on.
func TestEmptyPages(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		loadUsers(t, target, 1, 999)
		for name, q := range map[string]directory.Query{
			"in any order": {Top: 10, Filter: called("L800")},
			"sorted":       {Top: 10, Filter: called("L800"), OrderBy: "userPrincipalName"},
		} {
			page, err := target.PageUsersOf(t.Context(), q, 17)
			if diff := cmp.Diff([]string{"L800"}, names(page.Items)); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
			}
			page, err = target.PageUsersOf(t.Context(), q, 800/embedded.MaxTries/2)
			if err != nil || len(page.Items) != 0 || page.Next == "" {
				t.Errorf("%s: a page has %v, Next %q, %v", name, names(page.Items), page.Next, err)
			}
			got, err := allPages(t.Context(), target, q, 800/embedded.MaxTries/2)
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
		if _, err := target.CountUsersTesting(t.Context(), called("L7"), 49); !errors.Is(err, directory.ErrTooMany) || !errors.Is(err, directory.ErrInvalid) {
			t.Error(err)
		}
		few := directory.And{Left: directory.StartsWith{Property: "givenName", Prefix: "l7"}, Right: called("L7")}
		if n, err := target.CountUsersTesting(t.Context(), few, 1); n != 1 || err != nil {
			t.Error(n, err)
		}
		if found, err := target.ListUsersTesting(t.Context(), directory.Query{Filter: called("L7")}, 50); len(found) != 1 || err != nil {
			t.Error(found, err)
		}
		if _, err := target.ListUsersTesting(t.Context(), directory.Query{Filter: called("L7")}, 49); !errors.Is(err, directory.ErrTooMany) {
			t.Error(err)
		}
		if found, err := target.ListUsersTesting(t.Context(), directory.Query{Filter: called("L7"), Top: 1}, 8); len(found) != 1 || err != nil {
			t.Error(found, err)
		}
	})
}
