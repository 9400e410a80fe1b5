package tables_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
	"rollbook/internal/store/dbtest"
)

// batchSize is how many effects the engine gives to one Apply.
const batchSize = 4000

// district makes the effects of a first load: names come in no order, as they
// do in a school. ROLLBOOK_BENCH_USERS changes its size.
type district struct {
	users, groups int
	perGroup      int
	random        *rand.Rand
}

func benchDistrict() district {
	users := 100_000
	if number, err := strconv.Atoi(os.Getenv("ROLLBOOK_BENCH_USERS")); err == nil {
		users = number
	}
	return district{users: users, groups: users / 5, perGroup: 37, random: rand.New(rand.NewPCG(1, 2))}
}

func (d district) createUsers(yield func(hosted.Effect) bool) {
	for i := range d.users {
		sourcedID := fmt.Sprintf("%08x-%05d", d.random.Uint32(), i)
		name := fmt.Sprintf("%x.%x%d", d.random.IntN(3000), d.random.IntN(30000), i)
		user := hosted.User{
			Anchor: hosted.UserAnchor(sourcedID), UserPrincipalName: name + "@school.example",
			DisplayName: "Vorname " + name, GivenName: "Vorname", Surname: name, Mail: name + "@school.example",
			AccountEnabled: true,
			Attributes:     map[string]string{hosted.AttributeExternalID: sourcedID, hosted.AttributePrimaryRole: "student"},
		}
		if !yield(hosted.Effect{Kind: hosted.CreateUser, Anchor: user.Anchor, User: &user}) {
			return
		}
	}
}

func (d district) createGroups(yield func(hosted.Effect) bool) {
	for i := range d.groups {
		sourcedID := fmt.Sprintf("%08x-%05d", d.random.Uint32(), i)
		group := hosted.Group{
			Anchor: hosted.GroupAnchor(sourcedID), DisplayName: fmt.Sprintf("Class %x", d.random.Uint32()),
			MailNickname: "Section_" + sourcedID,
			Attributes:   map[string]string{hosted.AttributeCourseTitle: "Mathematics", hosted.AttributeCourseCode: "M1"},
		}
		if !yield(hosted.Effect{Kind: hosted.CreateGroup, Anchor: group.Anchor, Group: &group}) {
			return
		}
	}
}

func (d district) addMembers(users, groups []string) func(yield func(hosted.Effect) bool) {
	return func(yield func(hosted.Effect) bool) {
		for _, group := range groups {
			school := d.random.IntN(max(1, len(users)-1000))
			effect := hosted.Effect{Kind: hosted.ChangeMembers, ID: group}
			for i := range d.perGroup {
				membership := hosted.Membership{Relation: hosted.Member, UserID: users[school+d.random.IntN(1000)]}
				if i == 0 {
					membership.Relation = hosted.Owner
				}
				effect.Add = append(effect.Add, membership)
			}
			if !yield(effect) {
				return
			}
		}
	}
}

// apply applies all effects and returns the IDs and the rate.
func apply(b *testing.B, target *tables.Directory, effects []hosted.Effect) (ids []string, perSecond float64) {
	start := time.Now()
	for batch := range slices.Chunk(effects, batchSize) {
		outcomes, err := target.Apply(context.Background(), batch)
		if err != nil {
			b.Fatal(err)
		}
		for _, outcome := range outcomes {
			if outcome.Err != nil {
				b.Fatal(outcome.Err)
			}
			ids = append(ids, outcome.ID)
		}
	}
	return ids, float64(len(effects)) / time.Since(start).Seconds()
}

func (d district) load(b *testing.B, target *tables.Directory) (users, groups []string) {
	var rate float64
	createUsers := slices.Collect(d.createUsers)
	users, rate = apply(b, target, createUsers)
	b.ReportMetric(rate, "users/s")
	groups, rate = apply(b, target, slices.Collect(d.createGroups))
	b.ReportMetric(rate, "groups/s")
	_, rate = apply(b, target, slices.Collect(d.addMembers(users, groups)))
	b.ReportMetric(rate*float64(d.perGroup), "memberships/s")
	return users, groups
}

func BenchmarkApply(b *testing.B) {
	for b.Loop() {
		benchDistrict().load(b, open(dbtest.SQLite(b)))
	}
}

