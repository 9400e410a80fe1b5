package feed_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// drawSchool draws a school whose every reference leads somewhere, out of few
// names, so that two of them have much in common.
func drawSchool(t *rapid.T, label string) statement {
	some := func(what string, names ...string) []string {
		if len(names) == 0 {
			return nil
		}
		return rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID[string]).Draw(t, label+" "+what)
	}
	one := func(what string, names []string) string { return rapid.SampledFrom(names).Draw(t, label+" "+what) }
	s := statement{District: feedtest.District{Parts: feed.Parts()}}
	add := func(part feed.Part, person string, value any) {
		s.Rows = append(s.Rows, feedtest.Row{Part: part, Person: person, Value: value})
	}
	orgs := append(some("orgs", "S", "T"), "D")
	for _, org := range orgs {
		add(feed.Orgs, "", roster.Org{SourcedID: org, Name: one("name", []string{"old", "new"}), ParentSourcedID: one("parent", orgs)})
	}
	sessions := append(some("sessions", "Y"), "Z")
	for _, session := range sessions {
		add(feed.Sessions, "", roster.Session{SourcedID: session, Title: one("title", []string{"old", "new"})})
	}
	people := some("people", "ana", "ben", "cleo", "dan")
	for _, person := range people {
		add(feed.People, "", roster.Person{SourcedID: person, GivenName: one("name", []string{"old", "new"})})
		for _, org := range some("schools", orgs...) {
			add(feed.Affiliations, person, roster.Affiliation{
				OrgSourcedID: org, Role: one("role", []string{"student", "teacher"}), Grade: one("grade", []string{"", "09", "10"}),
				SessionSourcedID: one("session", append([]string{""}, sessions...)),
			})
		}
		for _, flag := range some("flags", "ELL", "IEP") {
			add(feed.Flags, person, flag)
		}
		for _, sex := range some("sex", "female") {
			add(feed.Demographics, person, roster.Demographics{Sex: sex, BirthCity: one("city", []string{"", "Oslo"})})
		}
		for _, other := range some("contacts", people...) {
			add(feed.Contacts, person, roster.Contact{PersonSourcedID: other, Relationship: "parent"})
		}
	}
	for _, class := range some("classes", "K1", "K2", "K3") {
		add(feed.Classes, "", roster.Class{
			SourcedID: class, OrgSourcedID: one("org", orgs), Title: one("title", []string{"old", "new"}),
			SessionSourcedIDs: listed(some("sessions", sessions...)),
		})
		for _, person := range some("roll", people...) {
			for _, role := range some("roles", "student", "teacher") {
				add(feed.Enrollments, "", enrolled(class, person, role))
			}
		}
	}
	return s
}

// listed returns a list as it is stored: none is nil.
func listed(items []string) []string { return append([]string(nil), items...) }

func shuffled(t *rapid.T, s statement) statement {
	s.Rows = rapid.Permutation(s.Rows).Draw(t, "order")
	return s
}

// said returns what a statement says, sorted, one line a row.
func said(s statement) []string {
	var lines []string
	for _, r := range s.Rows {
		lines = append(lines, fmt.Sprintf("%d %s %+v", r.Part, r.Person, r.Value))
	}
	slices.Sort(lines)
	return lines
}

// active returns what is active in the roster, in the same form.
func (m *memory) active(t *rapid.T) []string {
	var s statement
	for kind, records := range m.records {
		for id, r := range records {
			itself, within, err := m.rowsOf(kind, r)
			if err != nil {
				t.Fatalf("%s %d: %v", kind, id, err)
			}
			if !r.Active && len(within) > 0 {
				t.Fatalf("%s %s is not active and holds %v", kind, r.Key, within)
			}
			if r.Active {
				s.Rows = append(append(s.Rows, itself), within...)
			}
		}
	}
	return said(s)
}

// rowsOf returns the row that a record is, and the active rows that it holds.
func (m *memory) rowsOf(kind roster.Kind, r roster.Record) (itself feedtest.Row, within []feedtest.Row, err error) {
	contents := r.Split()
	content := contents[roster.Itself]
	switch kind {
	case roster.KindOrg:
		itself.Part = feed.Orgs
		itself.Value, err = roster.DecodeOrg(r.Key, content)
	case roster.KindSession:
		itself.Part = feed.Sessions
		itself.Value, err = roster.DecodeSession(r.Key, content)
	case roster.KindPerson:
		itself.Part = feed.People
		if itself.Value, err = roster.DecodePerson(r.Key, content); err == nil {
			within, err = rowsOfPerson(r.Key, contents)
		}
	case roster.KindClass:
		itself.Part = feed.Classes
		if itself.Value, err = roster.DecodeClass(r.Key, content); err == nil {
			within, err = m.rowsOfClass(r.Key, contents)
		}
	default: // nothing refers to the others here
	}
	return itself, within, err
}

func rowsOfPerson(key string, contents roster.Contents) (rows []feedtest.Row, err error) {
	add := func(part feed.Part, value any) {
		rows = append(rows, feedtest.Row{Part: part, Person: key, Value: value})
	}
	all, err := roster.DecodeAffiliations(contents[roster.AffiliationsPart])
	if err != nil {
		return nil, err
	}
	for _, a := range all.Active() {
		add(feed.Affiliations, a)
	}
	details, err := roster.DecodeDetails(contents[roster.DetailsPart])
	if details.Demographics != nil {
		add(feed.Demographics, *details.Demographics)
	}
	for _, flag := range details.Flags {
		add(feed.Flags, flag)
	}
	for _, contact := range details.Contacts {
		add(feed.Contacts, contact)
	}
	return rows, err
}

func (m *memory) rowsOfClass(key string, contents roster.Contents) (rows []feedtest.Row, err error) {
	roll, err := roster.DecodeRoll(contents[roster.RollPart], nil)
	for _, e := range roll {
		if e.Ended == 0 {
			person := m.records[roster.KindPerson][e.Person].Key
			rows = append(rows, feedtest.Row{Part: feed.Enrollments, Value: enrolled(key, person, e.Role)})
		}
	}
	return rows, err
}

// Whatever a school said before, the roster holds in the end what it says now,
// and the same again in any order changes nothing.
func TestTheRosterSaysWhatTheLastFeedSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory()
		for i := range 3 {
			s := drawSchool(t, fmt.Sprint("feed ", i))
			report := m.load(t, s)
			if len(report.Findings) > 0 {
				t.Fatalf("findings: %+v", report.Findings)
			}
			if diff := cmp.Diff(said(s), m.active(t)); diff != "" {
				t.Fatalf("active after feed %d (-want +got):\n%s", i+1, diff)
			}
			if got, want := report.Totals.Enrollments.Active, len(slices.DeleteFunc(slices.Clone(s.Rows), notEnrollment)); got != want {
				t.Fatalf("%d enrollments, want %d", got, want)
			}
			again := m.load(t, shuffled(t, s))
			if m.changes > 0 || again.Totals != report.Totals {
				t.Fatalf("the same again made %d changes, totals %+v and %+v", m.changes, report.Totals, again.Totals)
			}
		}
	})
}

func notEnrollment(r feedtest.Row) bool { return r.Part != feed.Enrollments }
