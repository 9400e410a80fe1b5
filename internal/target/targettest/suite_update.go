package targettest

import (
	"testing"

	"rollbook/internal/directory"
)

func testUpdate(_ *testing.T, b bench) {
	ana := b.done(account("ana", "givenName", "Ana", "grade", "09")).Ref
	out := b.done(update(ana, "givenName", "Anna", "displayName", "ANA", "grade", "", "surname", "Lee"))
	b.same("what was set", set("givenName", "Anna", "grade", "", "surname", "Lee"), out.Set)
	b.same("what it was", set("givenName", "Ana", "grade", "09", "surname", ""), out.Was)
	if out.Made || out.Ref.ID != ana.ID {
		b.t.Errorf("outcome %+v", out)
	}
	b.same("the account", map[string]string{
		"userPrincipalName": "ana@school.example", "displayName": "ANA", "externalId": "ana", "givenName": "Anna", "surname": "Lee",
	}, b.object(ana.ID).Values)
	out = b.done(update(ana, "givenName", "Anna", "grade", ""))
	b.same("what was set the second time", directory.Values{}, out.Set)
	k1 := b.done(group("k1")).Ref
	out = b.done(update(k1, "hasTeam", "true"))
	b.same("a truth value", [2]directory.Values{set("hasTeam", "true"), set("hasTeam", "false")}, [2]directory.Values{out.Set, out.Was})
}

// An account that somebody made by hand becomes ours by its anchor.
func testAdopt(_ *testing.T, b bench) {
	c := account("hand")
	c.Ref.Anchor, c.Set = "", set("userPrincipalName", "hand@school.example", "displayName", "By hand")
	b.byHand(c)
	found, err := collect(b.t.Context(), b.target.Find(b.t.Context(), directory.Account, []directory.Key{{Property: directory.UserPrincipalName, Value: "hand@school.example"}}))
	if err != nil || len(found) != 1 || found[0].Object.Ref.Anchor != "" {
		b.t.Fatalf("found %+v, %v", found, err)
	}
	fails[directory.Conflict](b, account("hand"))
	b.done(update(found[0].Object.Ref, "anchor", "user_hand"))
	if got := b.object(found[0].Object.Ref.ID); got.Anchor != "user_hand" || got.Values["displayName"] != "By hand" {
		b.t.Errorf("the account is %+v", got)
	}
	if again := b.done(account("hand")); again.Made || again.Ref.ID != found[0].Object.Ref.ID {
		b.t.Errorf("created with its anchor: %+v", again)
	}
}

const absent = "00000000-0000-7000-8000-00000000dead"

func testUpdateMissing(_ *testing.T, b bench) {
	for _, kind := range directory.Kinds() {
		fails[directory.NotFound](b, update(directory.Ref{Kind: kind, ID: absent}, "displayName", "X"))
	}
	fails[directory.NotFound](b, relink(directory.Ref{Kind: directory.ClassGroup, ID: absent}, link(directory.Member, b.done(account("ana")).Ref)))
}

func testUpdateInvalid(_ *testing.T, b bench) {
	ana := b.done(account("ana")).Ref
	fails[directory.Invalid](b, update(ana, "userPrincipalName", ""))
	fails[directory.Invalid](b, update(ana, "accountEnabled", "perhaps"))
	if got := b.object(ana.ID).Values["userPrincipalName"]; got != "ana@school.example" {
		b.t.Errorf("userPrincipalName %q after what is invalid", got)
	}
}

func testLinks(_ *testing.T, b bench) {
	ana, ben := b.done(account("ana")).Ref, b.done(account("ben")).Ref
	k1 := b.done(group("k1", link(directory.Member, ana))).Ref
	c := relink(k1, link(directory.Member, ben), link(directory.Owner, ana), unlink(directory.Member, ana))
	b.same("links that changed", c.Links, b.done(c).Links)
	b.same("links", []string{"member user_ben", "owner user_ana"}, b.object(k1.ID).Links)
	both := update(k1, "displayName", "New")
	both.Links = []directory.LinkChange{unlink(directory.Member, ben), unlink(directory.Owner, ana)}
	b.done(both)
	got := b.object(k1.ID)
	b.same("the last ones out", []string(nil), got.Links)
	if got.Values["displayName"] != "New" {
		b.t.Errorf("values %v", got.Values)
	}
	b.done(relink(k1, link(directory.Owner, ben)))
	b.same("and in again", []string{"owner user_ben"}, b.object(k1.ID).Links)
}

func testLinksSoAlready(_ *testing.T, b bench) {
	ana, ben := b.done(account("ana")).Ref, b.done(account("ben")).Ref
	k1 := b.done(group("k1", link(directory.Member, ana))).Ref
	out := b.done(relink(k1, link(directory.Member, ana), link(directory.Member, ben), unlink(directory.Owner, ana)))
	b.same("links that changed", []directory.LinkChange{link(directory.Member, ben)}, out.Links)
	out = b.done(relink(k1, link(directory.Member, ana), link(directory.Member, ben)))
	b.same("links that changed the second time", []directory.LinkChange(nil), out.Links)
}

func testLinksMissing(_ *testing.T, b bench) {
	ana := b.done(account("ana")).Ref
	nobody := directory.Ref{Kind: directory.Account, ID: absent}
	k1 := b.done(group("k1")).Ref
	out := b.try(relink(k1, link(directory.Member, nobody), link(directory.Member, ana), unlink(directory.Owner, nobody)))[0]
	b.same("links that changed", []directory.LinkChange{link(directory.Member, ana)}, out.Links)
	if out.State != directory.Done || len(out.Refused) != 1 || out.Refused[0].To.ID != absent || out.Refused[0].Remove {
		b.t.Errorf("outcome %+v, want it done but for the one that is not there", out)
	}
	b.same("links", []string{"member user_ana"}, b.object(k1.ID).Links)
}

func testLinksOfDeleted(_ *testing.T, b bench) {
	ana := b.done(account("ana")).Ref
	k1 := b.done(group("k1", link(directory.Member, ana))).Ref
	b.byHand(directory.Change{Verb: directory.Delete, Ref: ana})
	b.same("links", []string(nil), b.object(k1.ID).Links)
	out := b.done(relink(k1, unlink(directory.Member, ana)))
	b.same("links that changed", []directory.LinkChange(nil), out.Links)
}

func testDelete(_ *testing.T, b bench) {
	ana := b.done(account("ana")).Ref
	k1 := b.done(group("k1", link(directory.Member, ana))).Ref
	for range 2 {
		b.done(directory.Change{Verb: directory.Delete, Ref: k1})
		b.done(directory.Change{Verb: directory.Delete, Ref: ana})
		if contents, _ := b.all(); len(contents) != 0 {
			b.t.Errorf("there is %v, want nothing", contents)
		}
	}
	if out := b.done(account("ana")); !out.Made {
		b.t.Error("the account was not made anew")
	}
}
