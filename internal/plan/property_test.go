package plan_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollbook/internal/flow"
	"rollbook/internal/roster"
)

func some(t *rapid.T, label string, names ...string) []string {
	return rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID[string]).Draw(t, label)
}

func one(t *rapid.T, label string, names ...string) string {
	return rapid.SampledFrom(names).Draw(t, label)
}

// drawSchool draws a school out of few names. A class stays at its
// organization: one that moves out of every set is left as it is.
func drawSchool(t *rapid.T) school {
	s := school{
		sessions: []roster.Session{{SourcedID: "now", Title: "Now", Start: 20261101, End: 20261201}, {SourcedID: "over", End: 20261031}},
		courses:  []roster.Course{{SourcedID: "C", Title: one(t, "course", "Art", "Music")}},
	}
	people := some(t, "people", "ana", "ben", "cleo", "tess", "tom")
	for _, name := range people {
		p := person{roster.Person{SourcedID: name, Username: name, GivenName: one(t, "given", "A", "B")}, nil}
		for _, org := range some(t, "orgs", "S", "T") {
			p.roles = append(p.roles, roster.Affiliation{
				OrgSourcedID: org, Role: one(t, "role", "student", "teacher", "parent"), SessionSourcedID: one(t, "session", "", "now", "over"),
				Start: rapid.SampledFrom([]roster.Date{0, 0, 20270101}).Draw(t, "start"), End: rapid.SampledFrom([]roster.Date{0, 0, 20261101}).Draw(t, "end"),
			})
		}
		s.people = append(s.people, p)
	}
	for _, of := range [][2]string{{"K1", "S"}, {"K2", "T"}, {"K3", "U"}} {
		id, org := of[0], of[1]
		if !rapid.Bool().Draw(t, "class "+id) {
			continue
		}
		c := class{roster.Class{
			SourcedID: id, OrgSourcedID: org, Title: one(t, "title", "Old", "New"), CourseSourcedID: "C",
			SessionSourcedIDs: some(t, "sessions", "now", "over"),
		}, nil}
		for _, name := range people {
			for _, role := range some(t, "seats", "student", "teacher", "aide") {
				c.seats = append(c.seats, seat{name, role})
			}
		}
		s.classes = append(s.classes, c)
	}
	return s
}

// configure draws two flow sets with class group flows that may overlap.
func configure(t *rapid.T, w *world) {
	w.config.FlowSets, w.config.ProvisioningFlows = []flow.FlowSet{{ID: "all"}}, w.config.ProvisioningFlows[:1]
	for _, id := range []string{"first", "second"} {
		set := flow.FlowSet{ID: id}
		if rapid.Bool().Draw(t, "filtered") {
			set.Filter = &flow.Filter{In: some(t, "filter", "S", "T")}
		}
		w.config.FlowSets = append(w.config.FlowSets, set)
		w.config.ProvisioningFlows = append(w.config.ProvisioningFlows, flow.ProvisioningFlow{
			FlowSet: id, Readiness: flow.Ready, ClassGroup: drawFlow(t),
		})
	}
}

func drawFlow(t *rapid.T) *flow.ClassGroupConfiguration {
	return &flow.ClassGroupConfiguration{
		AdditionalAttributes: some(t, "attributes", "courseTitle", "classCode"),
		AdditionalOptions: flow.AdditionalClassGroupOptions{
			CreateTeam: rapid.Bool().Draw(t, "team"), WriteDisplayNameOnCreateOnly: rapid.Bool().Draw(t, "create only"),
		},
		EnrollmentMappings: flow.EnrollmentMappings{
			OwnerEnrollmentMappings:  codes(some(t, "owners", "student", "teacher", "aide")...),
			MemberEnrollmentMappings: codes(some(t, "members", "student", "teacher", "aide")...),
		},
	}
}

