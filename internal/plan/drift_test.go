package plan_test

import (
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// by hand changes who is in the group of class K1, as an administrator would.
func (w *world) byHand(t fataler, add, remove []directory.Membership) {
	t.Helper()
	w.tried(t, directory.Effect{Kind: directory.ChangeMembers, ID: w.object(t, "Section_K1").ID, Add: add, Remove: remove})
}

func (w *world) as(t fataler, relation directory.Relation, name string) []directory.Membership {
	t.Helper()
	return []directory.Membership{{Relation: relation, UserID: w.user(t, name+"@school.example").ID}}
}

func TestWhoIsPutOutByHandIsPutBack(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	w.byHand(t, nil, w.as(t, directory.Member, "ana"))
	w.byHand(t, nil, w.as(t, directory.Owner, "tess"))
	wantCounts(t, plan.Summary{Memberships: plan.Memberships{Add: 2}}, w.run(t))
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
	wantNothing(t, w.run(t))
}

func TestWhoIsPutInByHandStays(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	guest := w.join(t, "guest@school.example", "Guest")
	w.byHand(t, w.as(t, directory.Owner, "sub"), nil)
	w.byHand(t, []directory.Membership{{Relation: directory.Member, UserID: guest}}, nil)
	wantNothing(t, w.run(t))
	held := map[string]group{"Section_K1": {"Class K1", at("tess", "sub"), at("ana", "ben", "guest")}}
	wantHeld(t, held, w)
	w.sources[0].say(small().without("ben"))
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess", "sub"), at("ana", "guest")}}, w)
}

// What another hand did before the school said so is remembered as the school's.
func TestAnotherHandWasFaster(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	cleo := small()
	cleo.people = append(cleo.people, student("cleo"))
	w.sources[0].say(cleo)
	w.run(t)
	w.byHand(t, w.as(t, directory.Member, "cleo"), w.as(t, directory.Member, "ben"))
	w.byHand(t, w.as(t, directory.Owner, "sub"), w.as(t, directory.Owner, "tess"))
	next := cleo.without("ben").without("tess")
	next.classes[0].seats = append(next.classes[0].seats, seat{"cleo", "student"}, seat{"sub", "teacher"})
	w.sources[0].say(next)
	w.run(t)
	held := map[string]group{"Section_K1": {"Class K1", at("sub"), at("ana", "cleo")}}
	wantHeld(t, held, w)
	wantNothing(t, w.run(t))
	w.sources[0].say(cleo)
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
}

func TestADeletedAccountIsAProblem(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	id := w.user(t, "ana@school.example").ID
	w.tried(t, directory.Effect{Kind: directory.DeleteUser, ID: id})
	s := small()
	s.classes = append(s.classes, taught("K2", seat{"ana", "student"}, seat{"ben", "student"}))
	w.sources[0].say(s)
	got := w.plan(t)
	wantProblems(t, []plan.Problem{{Reason: plan.AccountGone, Kind: roster.KindPerson, Key: "ana", Value: id}}, got)
	w.apply(t, got)
	wantHeld(t, map[string]group{
		"Section_K1": {"Class K1", at("tess"), at("ben")}, "Section_K2": {"Class K2", nil, at("ben")},
	}, w)
	w.remembered = "" // as after every run that had such a problem
	again := w.plan(t)
	wantNothing(t, again)
	wantProblems(t, got.problems, again)
}

func TestADeletedGroupIsAProblemWhileItsClassTakesPlace(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	id := w.object(t, "Section_K1").ID
	w.tried(t, directory.Effect{Kind: directory.DeleteGroup, ID: id})
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
	mine := "Mine"
	rename := func() {
		w.tried(t, directory.Effect{
			Kind: directory.UpdateGroup, ID: w.object(t, "Section_K1").ID, Set: map[string]*string{directory.PropertyDisplayName: &mine},
		})
	}
	rename()
	wantCounts(t, plan.Summary{Groups: plan.Changes{Update: 1}}, w.run(t))
	if got := w.object(t, "Section_K1").DisplayName; got != "Class K1" {
		t.Errorf("displayName %q, want it put right", got)
	}
	w.classes().AdditionalOptions.WriteDisplayNameOnCreateOnly = true
	rename()
	wantNothing(t, w.run(t))
	if got := w.object(t, "Section_K1").DisplayName; got != "Mine" {
		t.Errorf("displayName %q, want it left", got)
	}
}

func TestAChangedAccount(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	user := w.user(t, "ana@school.example")
	mine, teacher := "Mine", "teacher"
	w.tried(t, directory.Effect{Kind: directory.UpdateUser, ID: user.ID, Set: map[string]*string{
		directory.PropertyDisplayName: &mine, directory.AttributePrimaryRole: &teacher, "nickname": &mine,
	}})
	wantCounts(t, plan.Summary{Users: plan.Changes{Update: 1}}, w.run(t))
	got := w.user(t, "ana@school.example")
	if got.DisplayName != "ana" || got.Attributes[directory.AttributePrimaryRole] != "student" || got.Attributes["nickname"] != "Mine" {
		t.Errorf("account %+v, want put right what Rollbook wrote, and the rest left", got)
	}
	wantNothing(t, w.run(t))
}
