package plan_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

func student(name string) person {
	return person{roster.Person{SourcedID: name, Username: name, GivenName: name}, []roster.Affiliation{{OrgSourcedID: "S", Role: "student", Grade: "09"}}}
}

func teacher(name string) person {
	return person{roster.Person{SourcedID: name, Username: name, GivenName: name}, []roster.Affiliation{{OrgSourcedID: "S", Role: "teacher"}}}
}

// taught is a class at school S.
func taught(id string, seats ...seat) class {
	return class{roster.Class{SourcedID: id, OrgSourcedID: "S", Title: "Class " + id}, seats}
}

// small is a school with one class of four roles.
func small() school {
	return school{
		people: []person{teacher("tess"), teacher("sub"), student("ana"), student("ben")},
		classes: []class{taught("K1",
			seat{"tess", "teacher"}, seat{"sub", "substitute"}, seat{"ana", "student"}, seat{"ben", "student"})},
	}
}

func (s school) without(name string) school {
	s.people = slices.DeleteFunc(slices.Clone(s.people), func(p person) bool { return p.SourcedID == name })
	s.classes = slices.Clone(s.classes)
	for i, c := range s.classes {
		s.classes[i].seats = slices.DeleteFunc(slices.Clone(c.seats), func(s seat) bool { return s.person == name })
	}
	return s
}

func at(names ...string) []string {
	for i, name := range names {
		names[i] = name + "@school.example"
	}
	slices.Sort(names)
	return names
}

// counts is what a plan does.
func counts(m *made) ledger.Counts { return m.summary.Counts }