func BenchmarkApplyPostgres(b *testing.B) {
	for b.Loop() {
		benchDistrict().load(b, open(dbtest.Postgres(b)))
	}
}

// BenchmarkList measures the reading side on one directory.
func BenchmarkList(b *testing.B) {
	target := open(dbtest.SQLite(b))
	users, groups := benchDistrict().load(b, target)
	ctx := context.Background()
	if _, err := target.Apply(ctx, []hosted.Effect{newUser("The Last", true)}); err != nil {
		b.Fatal(err)
	}
	name, err := target.User(ctx, users[len(users)/2])
	if err != nil {
		b.Fatal(err)
	}
	middle := hosted.Query{After: users[len(users)/2], Top: 100}
	some := hosted.Query{Filter: hosted.StartsWith{Property: "displayName", Prefix: "Vorname 7f"}, Top: 100}
	mail := hosted.Equal{Property: "mail", Value: &name.Mail}
	no := "false"
	listing := func(q hosted.Query) func() error {
		q.Top = 100
		return func() error {
			page, err := target.PageUsers(ctx, q)
			q.After = page.Next // and from the beginning again
			return err
		}
	}
	large, err := target.Apply(ctx, []hosted.Effect{newGroup("assembly")})
	if err != nil {
		b.Fatal(err)
	}
	everyone := hosted.Effect{Kind: hosted.ChangeMembers, ID: large[0].ID, Add: members(users[:999]...)}
	if _, err := target.Apply(ctx, []hosted.Effect{everyone}); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if _, err := target.ListGroupsOf(ctx, users[7], hosted.Member, hosted.Query{}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/first-memberOf")
	for what, do := range map[string]func() error{
		"MemberOf": func() error {
			_, err := target.ListGroupsOf(ctx, users[7], hosted.Member, hosted.Query{})
			return err
		},
		"User by ID":             func() error { _, err := target.User(ctx, users[7]); return err },
		"User by name":           func() error { _, err := target.User(ctx, name.UserPrincipalName); return err },
		"PageUsers 100":          listing(hosted.Query{}),
		"PageUsers startsWith v": listing(hosted.Query{Filter: hosted.StartsWith{Property: "displayName", Prefix: "v"}}),
		"PageUsers surname":      listing(hosted.Query{Filter: hosted.Equal{Property: "surname", Value: &name.Surname}}),
		"PageUsers three starts": listing(hosted.Query{Filter: hosted.Or{
			Left: hosted.StartsWith{Property: "displayName", Prefix: "7f"}, Right: hosted.Or{
				Left:  hosted.StartsWith{Property: "surname", Prefix: "7f"},
				Right: hosted.StartsWith{Property: "mail", Prefix: "7f"}}}}),
		"PageUsers disabled":          listing(hosted.Query{Filter: hosted.Equal{Property: "accountEnabled", Value: &no}}),
		"PageUsers not given":         listing(hosted.Query{Filter: hosted.Not{Inner: hosted.Equal{Property: "givenName", Value: &name.GivenName}}}),
		"PageUsers ordered":           listing(hosted.Query{OrderBy: "displayName", Descending: true}),
		"PageUsers ordered, filtered": listing(hosted.Query{OrderBy: "displayName", Filter: hosted.StartsWith{Property: "surname", Prefix: "7"}}),
		"ListUsers 100 in the middle": func() error { _, err := target.ListUsers(ctx, middle); return err },
		"ListUsers 100 startsWith":    func() error { _, err := target.ListUsers(ctx, some); return err },
		"ListUsers by mail":           func() error { _, err := target.ListUsers(ctx, hosted.Query{Filter: mail}); return err },
		"CountUsers":                  func() error { _, err := target.CountUsers(ctx, nil); return err },
		"ListGroups 100":              func() error { _, err := target.ListGroups(ctx, hosted.Query{Top: 100}); return err },
		"ListMembers 100 of 999": func() error {
			_, err := target.ListMembers(ctx, large[0].ID, hosted.Member, hosted.Query{Top: 101})
			return err
		},
		"ListMembers": func() error {
			_, err := target.ListMembers(ctx, groups[len(groups)/2], hosted.Member, hosted.Query{Top: 100})
			return err
		},
	} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
