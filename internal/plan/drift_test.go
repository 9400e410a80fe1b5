package plan_test

import (
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// seat changes who is in the group of class K1, as an administrator would.
func (w *world) seat(t fataler, add, remove []directory.Link) {
	t.Helper()
	c := directory.Change{Verb: directory.Update, Ref: w.object(t, "Section_K1").Ref}
	for _, l := range add {
		c.Links = append(c.Links, directory.LinkChange{Link: l})
	}
	for _, l := range remove {
		c.Links = append(c.Links, directory.LinkChange{Link: l, Remove: true})
	}
	w.byHand(t, c)
}

func (w *world) as(t fataler, relation directory.Relation, name string) []directory.Link {
	t.Helper()
	return []directory.Link{{Relation: relation, To: w.user(t, name+"@school.example").Ref}}
}

func TestWhoIsPutOutByHandIsPutBack(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	w.seat(t, nil, w.as(t, directory.Member, "ana"))
	w.seat(t, nil, w.as(t, directory.Owner, "tess"))
	wantCounts(t, ledger.Counts{Memberships: ledger.LinkCounts{Add: 2}}, w.run(t))
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
	wantNothing(t, w.run(t))
}

func TestWhoIsPutInByHandStays(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	w.join(t, "guest@school.example", "Guest")
	w.seat(t, w.as(t, directory.Owner, "sub"), nil)
	w.seat(t, w.as(t, directory.Member, "guest"), nil)
	wantNothing(t, w.run(t))
	held := map[string]group{"Section_K1": {"Class K1", at("tess", "sub"), at("ana", "ben", "guest")}}
	wantHeld(t, held, w)
	w.sources[0].say(small().without("ben"))
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess", "sub"), at("ana", "guest")}}, w)
}

// Whom another hand put in before the school said so stays when the school no
// longer does: that membership is not ours to take away.
func TestAnotherHandWasFaster(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	cleo := small()
	cleo.people = append(cleo.people, student("cleo"))
	w.sources[0].say(cleo)
	w.run(t)
	w.seat(t, w.as(t, directory.Member, "cleo"), w.as(t, directory.Member, "ben"))
	w.seat(t, w.as(t, directory.Owner, "sub"), w.as(t, directory.Owner, "tess"))
	next := cleo.without("ben").without("tess")
	next.classes[0].seats = append(next.classes[0].seats, seat{"cleo", "student"}, seat{"sub", "teacher"})
	w.sources[0].say(next)
	w.run(t)
	held := map[string]group{"Section_K1": {"Class K1", at("sub"), at("ana", "cleo")}}
	wantHeld(t, held, w)
	wantNothing(t, w.run(t))
	w.sources[0].say(cleo)
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("sub", "tess"), at("ana", "ben", "cleo")}}, w)
}

func TestADeletedAccountIsAProblem(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	id := w.byHand(t, directory.Change{Verb: directory.Delete, Ref: w.user(t, "ana@school.example").Ref})
	s := small()
	s.classes = append(s.classes, taught("K2", seat{"ana", "student"}, seat{"ben", "student"}))
	w.sources[0].say(s)
	got := w.plan(t)
	wantProblems(t, []plan.Problem{{Reason: plan.AccountGone, Kind: roster.KindPerson, Key: "ana", Value: id}}, got)
	w.apply(t, got)
	wantHeld(t, map[string]group{
		"Section_K1": {"Class K1", at("tess"), at("ben")}, "Section_K2": {"Class K2", nil, at("ben")},
	}, w)
	w.mark = "" // as after every run that had such a problem
	again := w.plan(t)
	wantNothing(t, again)
	wantProblems(t, got.problems, again)
}

func TestADeletedGroupIsAProblemWhileItsClassTakesPlace(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	id := w.byHand(t, directory.Change{Verb: directory.Delete, Ref: w.object(t, "Section_K1").Ref})
	got := w.plan(t)
	wantNothing(t, got)
	wantProblems(t, []plan.Problem{{Reason: plan.GroupGone, Kind: roster.KindClass, Key: "K1", Value: id}}, got)
	w.sources[0].say(school{people: small().people})
	after := w.plan(t)
	wantNothing(t, after)
	wantProblems(t, nil, after)
}

func TestAChangedName(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	rename := func() {
		w.byHand(t, directory.Change{
			Verb: directory.Update, Ref: w.object(t, "Section_K1").Ref, Set: directory.Values{{Property: directory.DisplayName, Text: "Mine"}},
		})
	}
	rename()
	wantCounts(t, ledger.Counts{Groups: ledger.ObjectCounts{Update: 1}}, w.run(t))
	if got := value(w.object(t, "Section_K1"), directory.DisplayName); got != "Class K1" {
		t.Errorf("displayName %q, want it put right", got)
	}
	w.classes().AdditionalOptions.WriteDisplayNameOnCreateOnly = true
	rename()
	wantNothing(t, w.run(t))
	if got := value(w.object(t, "Section_K1"), directory.DisplayName); got != "Mine" {
		t.Errorf("displayName %q, want it left", got)
	}
}

func TestAChangedAccount(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	user := w.user(t, "ana@school.example")
	w.byHand(t, directory.Change{Verb: directory.Update, Ref: user.Ref, Set: directory.Values{
		{Property: directory.DisplayName, Text: "Mine"}, {Property: "nickname", Text: "Mine"}, {Property: directory.PrimaryRole, Text: "teacher"},
	}})
	wantCounts(t, ledger.Counts{Accounts: ledger.ObjectCounts{Update: 1}}, w.run(t))
	got := w.user(t, "ana@school.example")
	if value(got, directory.DisplayName) != "ana" || value(got, directory.PrimaryRole) != "student" || value(got, "nickname") != "Mine" {
		t.Errorf("account %+v, want put right what Rollbook wrote, and the rest left", got)
	}
	wantNothing(t, w.run(t))
}