func wantCounts(t *testing.T, want ledger.Counts, got *made) {
	t.Helper()
	if diff := cmp.Diff(want, counts(got)); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func wantHeld(t *testing.T, want map[string]group, w *world) {
	t.Helper()
	if diff := cmp.Diff(want, w.held(t)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func wantProblems(t *testing.T, want []plan.Problem, got *made) {
	t.Helper()
	if diff := cmp.Diff(want, got.problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func wantNothing(t fataler, got *made) {
	t.Helper()
	if n := len(got.changes); n != 0 {
		t.Fatalf("%d effects, want none: %+v", n, got.changes)
	}
}

// ran returns a world that has applied what the school says.
func ran(t *testing.T, s school) *world {
	t.Helper()
	w := newWorld()
	w.sources[0].say(s)
	w.run(t)
	wantNothing(t, w.plan(t))
	return w
}

func TestDefaultFlow(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.sources[0].say(small())
	first := w.run(t)
	wantCounts(t, ledger.Counts{
		Accounts: ledger.ObjectCounts{Create: 4}, Groups: ledger.ObjectCounts{Create: 1}, Memberships: ledger.LinkCounts{Add: 3},
	}, first)
	wantProblems(t, nil, first)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
	want := directory.Values{
		{Property: directory.Anchor, Text: "user_ana"}, {Property: directory.DisplayName, Text: "ana"}, {Property: directory.ExternalID, Text: "ana"},
		{Property: directory.GivenName, Text: "ana"}, {Property: directory.PrimaryRole, Text: "student"},
		{Property: directory.UserPrincipalName, Text: "ana@school.example"},
	}
	if diff := cmp.Diff(want, w.user(t, "ana@school.example").Values); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"student": 2, "teacher": 2}, first.missing); diff != "" {
		t.Errorf("unmatched (-want +got):\n%s", diff)
	}
	second := w.run(t)
	wantNothing(t, second)
	if diff := cmp.Diff(map[string]int{"student": 2, "teacher": 2}, second.found); diff != "" {
		t.Errorf("matched (-want +got):\n%s", diff)
	}
}

func TestChangesOfTheRoster(t *testing.T) {
	t.Parallel()
	renamed := small()
	renamed.classes = []class{taught("K1", small().classes[0].seats...)}
	renamed.classes[0].Title = "Renamed"
	married := small()
	married.people[2].FamilyName = "Novák"
	for name, test := range map[string]struct {
		next school
		want ledger.Counts
		held group
	}{
		"a pupil leaves": {
			small().without("ben"), ledger.Counts{Memberships: ledger.LinkCounts{Remove: 1}},
			group{"Class K1", at("tess"), at("ana")},
		},
		"the teacher leaves": {
			small().without("tess"), ledger.Counts{Memberships: ledger.LinkCounts{Remove: 1}},
			group{"Class K1", nil, at("ana", "ben")},
		},
		"the class ends": {
			school{people: small().people}, ledger.Counts{},
			group{"Class K1", at("tess"), at("ana", "ben")},
		},
		"the class is renamed": {
			renamed, ledger.Counts{Groups: ledger.ObjectCounts{Update: 1}}, group{"Renamed", at("tess"), at("ana", "ben")},
		},
		"a name changes": {
			married, ledger.Counts{Accounts: ledger.ObjectCounts{Update: 1}}, group{"Class K1", at("tess"), at("ana", "ben")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ran(t, small())
			w.sources[0].say(test.next)
			wantCounts(t, test.want, w.run(t))
			wantHeld(t, map[string]group{"Section_K1": test.held}, w)
			wantNothing(t, w.run(t))
			for _, p := range small().people {
				w.user(t, p.SourcedID+"@school.example") // nobody's account goes
			}
			w.sources[0].say(small())
			w.run(t)
			wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
		})
	}
}

func TestMappings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		owners, members []flow.ReferenceValue
		want            group
	}{
		"a role in both":    {codes("teacher", "student"), codes("student"), group{"Class K1", at("tess", "ana", "ben"), at("ana", "ben")}},
		"a role in neither": {codes("teacher"), codes("substitute"), group{"Class K1", at("tess"), at("sub")}},
		"nobody":            {nil, nil, group{Name: "Class K1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ran(t, small())
			w.classes().EnrollmentMappings = flow.EnrollmentMappings{OwnerEnrollmentMappings: test.owners, MemberEnrollmentMappings: test.members}
			w.run(t)
			wantHeld(t, map[string]group{"Section_K1": test.want}, w)
			wantNothing(t, w.run(t))
		})
	}
}

func TestSeveralRolesInOneClass(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.classes().EnrollmentMappings.MemberEnrollmentMappings = codes("student", "aide")
	s := small()
	s.classes[0].seats = append(s.classes[0].seats, seat{"ana", "aide"}, seat{"ana", "teacher"})
	w.sources[0].say(s)
	wantCounts(t, ledger.Counts{
		Accounts: ledger.ObjectCounts{Create: 4}, Groups: ledger.ObjectCounts{Create: 1}, Memberships: ledger.LinkCounts{Add: 4},
	}, w.run(t))
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess", "ana"), at("ana", "ben")}}, w)
}

// A directory that holds one owner of a group gets one, who stays while they are one: nobody is
// put in for another who is an owner as well.
func TestAsManyOwnersAsTheDirectoryHolds(t *testing.T) {
	t.Parallel()
	w := newWorld()
	can, err := w.directory.Abilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for kind, k := range can.Kinds {
		k.Values = map[directory.Property]directory.ValueAbilities{}
		for _, p := range []directory.Property{directory.Anchor, directory.UserPrincipalName, directory.DisplayName, directory.MailNickname} {
			k.Values[p] = directory.ValueAbilities{InCreate: true, InChange: true}
		}
		can.Kinds[kind] = k
	}
	can.Kinds[directory.ClassGroup].Relations[directory.Owner] = directory.RelationAbilities{InCreate: -1, Max: 1}
	w.can = &can
	s := small()
	s.people = append(s.people, teacher("abel"))
	s.classes[0].seats = append(s.classes[0].seats, seat{"abel", "teacher"})
	w.sources[0].say(s)
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
	wantNothing(t, w.run(t))
	w.sources[0].say(s.without("tess"))
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("abel"), at("ana", "ben")}}, w)
	w.sources[0].say(s)
	w.run(t)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("abel"), at("ana", "ben")}}, w)
	wantNothing(t, w.run(t))
}

