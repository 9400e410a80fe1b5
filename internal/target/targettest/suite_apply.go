package targettest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"rollbook/internal/directory"
)

func testBatchAgain(_ *testing.T, b bench) {
	ana, group := b.createUser("ana"), b.createGroup("math")
	_, ben := person("ben")
	_, art := class("art")
	batch := []directory.Effect{
		ben, art,
		updateUser(ana, map[string]*string{directory.PropertyDisplayName: ptr("Anna")}),
		updateGroup(group, map[string]*string{directory.AttributeClassCode: nil}),
		change(group, in(member(ana)), nil),
	}
	first := b.apply(batch...)
	users, groups := b.users(), b.groups()
	b.changes(false, func() { b.same(first, b.apply(batch...)) })
	b.same(users, b.users())
	b.same(groups, b.groups())
}

func testOrder(_ *testing.T, b bench) {
	ana, ben, group := b.createUser("ana"), b.createUser("ben"), b.createGroup("math")
	rename := func(user directory.User, name string) directory.Effect {
		return updateUser(user, map[string]*string{directory.PropertyUserPrincipalName: ptr(name + "@school.example")})
	}
	b.apply(rename(ana, "spare"), rename(ben, "ana"), rename(ana, "ben"),
		change(group, in(member(ana)), nil), change(group, in(member(ben)), in(member(ana))))
	ana.UserPrincipalName, ben.UserPrincipalName = ben.UserPrincipalName, ana.UserPrincipalName
	b.same(sorted(ana, ben), b.users())
	b.within(member(ben))
	_, again := person("ana")
	again.User.UserPrincipalName = "new@school.example"
	removed := directory.Effect{Kind: directory.DeleteUser, Anchor: ana.Anchor, ID: ana.ID}
	created := b.apply(removed, again)[1]
	if created == ana.ID {
		b.t.Error("what was deleted before it was created again has kept its ID")
	}
}

func testFailuresAreApart(_ *testing.T, b bench) {
	ana := b.createUser("ana")
	_, taken := person("taken")
	taken.User.UserPrincipalName = ana.UserPrincipalName
	_, nameless := person("nameless")
	nameless.User.UserPrincipalName = ""
	_, good := person("good")
	outcomes := b.outcomes(taken, nameless, updateUser(directory.User{ID: absent}, nil), good)
	for i, want := range []error{directory.ErrConflict, directory.ErrInvalid, directory.ErrNotFound, nil} {
		if !errors.Is(outcomes[i].Err, want) {
			b.t.Errorf("effect %d: got %v, want %v", i, outcomes[i].Err, want)
		}
	}
	if len(b.users()) != 2 {
		b.t.Errorf("got %d users, want ana and good", len(b.users()))
	}
}

func testApplyNothing(_ *testing.T, b bench) {
	b.changes(false, func() { b.apply() })
}

func testVersion(_ *testing.T, b bench) {
	b.createUser("ana")
	b.changes(false, func() {
		b.users()
		b.groups()
		b.find(directory.PropertyMail, "x@school.example")
	})
}

func testContextDone(t *testing.T, b bench) {
	user := b.createUser("ana")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, effect := person("ben")
	if _, err := b.target.Apply(ctx, "late", []directory.Effect{effect}); !errors.Is(err, context.Canceled) {
		t.Errorf("Apply: got %v", err)
	}
	if _, err := b.target.Version(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Version: got %v", err)
	}
	if _, err := allUsers(ctx, b.target); !errors.Is(err, context.Canceled) {
		t.Errorf("Users: got %v", err)
	}
	if _, err := allGroups(ctx, b.target); !errors.Is(err, context.Canceled) {
		t.Errorf("Groups: got %v", err)
	}
	if _, err := b.target.FindUsers(ctx, directory.PropertyMail, []string{"x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("FindUsers: got %v", err)
	}
	b.same([]directory.User{user}, b.users())
}

func testConcurrent(t *testing.T, b bench) {
	group := b.createGroup("math")
	const writers, each = 4, 5
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				if err := addNew(t.Context(), b.target, group, fmt.Sprintf("w%d-%d", w, i)); err != nil {
					t.Error(err)
				}
				if _, err := allGroups(t.Context(), b.target); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if got := len(b.groups()[0].Memberships); got != writers*each {
		t.Errorf("got %d members, want %d", got, writers*each)
	}
}

func addNew(ctx context.Context, target directory.Target, group directory.GroupContent, name string) error {
	_, effect := person(name)
	created, err := target.Apply(ctx, "create "+name, []directory.Effect{effect})
	if err != nil {
		return err
	}
	user := directory.User{ID: created[0].ID}
	added, err := target.Apply(ctx, "add "+name, []directory.Effect{change(group, in(member(user)), nil)})
	if err != nil {
		return err
	}
	return errors.Join(created[0].Err, added[0].Err)
}
