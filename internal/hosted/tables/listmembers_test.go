package tables_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func groupOf(t *testing.T, target *tables.Directory, name string, users []string) string {
	t.Helper()
	group := mustApply(t, target, newGroup(name))[0]
	mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: members(users...)})
	return group
}

// Pages of members are full, and leave nobody out, also where many of those who
// were in the group are deleted.
func TestMembersOfLargeGroup(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := loadUsers(t, target, 1, 700)
		group := groupOf(t, target, "assembly", ids)
		var gone []hosted.Effect
		want := ids[:50:50]
		for i, id := range ids[50:] {
			if i < 400 || i%3 == 0 {
				gone = append(gone, hosted.Effect{Kind: hosted.DeleteUser, ID: id})
			} else {
				want = append(want, id)
			}
		}
		mustApply(t, target, gone...)
		var got []string
		for q := (hosted.Query{Top: 60}); ; q.After = got[len(got)-1] {
			page, err := target.ListMembers(t.Context(), group, hosted.Member, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, user := range page {
				got = append(got, user.ID)
			}
			if len(page) < 60 {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A page of a large group costs about what one of a small group does. Each object
// that is read costs some allocations.
func TestPageOfMembersCostsWhatItShows(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts what others do too
	target := open(dbtest.SQLite(t))
	ids := loadUsers(t, target, 1, 999)
	cost := func(group string) float64 {
		return testing.AllocsPerRun(5, func() {
			page, err := target.ListMembers(t.Context(), group, hosted.Member, hosted.Query{Top: 100})
			if err != nil || len(page) != 100 {
				t.Fatal(len(page), err)
			}
		})
	}
	small, large := cost(groupOf(t, target, "choir", ids[:100])), cost(groupOf(t, target, "assembly", ids))
	if large > 1.5*small {
		t.Errorf("a page of 100 of 999 members makes %.0f allocations, one of 100 of 100 %.0f", large, small)
	}
}