func TestTeams(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	w.classes().AdditionalOptions.CreateTeam = true
	wantCounts(t, ledger.Counts{Groups: ledger.ObjectCounts{Update: 1}}, w.run(t))
	if value(w.object(t, "Section_K1"), directory.HasTeam) != directory.True {
		t.Error("the group got no team")
	}
	w.classes().AdditionalOptions.CreateTeam = false
	wantNothing(t, w.run(t))
	if value(w.object(t, "Section_K1"), directory.HasTeam) != directory.True {
		t.Error("the team was taken away")
	}
}

func TestDisplayNameOnCreateOnly(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	w.classes().AdditionalOptions.WriteDisplayNameOnCreateOnly = true
	renamed := small()
	renamed.classes = []class{{roster.Class{SourcedID: "K1", OrgSourcedID: "S", Title: "New"}, renamed.classes[0].seats}}
	w.sources[0].say(renamed)
	wantNothing(t, w.run(t))
	w.classes().AdditionalOptions.WriteDisplayNameOnCreateOnly = false
	w.run(t)
	if got := value(w.object(t, "Section_K1"), directory.DisplayName); got != "New" {
		t.Errorf("displayName %q, want the new one once the flow keeps it", got)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	s := small()
	s.courses = []roster.Course{{SourcedID: "C", OrgSourcedID: "S", Title: "Algebra", Code: "ALG", Subjects: []string{"02", "03"}, Grades: []string{"09"}}}
	s.sessions = []roster.Session{
		{SourcedID: "last", Title: "Last term", Start: 20260101, End: 20260601},
		{SourcedID: "now", Title: "This term", Start: 20260801, End: 20270101},
		{SourcedID: "next", Title: "Next term", Start: 20270102, End: 20270601},
	}
	s.classes[0].CourseSourcedID, s.classes[0].Code = "C", "ALG-1"
	s.classes[0].SessionSourcedIDs = []string{"last", "now", "next"}
	w := newWorld()
	w.classes().AdditionalAttributes = flow.ClassGroupAttributes()
	w.sources[0].say(s)
	w.run(t)
	all := map[string]string{
		"courseTitle": "Algebra", "courseCode": "ALG", "courseSubject": "02,03", "courseGradeLevel": "09", "courseExternalId": "C",
		"academicSessionTitle": "This term", "academicSessionExternalId": "now", "classCode": "ALG-1",
	}
	if diff := cmp.Diff(all, attributes(w.object(t, "Section_K1"))); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	w.classes().AdditionalAttributes = []string{"courseTitle"}
	s.courses[0].Title, s.courses[0].Code = "Algebra I", "ALG1"
	w.sources[0].say(s)
	wantCounts(t, ledger.Counts{Groups: ledger.ObjectCounts{Update: 1}}, w.run(t))
	all["courseTitle"] = "Algebra I" // listed; the others are left as they are
	if diff := cmp.Diff(all, attributes(w.object(t, "Section_K1"))); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	s.classes[0].CourseSourcedID = ""
	w.sources[0].say(s)
	w.run(t)
	delete(all, "courseTitle")
	if diff := cmp.Diff(all, attributes(w.object(t, "Section_K1"))); diff != "" {
		t.Errorf("attributes without a course (-want +got):\n%s", diff)
	}
}

func TestCurrentClasses(t *testing.T) {
	t.Parallel()
	term := func(start, end roster.Date) []roster.Session {
		return []roster.Session{{SourcedID: "T", Start: start, End: end}}
	}
	for name, test := range map[string]struct {
		sessions []roster.Session
		listed   []string
		today    roster.Date
		want     bool
	}{
		"within its session":                  {term(20261101, 20261201), []string{"T"}, today, true},
		"on its first day":                    {term(today, 20261201), []string{"T"}, today, true},
		"on its last day":                     {term(20261101, today), []string{"T"}, today, true},
		"its session is over":                 {term(20260801, 20261122), []string{"T"}, today, false},
		"its session is to come":              {term(20261124, 20261201), []string{"T"}, today, false},
		"no session, within the year":         {nil, nil, today, true},
		"no session, before the year":         {nil, nil, 20260731, false},
		"no session, on the year's first day": {nil, nil, 20260801, true},
		"no session, on the year's last day":  {nil, nil, 20270731, true},
		"no session, after the year":          {nil, nil, 20270801, false},
		"unknown session, on the last day":    {nil, []string{"T"}, 20270731, false},
		"a session nobody knows, in the year": {nil, []string{"T"}, today, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.today = test.today
			s := small()
			s.sessions = test.sessions
			s.classes[0].SessionSourcedIDs = test.listed
			w.sources[0].say(s)
			w.run(t)
			if _, got := w.held(t)["Section_K1"]; got != test.want {
				t.Errorf("there is a group: %v, want %v", got, test.want)
			}
		})
	}
}

