package targettest

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollbook/internal/directory"
)

func testCreateAccount(_ *testing.T, b bench) {
	c := account("ana", "givenName", "Ana", "grade", "09")
	out := b.done(c)
	if !out.Made || out.Ref.ID == "" || out.Ref.Anchor != "user_ana" || out.Ref.Kind != directory.Account {
		b.t.Errorf("outcome %+v, want it made, with its ID", out)
	}
	b.same("what was set", c.Set, out.Set)
	b.same("the account", content{directory.Account, "user_ana", map[string]string{
		"userPrincipalName": "ana@school.example", "displayName": "ANA", "externalId": "ana", "givenName": "Ana", "grade": "09",
	}, nil}, b.object(out.Ref.ID))
}

func testCreateGroup(_ *testing.T, b bench) {
	ana, ben := b.done(account("ana")).Ref, b.done(account("ben")).Ref
	c := group("k1", link(directory.Member, ana), link(directory.Member, ben), link(directory.Owner, ben))
	out := b.done(c)
	if !out.Made {
		b.t.Error("the group was not made")
	}
	b.same("links that were made", c.Links, out.Links)
	b.same("the group", content{directory.ClassGroup, "Section_k1", map[string]string{"displayName": "Class k1", "mailNickname": "Section_k1"},
		[]string{"member user_ana", "member user_ben", "owner user_ben"}}, b.object(out.Ref.ID))
	empty := b.done(group("k2"))
	b.same("an empty group", []string(nil), b.object(empty.Ref.ID).Links)
}

func testAwkward(_ *testing.T, b bench) {
	for _, name := range []string{`Zoë, "Z" Ødegård`, `a+b\<c>;#=d`, " leading", "e\u0301 and é", "😀 名", `50 % _ 'x'`} {
		out := b.done(account("n"+name, "displayName", name))
		if got := b.object(out.Ref.ID).Values["displayName"]; got != name {
			b.t.Errorf("displayName %q, want %q", got, name)
		}
		found, err := collect(b.t.Context(), b.target.Find(b.t.Context(), directory.Account,
			[]directory.Key{{Property: directory.UserPrincipalName, Value: "n" + name + "@school.example"}}))
		if err != nil || len(found) != 1 || found[0].Object.Ref.ID != out.Ref.ID {
			b.t.Errorf("%q was found as %+v, %v", name, found, err)
		}
	}
}

func testCreateAgain(_ *testing.T, b bench) {
	ana := b.done(account("ana")).Ref
	c := group("k1", link(directory.Member, ana))
	first := b.done(c)
	second := b.done(c)
	if second.Made || second.Ref.ID != first.Ref.ID {
		b.t.Errorf("the second time: %+v, want the object of the first, not made", second)
	}
	b.same("what the second time changed", []any{directory.Values{}, []directory.LinkChange{}}, []any{second.Set, second.Links})
	if again := b.done(account("ana")); again.Made || again.Ref.ID != ana.ID || len(again.Set) > 0 {
		b.t.Errorf("an account the second time: %+v", again)
	}
}

// Who does not know whether a create was done finds its object, as made.
func testCreateTried(_ *testing.T, b bench) {
	first := b.done(account("ana"))
	c := account("ana")
	c.Tried = time.Unix(1, 0)
	second := b.done(c)
	if !second.Made || second.Ref.ID != first.Ref.ID {
		b.t.Errorf("tried again: %+v, want the object of the first time, as made", second)
	}
	b.same("what was set", first.Set, second.Set)
}

func testCreateLacks(_ *testing.T, b bench) {
	ana, ben := b.done(account("ana")).Ref, b.done(account("ben")).Ref
	first := b.done(group("k1", link(directory.Member, ana)))
	c := group("k1", link(directory.Member, ana), link(directory.Member, ben))
	c.Set = c.Set.With(directory.CourseTitle, "Art")
	second := b.done(c)
	b.same("values that it lacked", set("courseTitle", "Art"), second.Set)
	b.same("links that it lacked", []directory.LinkChange{link(directory.Member, ben)}, second.Links)
	got := b.object(first.Ref.ID)
	b.same("links", []string{"member user_ana", "member user_ben"}, got.Links)
	if got.Values["courseTitle"] != "Art" {
		b.t.Errorf("values %v", got.Values)
	}
}

func testCreateWithID(_ *testing.T, b bench) {
	first := b.done(group("k1"))
	b.byHand(directory.Change{Verb: directory.Delete, Ref: first.Ref})
	c := group("k1")
	c.Ref.ID, c.Tried = first.Ref.ID, time.Unix(1, 0)
	fails[directory.NotFound](b, c)
	if contents, _ := b.all(); len(contents) != 0 {
		b.t.Errorf("there is %v, want nothing", contents)
	}
}

func testCreateInvalid(_ *testing.T, b bench) {
	c := account("ana")
	c.Set = set("displayName", "Nobody")
	fails[directory.Invalid](b, c)
	c = group("k1")
	c.Set = c.Set.With(directory.HasTeam, "perhaps")
	fails[directory.Invalid](b, c)
	if contents, _ := b.all(); len(contents) != 0 {
		b.t.Errorf("there is %v, want nothing", contents)
	}
}

func testNameTaken(_ *testing.T, b bench) {
	first := b.done(account("ana"))
	other := account("other", "userPrincipalName", "ANA@school.example")
	fails[directory.Conflict](b, other)
	ben := b.done(account("ben"))
	fails[directory.Conflict](b, update(ben.Ref, "userPrincipalName", "ana@school.example"))
	fails[directory.Conflict](b, update(ben.Ref, "anchor", "user_ana"))
	b.done(update(first.Ref, "userPrincipalName", "Ana@school.example")) // its own, in another case
	b.done(update(first.Ref, "userPrincipalName", "free@school.example"))
	b.done(account("other", "userPrincipalName", "ana@school.example"))
}

// An initial password is for a new account alone: it is asked for once, and never for an
// account that was there before.
func testInitialPassword(t *testing.T, b bench) {
	if !b.can.Kinds[directory.Account].Passwords {
		t.Skip("it has no passwords")
	}
	asked := 0
	c := account("ana")
	c.Secret = func(context.Context) (string, error) {
		asked++
		return "An initial password 1", nil
	}
	b.done(c)
	b.done(c)
	if asked != 1 {
		t.Errorf("the password was asked for %d times, want once", asked)
	}
	missing := account("ben")
	missing.Secret = func(context.Context) (string, error) { return "", errors.New("it is gone") }
	if out := b.try(missing)[0]; out.State != directory.Failed || out.Made {
		t.Errorf("an account whose password is gone: %+v", out)
	}
	if contents, _ := b.all(); len(contents) != 1 {
		t.Errorf("there is %v, want the first account alone", contents)
	}
}
