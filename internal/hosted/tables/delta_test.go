package tables_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

type fataler interface{ Fatal(args ...any) }

// replica is a copy of the groups of a directory, kept by what changed.
type replica struct {
	top    int
	token  string
	groups map[string]map[string]bool // members, by mailNickname
	names  map[string]string          // mailNicknames, by ID
}

func (r *replica) sync(ctx context.Context, t fataler, target *tables.Directory) (pages int) {
	for token := r.token; ; {
		page, err := target.DeltaGroups(ctx, hosted.DeltaQuery{Token: token, Top: r.top, Members: true})
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, id := range page.Deleted {
			delete(r.groups, r.names[id])
		}
		for _, change := range page.Changed {
			r.names[change.ID] = change.MailNickname
			if r.groups[change.MailNickname] == nil {
				r.groups[change.MailNickname] = map[string]bool{}
			}
			for _, id := range change.Came {
				r.groups[change.MailNickname][id] = true
			}
			for _, id := range change.Went {
				delete(r.groups[change.MailNickname], id)
			}
		}
		if page.Done != "" {
			r.token = page.Done
			return pages
		}
		token = page.Next
	}
}

func newReplica(top int) *replica {
	return &replica{top: top, groups: map[string]map[string]bool{}, names: map[string]string{}}
}

func groupsWithin(ctx context.Context, t fataler, target *tables.Directory) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for content, err := range target.Groups(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		all[content.MailNickname] = map[string]bool{}
		for _, m := range content.Memberships {
			if m.Relation == hosted.Member {
				all[content.MailNickname][m.UserID] = true
			}
		}
	}
	return all
}

// Whoever follows the changes has what the directory has.
func TestDeltaFollows(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		copies := []*replica{newReplica(1), newReplica(100)}
		number := 0
		var groups []string
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 3).Draw(rt, "batches") {
				var effects []hosted.Effect
				for range rapid.IntRange(1, 4).Draw(rt, "effects") {
					if len(groups) < 3 || rapid.IntRange(0, 9).Draw(rt, "create") == 0 {
						number++
						name := fmt.Sprint(number)
						effects = append(effects, hosted.Effect{Kind: hosted.CreateGroup, Anchor: "Section_" + name, Group: &hosted.Group{MailNickname: name}})
						break
					}
					at := rapid.IntRange(max(0, len(groups)-4), len(groups)-1).Draw(rt, "group")
					users := rapid.SliceOfDistinct(rapid.SampledFrom(ids), rapid.ID[string]).Draw(rt, "users")
					switch rapid.IntRange(0, 10).Draw(rt, "kind") {
					case 0:
						effects = append(effects, hosted.Effect{Kind: hosted.DeleteGroup, ID: groups[at]})
					case 10:
						number++
						gone := rapid.IntRange(0, len(ids)-1).Draw(rt, "gone")
						effects = append(effects, hosted.Effect{Kind: hosted.DeleteUser, ID: ids[gone]})
						ids[gone] = mustApply(t, target, newUser(fmt.Sprint("Newcomer ", number), true))[0]
					case 1, 2, 3:
						effects = append(effects, hosted.Effect{Kind: hosted.ChangeMembers, ID: groups[at], Remove: members(users...)})
					default:
						effects = append(effects, hosted.Effect{Kind: hosted.ChangeMembers, ID: groups[at], Add: members(users...)})
					}
				}
				outcomes, err := target.Apply(t.Context(), effects)
				if err != nil {
					rt.Fatal(err)
				}
				for i, effect := range effects {
					if effect.Kind == hosted.CreateGroup {
						groups = append(groups, outcomes[i].ID)
					}
				}
			}
			want := groupsWithin(t.Context(), rt, target)
			for _, one := range copies {
				if one.top == 100 && rapid.Bool().Draw(rt, "sleeps") {
					continue
				}
				one.sync(t.Context(), rt, target)
				if diff := cmp.Diff(want, one.groups); diff != "" {
					rt.Fatalf("pages of %d (-want +got)\n%s", one.top, diff)
				}
			}
		})
	})
}

// The members of a large group come on several pages, each once.
func TestDeltaOfLargeGroup(t *testing.T) {
	t.Parallel()
	target := open(dbtest.SQLite(t))
	ids := loadUsers(t, target, 1, 12_000)
	before := newReplica(10)
	before.sync(t.Context(), t, target)
	for _, name := range []string{"math", "choir"} {
		group := mustApply(t, target, newGroup(name))[0]
		mustApply(t, target, hosted.Effect{Kind: hosted.ChangeMembers, ID: group, Add: members(ids...)})
	}
	for _, one := range []*replica{before, newReplica(10)} {
		if pages := one.sync(t.Context(), t, target); pages < 5 {
			t.Errorf("24,000 members came on %d pages", pages)
		}
		if diff := cmp.Diff(groupsWithin(t.Context(), t, target), one.groups); diff != "" {
			t.Error(diff)
		}
	}
}

// What is too old to be told is forgotten, and said to be.
func TestDeltaIsForgotten(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	target := tables.New(db, func() time.Time { return now }, func() string { return uuid.Must(uuid.NewV7()).String() })
	mustApply(t, target, newUser("Ada Byron", true))
	start, err := target.DeltaUsers(t.Context(), hosted.DeltaQuery{})
	if err != nil || len(start.Changed) != 1 {
		t.Fatal(start, err)
	}
	mustApply(t, target, newUser("Ben O'Neil", true))
	now = now.AddDate(0, 0, 29)
	mustApply(t, target, newUser("Zoë Zola", true))
	if page, err := target.DeltaUsers(t.Context(), hosted.DeltaQuery{Token: start.Done}); err != nil || len(page.Changed) != 2 {
		t.Error(page, err)
	}
	now = now.AddDate(0, 0, 2)
	mustApply(t, target, newUser("Last One", true))
	if _, err := target.DeltaUsers(t.Context(), hosted.DeltaQuery{Token: start.Done}); !errors.Is(err, hosted.ErrForgotten) {
		t.Error(err)
	}
}