// The calendar takes nobody out: a class that is over keeps its people, those who
// leave school, and does not take in who comes.
func TestAClassThatIsOverIsKept(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	w.today = 20270801
	wantNothing(t, w.run(t))
	w.sources[0].say(small().without("ben"))
	wantNothing(t, w.run(t))
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
}

// Only a role that is readably gone, or has ended by its own date, takes somebody
// out of classes. Whose role does not hold by the calendar alone stays where he is,
// and is not put where he is not.
func TestRolesThatTheCalendarEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*roster.Affiliation)
		stays  bool
		joins  bool
	}{
		"as before":               {func(*roster.Affiliation) {}, true, true},
		"its session is over":     {func(a *roster.Affiliation) { a.SessionSourcedID = "over" }, true, false},
		"it begins later":         {func(a *roster.Affiliation) { a.Start = 20270101 }, true, false},
		"it ended by its own day": {func(a *roster.Affiliation) { a.End = 20261101 }, false, false},
		"it is gone":              {func(a *roster.Affiliation) { a.Ended = 2 }, false, false},
		"it is no role":           {func(a *roster.Affiliation) { a.Role, a.SessionSourcedID = "parent", "over" }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := small()
			before.sessions = []roster.Session{{SourcedID: "over", End: 20261031}}
			before.people = append(before.people, student("new"))
			w := ran(t, before)
			after := before
			after.people = slices.Clone(before.people)
			for _, i := range []int{2, 4} { // ana, and new
				after.people[i].roles = slices.Clone(after.people[i].roles)
				test.change(&after.people[i].roles[0])
			}
			after.classes = []class{taught("K1", append(before.classes[0].seats, seat{"new", "student"})...)}
			w.sources[0].say(after)
			w.run(t)
			members := []string{"ben"}
			if test.stays {
				members = append(members, "ana")
			}
			if test.joins {
				members = append(members, "new")
			}
			wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at(members...)}}, w)
			wantNothing(t, w.run(t))
		})
	}
}

func TestRolesThatEnded(t *testing.T) {
	t.Parallel()
	s := small()
	s.people[2].roles[0].End = 20261122
	s.people[3].roles[0].Ended = 7
	w := ran(t, s)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), nil}}, w)
}

func TestUnmatchedPeople(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.users().CreateUnmatchedUsers = false
	w.byHand(t, directory.Change{Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account, Anchor: "by hand"}, Set: named("ANA@school.example", "By hand")})
	w.sources[0].say(small())
	first := w.run(t)
	wantCounts(t, ledger.Counts{Groups: ledger.ObjectCounts{Create: 1}}, first)
	wantProblems(t, []plan.Problem{{Reason: string(match.TakenAccount), Kind: roster.KindPerson, Key: "ana", Value: "ANA@school.example", Holder: "another person"}}, first)
	wantHeld(t, map[string]group{"Section_K1": {Name: "Class K1"}}, w)
}

func named(name, displayName string) directory.Values {
	return directory.Values{{Property: directory.DisplayName, Text: displayName}, {Property: directory.UserPrincipalName, Text: name}}
}

// attributes are the values of a group beside its names.
func attributes(o directory.Object) map[string]string {
	all := map[string]string{}
	for _, v := range only(o, directory.DisplayName, directory.MailNickname) {
		all[string(v.Property)] = v.Text
	}
	return all
}

// join gives the directory an account that Rollbook does not manage.
func (w *world) join(t fataler, name, displayName string) string {
	t.Helper()
	return w.byHand(t, directory.Change{Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account}, Set: named(name, displayName)})
}