// desired returns who is to be in the groups, by what the flows say and nothing
// else. Who has a role that does not hold today, by the calendar alone, stays where
// he was. Classes that no flow covers are not in it.
func (w *world) desired(s school, was map[string]group) map[string]group {
	groups := map[string]group{}
	here, stays := map[string]bool{}, map[string]bool{}
	for _, p := range s.people {
		for _, a := range p.roles {
			if a.Role == "parent" {
				continue
			}
			ended, later, over := a.End != 0 && a.End < today, a.Start > today, a.SessionSourcedID == "over"
			here[p.SourcedID] = here[p.SourcedID] || !ended && !later && !over
			stays[p.SourcedID] = stays[p.SourcedID] || !ended && over || later
		}
	}
	for _, c := range s.classes {
		f := w.covering(c.OrgSourcedID)
		if f == nil || slices.Equal(c.SessionSourcedIDs, []string{"over"}) {
			continue
		}
		var g group
		for _, seat := range c.seats {
			name, role := seat.person+"@school.example", flow.ReferenceValue{Code: seat.role}
			before := was["Section_"+c.SourcedID]
			in := func(were []string) bool {
				return here[seat.person] || stays[seat.person] && slices.Contains(were, name)
			}
			if in(before.Owners) && slices.Contains(f.EnrollmentMappings.OwnerEnrollmentMappings, role) {
				g.Owners = append(g.Owners, name)
			}
			if in(before.Members) && slices.Contains(f.EnrollmentMappings.MemberEnrollmentMappings, role) {
				g.Members = append(g.Members, name)
			}
		}
		slices.Sort(g.Owners)
		slices.Sort(g.Members)
		g.Owners, g.Members = slices.Compact(g.Owners), slices.Compact(g.Members)
		groups["Section_"+c.SourcedID] = g
	}
	return groups
}

func (w *world) covering(org string) *flow.ClassGroupConfiguration {
	for i, set := range w.config.FlowSets[1:] {
		if set.Filter == nil || slices.Contains(set.Filter.In, org) {
			return w.config.ProvisioningFlows[1+i].ClassGroup
		}
	}
	return nil
}

// seated returns the groups that somebody is in.
func seated(groups map[string]group) map[string]group {
	groups = maps.Clone(groups)
	maps.DeleteFunc(groups, func(_ string, g group) bool { return len(g.Owners)+len(g.Members) == 0 })
	return groups
}

func differ(want, got map[string]group) string {
	return cmp.Diff(seated(want), seated(got), cmpopts.IgnoreFields(group{}, "Name"), cmpopts.EquateEmpty())
}

// Whatever the school said before, the groups of current classes hold in the end
// whom the flows want in them now, and a second plan is empty.
func TestTheDirectoryHoldsWhatTheFlowsWant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		configure(t, w)
		a, b := drawSchool(t), drawSchool(t)
		for _, s := range []school{a, b, a} {
			was := w.held(t)
			w.sources[0].say(s)
			w.run(t)
			want := maps.Clone(was) // classes that are over, or gone, are kept as they were
			maps.Copy(want, w.desired(s, was))
			if diff := differ(want, w.held(t)); diff != "" {
				t.Fatalf("groups (-want +got):\n%s", diff)
			}
			wantNothing(t, w.plan(t))
			w.mark = "" // looked at anew, the directory is as it was left
			wantNothing(t, w.plan(t))
		}
	})
}

// Plans from the same have the same hash; what differs has another.
func TestHash(t *testing.T) {
	t.Parallel()
	hash := func(change func(*world, *school)) string {
		w, s := newWorld(), small()
		s.people = slices.Clone(s.people)
		change(w, &s)
		w.sources[0].say(s)
		return w.plan(t).summary.Hash
	}
	seen := map[string]string{}
	for name, change := range map[string]func(*world, *school){
		"as it is":      func(*world, *school) {},
		"another name":  func(_ *world, s *school) { s.people[0].GivenName = "Tessa" },
		"another title": func(_ *world, s *school) { s.classes[0].Title = "Other" },
		"a pupil less":  func(_ *world, s *school) { *s = s.without("ben") },
		"another seat":  func(_ *world, s *school) { s.classes[0].seats[3].role = "teacher" },
		"owners swapped": func(w *world, _ *school) {
			w.classes().EnrollmentMappings.OwnerEnrollmentMappings = codes("substitute")
		},
		"with a team":     func(w *world, _ *school) { w.classes().AdditionalOptions.CreateTeam = true },
		"another source":  func(w *world, _ *school) { w.sources[0].system.Number, w.sources = 2, append(w.sources, w.sources[0]) },
		"nothing to do":   func(_ *world, s *school) { *s = school{} },
		"people as found": func(w *world, _ *school) { w.join(t, "ana@school.example", "Ana") },
	} {
		got := hash(change)
		if again := hash(change); again != got {
			t.Errorf("%s: %s and %s, want the same hash twice", name, got, again)
		}
		if other, known := seen[got]; known {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[got] = name
	}
}
