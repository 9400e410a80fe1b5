package embedded_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/target/embedded"
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

func (d district) createUsers(yield func(directory.Effect) bool) {
	for i := range d.users {
		sourcedID := fmt.Sprintf("%08x-%05d", d.random.Uint32(), i)
		name := fmt.Sprintf("%x.%x%d", d.random.IntN(3000), d.random.IntN(30000), i)
		user := directory.User{
			Anchor: directory.UserAnchor(sourcedID), UserPrincipalName: name + "@school.example",
			DisplayName: "Vorname " + name, GivenName: "Vorname", Surname: name, Mail: name + "@school.example",
			AccountEnabled: true,
			Attributes:     map[string]string{directory.AttributeExternalID: sourcedID, directory.AttributePrimaryRole: "student"},
		}
		if !yield(directory.Effect{Kind: directory.CreateUser, Anchor: user.Anchor, User: &user}) {
			return
		}
	}
}

func (d district) createGroups(yield func(directory.Effect) bool) {
	for i := range d.groups {
		sourcedID := fmt.Sprintf("%08x-%05d", d.random.Uint32(), i)
		group := directory.Group{
			Anchor: directory.GroupAnchor(sourcedID), DisplayName: fmt.Sprintf("Class %x", d.random.Uint32()),
			MailNickname: "Section_" + sourcedID,
			Attributes:   map[string]string{directory.AttributeCourseTitle: "Mathematics", directory.AttributeCourseCode: "M1"},
		}
		if !yield(directory.Effect{Kind: directory.CreateGroup, Anchor: group.Anchor, Group: &group}) {
			return
		}
	}
}

func (d district) addMembers(users, groups []string) func(yield func(directory.Effect) bool) {
	return func(yield func(directory.Effect) bool) {
		for _, group := range groups {
			school := d.random.IntN(max(1, len(users)-1000))
			effect := directory.Effect{Kind: directory.ChangeMembers, ID: group}
			for i := range d.perGroup {
				membership := directory.Membership{Relation: directory.Member, UserID: users[school+d.random.IntN(1000)]}
				if i == 0 {
					membership.Relation = directory.Owner
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
func apply(b *testing.B, target *embedded.Directory, effects []directory.Effect) (ids []string, perSecond float64) {
	start := time.Now()
	for batch := range slices.Chunk(effects, batchSize) {
		outcomes, err := target.Apply(context.Background(), "batch", batch)
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

func (d district) load(b *testing.B, target *embedded.Directory) (users, groups []string) {
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
	if _, err := target.Apply(ctx, "the load is over", []directory.Effect{newUser("The Last", true)}); err != nil {
		b.Fatal(err)
	}
	name, err := target.User(ctx, users[len(users)/2])
	if err != nil {
		b.Fatal(err)
	}
	middle := directory.Query{After: users[len(users)/2], Top: 100}
	some := directory.Query{Filter: directory.StartsWith{Property: "displayName", Prefix: "Vorname 7f"}, Top: 100}
	mail := directory.Equal{Property: "mail", Value: &name.Mail}
	no := "false"
	listing := func(q directory.Query) func() error {
		q.Top = 100
		return func() error {
			page, err := target.PageUsers(ctx, q)
			q.After = page.Next // and from the beginning again
			return err
		}
	}
	large, err := target.Apply(ctx, "a large group", []directory.Effect{newGroup("assembly")})
	if err != nil {
		b.Fatal(err)
	}
	everyone := directory.Effect{Kind: directory.ChangeMembers, ID: large[0].ID, Add: members(users[:999]...)}
	if _, err := target.Apply(ctx, "its members", []directory.Effect{everyone}); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if _, err := target.ListGroupsOf(ctx, users[7], directory.Member, directory.Query{}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/first-memberOf")
	for what, do := range map[string]func() error{
		"MemberOf": func() error {
			_, err := target.ListGroupsOf(ctx, users[7], directory.Member, directory.Query{})
			return err
		},
		"User by ID":             func() error { _, err := target.User(ctx, users[7]); return err },
		"User by name":           func() error { _, err := target.User(ctx, name.UserPrincipalName); return err },
		"PageUsers 100":          listing(directory.Query{}),
		"PageUsers startsWith v": listing(directory.Query{Filter: directory.StartsWith{Property: "displayName", Prefix: "v"}}),
		"PageUsers surname":      listing(directory.Query{Filter: directory.Equal{Property: "surname", Value: &name.Surname}}),
		"PageUsers three starts": listing(directory.Query{Filter: directory.Or{
			Left: directory.StartsWith{Property: "displayName", Prefix: "7f"}, Right: directory.Or{
				Left:  directory.StartsWith{Property: "surname", Prefix: "7f"},
				Right: directory.StartsWith{Property: "mail", Prefix: "7f"}}}}),
		"PageUsers disabled":          listing(directory.Query{Filter: directory.Equal{Property: "accountEnabled", Value: &no}}),
		"PageUsers not given":         listing(directory.Query{Filter: directory.Not{Inner: directory.Equal{Property: "givenName", Value: &name.GivenName}}}),
		"PageUsers ordered":           listing(directory.Query{OrderBy: "displayName", Descending: true}),
		"PageUsers ordered, filtered": listing(directory.Query{OrderBy: "displayName", Filter: directory.StartsWith{Property: "surname", Prefix: "7"}}),
		"ListUsers 100 in the middle": func() error { _, err := target.ListUsers(ctx, middle); return err },
		"ListUsers 100 startsWith":    func() error { _, err := target.ListUsers(ctx, some); return err },
		"ListUsers by mail":           func() error { _, err := target.ListUsers(ctx, directory.Query{Filter: mail}); return err },
		"CountUsers":                  func() error { _, err := target.CountUsers(ctx, nil); return err },
		"ListGroups 100":              func() error { _, err := target.ListGroups(ctx, directory.Query{Top: 100}); return err },
		"ListMembers 100 of 999": func() error {
			_, err := target.ListMembers(ctx, large[0].ID, directory.Member, directory.Query{Top: 101})
			return err
		},
		"ListMembers": func() error {
			_, err := target.ListMembers(ctx, groups[len(groups)/2], directory.Member, directory.Query{Top: 100})
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