func TestMatchedAccountsKeepTheirNames(t *testing.T) {
	t.Parallel()
	w := newWorld()
	id := w.join(t, "ana@school.example", "Ana by hand")
	w.sources[0].say(small())
	wantCounts(t, ledger.Counts{
		Accounts: ledger.ObjectCounts{Create: 3, Update: 1}, Groups: ledger.ObjectCounts{Create: 1}, Memberships: ledger.LinkCounts{Add: 3},
	}, w.run(t))
	got := w.user(t, "ana@school.example")
	if got.Ref.ID != id || got.Ref.Anchor != "user_ana" || value(got, directory.DisplayName) != "Ana by hand" || value(got, directory.PrimaryRole) != "student" {
		t.Errorf("account %+v, want the one of before, managed, under its name", got)
	}
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), at("ana", "ben")}}, w)
	wantNothing(t, w.run(t))
}

// More people come than are kept from the one pass to the other.
func TestManyNewcomers(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	s, many := small(), 50_001
	for i := range many {
		s.people = append(s.people, student(fmt.Sprint(i)))
	}
	s.people = append(s.people, person{roster.Person{SourcedID: "twin", Username: "7"}, s.people[3].roles})
	w.sources[0].say(s)
	first := w.plan(t)
	wantCounts(t, ledger.Counts{Accounts: ledger.ObjectCounts{Create: many - 1}}, first)
	wantProblems(t, []plan.Problem{
		{Reason: string(match.ClaimedTwice), Kind: roster.KindPerson, Key: "7", Value: "7@school.example"},
		{Reason: string(match.ClaimedTwice), Kind: roster.KindPerson, Key: "twin", Value: "7@school.example"},
	}, first)
}

func TestRefusedPeople(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := small()
	s.people[3].Username = "ana"
	w.sources[0].say(s)
	first := w.run(t)
	wantProblems(t, []plan.Problem{
		{Reason: string(match.ClaimedTwice), Kind: roster.KindPerson, Key: "ana", Value: "ana@school.example"},
		{Reason: string(match.ClaimedTwice), Kind: roster.KindPerson, Key: "ben", Value: "ana@school.example"},
	}, first)
	wantHeld(t, map[string]group{"Section_K1": {"Class K1", at("tess"), nil}}, w)
}

func TestFlowSets(t *testing.T) {
	t.Parallel()
	two := school{people: small().people, classes: []class{taught("K1", seat{"tess", "teacher"}), taught("K2", seat{"tess", "teacher"})}}
	two.classes[1].OrgSourcedID = "T"
	w := newWorld()
	w.config.FlowSets = []flow.FlowSet{
		{ID: "all", DisplayName: "S only", Filter: &flow.Filter{In: []string{"S"}}}, {ID: "two", DisplayName: "All"},
	}
	w.sources[0].say(two)
	wantProblems(t, nil, w.run(t))
	if _, made := w.held(t)["Section_K2"]; made {
		t.Error("a class of an organization that is in no set has a group")
	}
	w.config.ProvisioningFlows = append(w.config.ProvisioningFlows, flow.ProvisioningFlow{
		FlowSet: "two", Readiness: flow.Ready, ClassGroup: &flow.ClassGroupConfiguration{
			EnrollmentMappings: flow.EnrollmentMappings{MemberEnrollmentMappings: codes("teacher")},
		},
	})
	second := w.run(t)
	wantProblems(t, []plan.Problem{{Reason: plan.ClassInSeveralSets, Kind: roster.KindClass, Key: "K1", Value: "S"}}, second)
	wantHeld(t, map[string]group{
		"Section_K1": {"Class K1", at("tess"), nil}, "Section_K2": {"Class K2", nil, at("tess")},
	}, w)
	w.config.ProvisioningFlows[2].Readiness = flow.Failed
	wantProblems(t, nil, w.run(t))
}

func TestPeopleOutsideEverySetGetNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.config.FlowSets[0].Filter = &flow.Filter{In: []string{"S"}}
	s := small()
	s.people[2].roles[0].OrgSourcedID = "T"
	w.sources[0].say(s)
	wantCounts(t, ledger.Counts{
		Accounts: ledger.ObjectCounts{Create: 3}, Groups: ledger.ObjectCounts{Create: 1}, Memberships: ledger.LinkCounts{Add: 2},
	}, w.run(t))
	wantNothing(t, w.run(t))
}

func TestUserAttributes(t *testing.T) {
	t.Parallel()
	w := ran(t, small())
	minor := "minor"
	w.users().ManagementOptions = flow.UserManagementOptions{
		AdditionalAttributes: []string{"userGradeLevel"}, AdditionalOptions: flow.AdditionalUserOptions{StudentAgeGroup: &minor},
	}
	wantCounts(t, ledger.Counts{Accounts: ledger.ObjectCounts{Update: 2}}, w.run(t))
	got := w.user(t, "ana@school.example")
	if value(got, directory.Grade) != "09" || value(got, directory.AgeGroup) != "minor" {
		t.Errorf("attributes %v, want the grade and the age group", got)
	}
	wantNothing(t, w.run(t))
}

func TestNicknames(t *testing.T) {
	t.Parallel()
	long := fmt.Sprintf("%080d", 7)
	ids := []string{"K 1", "k1", "K1", long, long + "8", "+", "a.b_c-d"}
	w := newWorld()
	var s school
	for _, id := range ids {
		s.classes = append(s.classes, taught(id))
	}
	w.sources[0].say(s)
	w.run(t)
	s.classes = append(s.classes, taught("K/1"))
	w.sources[0].say(s)
	w.run(t)
	got := map[string]string{}
	for _, id := range append(ids, "K/1") {
		got[id] = value(w.object(t, "Section_"+id), directory.MailNickname)
	}
	hashed := func(name, id string) string {
		sum := sha256.Sum256([]byte(id))
		return fmt.Sprintf("%s-%x", name, sum[:4])
	}
	want := map[string]string{
		"K 1": "Section_K1", "k1": hashed("Section_k1", "k1"), "K1": hashed("Section_K1", "K1"), "K/1": hashed("Section_K1", "K/1"),
		"+": hashed("Section_", "+"), "a.b_c-d": "Section_a.b_c-d",
		long: "Section_" + long[:56], long + "8": hashed("Section_"+long[:47], long+"8"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nicknames (-want +got):\n%s", diff)
	}
}

func TestSeveralSourceSystems(t *testing.T) {
	t.Parallel()
	w := newWorld()
	second := w.addSource("two")
	w.sources[0].say(small())
	second.say(school{people: []person{teacher("tom"), student("ana2")}, classes: []class{taught("K1", seat{"tom", "teacher"}, seat{"ana2", "student"})}})
	w.run(t)
	want := map[string]group{
		"Section_K1":     {"Class K1", at("tess"), at("ana", "ben")},
		"Section_K1@two": {"Class K1", at("tom"), at("ana2")},
	}
	wantHeld(t, want, w)
	wantNothing(t, w.run(t))

	second.say(school{people: []person{student("ana")}})
	third := w.run(t)
	wantProblems(t, []plan.Problem{{Reason: string(match.TakenAccount), Kind: roster.KindPerson, Key: "ana", Value: "ana@school.example", Holder: "ana, whose anchor it carries"}}, third)
	if got := w.user(t, "ana@school.example").Ref.Anchor; got != "user_ana" {
		t.Errorf("the account of another system's person has the anchor %s now", got)
	}
}

func TestAnAccountKeepsItsNameWhileTheSchoolSaysNone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i := range w.sources[0].system.UserMatchingSettings {
		w.sources[0].system.UserMatchingSettings[i].SourceIdentifier.Code = "email"
	}
	s := small()
	s.people[2].Email = "ana@mail.example"
	w.sources[0].say(s)
	wantCounts(t, ledger.Counts{
		Accounts: ledger.ObjectCounts{Create: 1}, Groups: ledger.ObjectCounts{Create: 1}, Memberships: ledger.LinkCounts{Add: 1},
	}, w.run(t))
	s.people[2].Email = ""
	w.sources[0].say(s)
	w.run(t)
	if got := value(w.user(t, "ana@mail.example"), directory.Mail); got != "" {
		t.Errorf("mail %q, want none", got)
	}
	wantNothing(t, w.run(t))
}
