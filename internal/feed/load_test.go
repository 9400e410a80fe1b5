package feed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// files returns what a report says of files, without those that did not change.
func files(r *feed.Report) map[string]feed.FileReport {
	changed := map[string]feed.FileReport{}
	for name, f := range r.Files {
		if f.Rows != f.Unchanged || f.Deactivated > 0 {
			changed[name] = *f
		}
	}
	return changed
}

func wantFiles(t *testing.T, want map[string]feed.FileReport, got *feed.Report) {
	t.Helper()
	if diff := cmp.Diff(want, files(got)); diff != "" {
		t.Errorf("files that changed (-want +got):\n%s", diff)
	}
}

func wantFindings(t *testing.T, want []feed.Finding, got *feed.Report) {
	t.Helper()
	if diff := cmp.Diff(want, got.Findings); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestFirstLoadAndSameAgain(t *testing.T) {
	t.Parallel()
	m := newMemory()
	first := m.load(t, school())
	wantFindings(t, nil, first)
	for name, f := range first.Files {
		if f.Added != f.Rows || f.Rows == 0 {
			t.Errorf("%s: %+v, want every row added", name, *f)
		}
	}
	want := feed.Totals{
		Orgs: feed.Count{Active: 2}, People: feed.Count{Active: 3}, Classes: feed.Count{Active: 2}, Enrollments: feed.Count{Active: 4},
	}
	if diff := cmp.Diff(want, first.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	again := m.load(t, school())
	wantFiles(t, map[string]feed.FileReport{}, again)
	wantFindings(t, nil, again)
	if m.changes != 0 || again.Totals != want {
		t.Errorf("the same feed again made %d changes, totals %+v", m.changes, again.Totals)
	}
}

func TestChangedRecords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		next    statement
		want    map[string]feed.FileReport
		changes int
	}{
		"person renamed": {
			replacing(school(), func(p roster.Person) roster.Person {
				if p.SourcedID == "ana" {
					p.GivenName = "Anna"
				}
				return p
			}),
			map[string]feed.FileReport{"users.csv": {Rows: 3, Changed: 1, Unchanged: 2}}, 1,
		},
		"class renamed": {
			replacing(school(), func(c roster.Class) roster.Class {
				if c.SourcedID == "K1" {
					c.Title = "Algebra for all"
				}
				return c
			}),
			map[string]feed.FileReport{"classes.csv": {Rows: 2, Changed: 1, Unchanged: 1}}, 1,
		},
		"grade changed": {
			replacing(school(), func(a roster.Affiliation) roster.Affiliation {
				if a.Grade != "" {
					a.Grade = "10"
				}
				return a
			}),
			map[string]feed.FileReport{"roles.csv": {Rows: 3, Changed: 2, Unchanged: 1}}, 2,
		},
		"role at another school": {
			replacing(school(), func(a roster.Affiliation) roster.Affiliation {
				if a.Role == "teacher" {
					a.OrgSourcedID = "D"
				}
				return a
			}),
			map[string]feed.FileReport{"roles.csv": {Rows: 3, Added: 1, Unchanged: 2, Deactivated: 1}}, 1,
		},
		"pupil moved": {
			replacing(school(), func(e enrollment) enrollment {
				if e.Person == "ben" {
					e.Class = "K2"
				}
				return e
			}),
			map[string]feed.FileReport{"enrollments.csv": {Rows: 4, Added: 1, Unchanged: 3, Deactivated: 1}}, 2,
		},
		"details changed": {
			replacing(replacing(school(), func(roster.Demographics) roster.Demographics {
				return roster.Demographics{Sex: "male"}
			}), func(string) string { return "IEP" }),
			map[string]feed.FileReport{
				"demographics.csv": {Rows: 1, Changed: 1},
				"userFlags.csv":    {Rows: 1, Added: 1, Deactivated: 1},
			}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			m.load(t, school())
			got := m.load(t, test.next)
			wantFiles(t, test.want, got)
			if m.changes != test.changes {
				t.Errorf("%d changes, want %d", m.changes, test.changes)
			}
			m.load(t, test.next)
			if m.changes != 0 {
				t.Errorf("%d changes by the same feed again", m.changes)
			}
		})
	}
}

func TestEnrollmentsKeepTheirHistory(t *testing.T) {
	t.Parallel()
	m := newMemory()
	away := school().without(func(r feedtest.Row) bool { return r.Value == enrolled("K1", "ben", "student") })
	for _, s := range []statement{school(), away, away} {
		m.load(t, s)
	}
	ben := [2]string{"ben", "student"}
	if got := m.roll(t, "K1")[ben]; got != [2]roster.FeedNumber{1, 2} {
		t.Errorf("gone: since and ended %v, want 1 and 2", got)
	}
	back := m.load(t, school())
	if got := m.roll(t, "K1")[ben]; got != [2]roster.FeedNumber{1, 0} {
		t.Errorf("back: since and ended %v, want 1 and not ended", got)
	}
	wantFiles(t, map[string]feed.FileReport{"enrollments.csv": {Rows: 4, Changed: 1, Unchanged: 3}}, back)
	if want := (feed.Count{Active: 4}); back.Totals.Enrollments != want {
		t.Errorf("enrollments %+v, want %+v", back.Totals.Enrollments, want)
	}
}

func TestTeacherGoneAndBack(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school())
	gone := m.load(t, school().without(func(r feedtest.Row) bool { return about(r, "teacher") }))
	wantFiles(t, map[string]feed.FileReport{
		"users.csv":         {Rows: 2, Unchanged: 2, Deactivated: 1},
		"roles.csv":         {Rows: 2, Unchanged: 2, Deactivated: 1},
		"enrollments.csv":   {Rows: 2, Unchanged: 2, Deactivated: 2},
		"relationships.csv": {Deactivated: 1},
	}, gone)
	if want := (feed.Totals{
		Orgs: feed.Count{Active: 2}, People: feed.Count{Active: 2, Inactive: 1}, Classes: feed.Count{Active: 2},
		Enrollments: feed.Count{Active: 2, Inactive: 2},
	}); gone.Totals != want {
		t.Errorf("totals %+v, want %+v", gone.Totals, want)
	}
	if m.record(t, roster.KindPerson, "teacher").Active {
		t.Error("the teacher is still active")
	}
	roles, err := roster.DecodeAffiliations(m.record(t, roster.KindPerson, "teacher").Split()[roster.AffiliationsPart])
	if err != nil || len(roles) != 1 || roles[0].Ended != 2 {
		t.Errorf("the teacher's roles: %+v, %v; want the one of before, ended by feed 2", roles, err)
	}
	back := m.load(t, school())
	wantFiles(t, map[string]feed.FileReport{
		"users.csv":         {Rows: 3, Unchanged: 2, Changed: 1},
		"roles.csv":         {Rows: 3, Unchanged: 2, Changed: 1},
		"enrollments.csv":   {Rows: 4, Unchanged: 2, Changed: 2},
		"relationships.csv": {Rows: 1, Added: 1},
	}, back)
}

func TestClassGoneEndsItsEnrollments(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school())
	got := m.load(t, school().without(func(r feedtest.Row) bool {
		e, ok := r.Value.(enrollment)
		c, isClass := r.Value.(roster.Class)
		return ok && e.Class == "K2" || isClass && c.SourcedID == "K2"
	}))
	wantFiles(t, map[string]feed.FileReport{
		"classes.csv":     {Rows: 1, Unchanged: 1, Deactivated: 1},
		"enrollments.csv": {Rows: 3, Unchanged: 3, Deactivated: 1},
	}, got)
}

func TestMissingPart(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school().lacking(feed.Flags))
	if got := m.load(t, school()); !got.Usable() {
		t.Errorf("a part more is refused: %+v", got.Findings)
	}
	before := m.number
	got := m.load(t, school().lacking(feed.Enrollments))
	if len(got.Findings) != 1 || got.Findings[0].Rule != feed.RuleFileSetChanged || got.Findings[0].File != "enrollments.csv" ||
		got.Findings[0].Severity != feed.Catastrophic {
		t.Errorf("findings %+v, want that enrollments.csv is missing", got.Findings)
	}
	if m.number != before {
		t.Error("the feed was stored")
	}
}

// Classes that never had rows may be empty; those that had are refused without.
func TestEmptyParts(t *testing.T) {
	t.Parallel()
	empty := school().without(func(r feedtest.Row) bool { return r.Part == feed.Classes || r.Part == feed.Enrollments })
	m := newMemory()
	m.strict = true
	if got := m.load(t, empty); !got.Usable() {
		t.Errorf("nothing but people: %+v", got.Findings)
	}
	m.load(t, school())
	got := m.load(t, empty)
	want := []short{
		{feed.Catastrophic, feed.RuleFileEmpty, "classes.csv", 0, 0, "", 0, ""},
		{feed.Catastrophic, feed.RuleFileEmpty, "enrollments.csv", 0, 0, "", 0, ""},
	}
	if diff := cmp.Diff(want, shorten(got.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestCatastrophicFindingStops(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school())
	s := school().without(func(r feedtest.Row) bool { return r.Part >= feed.People })
	s.findings = []feed.Finding{{Severity: feed.Catastrophic, Rule: feed.RuleEncodingInvalid, File: "users.csv", Line: 3}}
	got := m.load(t, s)
	s.findings[0].Rows = 1
	wantFindings(t, s.findings, got)
	if f := got.Files["users.csv"]; f.Deactivated != 0 || got.Files["roles.csv"] != nil {
		t.Errorf("the load went on after it: %+v", got.Files)
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school())
	person := m.record(t, roster.KindPerson, "teacher")
	itself := person.Split()[roster.Itself]
	p, err := roster.DecodePerson(person.Key, itself)
	if err != nil || !strings.HasPrefix(p.Password, "sealed-") || strings.Contains(string(person.Body), "Harbor-27") {
		t.Errorf("the password is kept as %q, %v; want it sealed", p.Password, err)
	}
	if person.Digests[roster.Itself] == roster.Sum(itself) {
		t.Error("the digest is of the sealed password, which differs every time")
	}
	m.load(t, school())
	if m.changes != 0 {
		t.Errorf("an unchanged password made %d changes", m.changes)
	}
	got := m.load(t, replacing(school(), func(p roster.Person) roster.Person {
		if p.Password != "" {
			p.Password = "Harbor-28"
		}
		return p
	}))
	wantFiles(t, map[string]feed.FileReport{"users.csv": {Rows: 3, Changed: 1, Unchanged: 2}}, got)
}

func TestLoadReturnsErrorsAsTheyAre(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := newMemory()
	_, err := feed.Load(ctx, school(), m, &draft{memory: m}, feed.Options{Number: 1, Vault: &safe{}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Load with a done context: %v", err)
	}
}

func TestRowsAreReported(t *testing.T) {
	t.Parallel()
	rows := 0
	_, err := feed.Check(t.Context(), school(), feed.Options{Vault: &safe{}, Rows: func(n int) { rows = n }})
	if err != nil || rows != len(school().Rows) {
		t.Errorf("%d rows were reported in the end, %v; want %d", rows, err, len(school().Rows))
	}
}

// A check takes shortcuts where there is nothing to compare with. What it says
// of a feed is what the first load says.
func TestACheckSaysWhatTheFirstLoadSays(t *testing.T) {
	t.Parallel()
	broken := school().without(func(r feedtest.Row) bool { return about(r, "teacher") && r.Part == feed.People })
	for _, s := range []statement{school(), broken} {
		want := newMemory().load(t, s)
		got, err := feed.Check(t.Context(), s, feed.Options{Vault: &safe{}})
		if err != nil {
			t.Fatal(err)
		}
		// A check compares with no feed before, so what fell needs no telling apart.
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(feed.Report{}, "Fallen")); diff != "" {
			t.Errorf("a first load and a check (-load +check):\n%s", diff)
		}
	}
}

// A school so large that its classes and people are compared by several
// goroutines says the same as a small one.
func TestManyClasses(t *testing.T) {
	t.Parallel()
	const many = 5_000
	s := school()
	for i := range many {
		class, person := fmt.Sprint("class-", i), fmt.Sprint("person-", i)
		s = statement{District: feedtest.District{Parts: s.Parts, Rows: append(s.Rows,
			feedtest.Row{Part: feed.People, Value: roster.Person{SourcedID: person, Username: person}},
			feedtest.Row{Part: feed.Classes, Value: roster.Class{SourcedID: class, OrgSourcedID: "S", Title: class}},
			feedtest.Row{Part: feed.Enrollments, Value: enrolled(class, person, "student")},
			feedtest.Row{Part: feed.Enrollments, Value: enrolled(class, "teacher", "teacher")},
			feedtest.Row{Part: feed.Demographics, Person: person, Value: roster.Demographics{Sex: "female"}},
		)}}
	}
	m := newMemory()
	first := m.load(t, s)
	if m.changes != 2+1+1+3+2+2*many || first.Totals.Enrollments.Active != 4+2*many {
		t.Errorf("the first feed: %d changes, %+v", m.changes, first.Totals)
	}
	again := m.load(t, s)
	if m.changes != 0 {
		t.Errorf("the same again: %d changes, files %+v", m.changes, files(again))
	}
	moved := replacing(s, func(e enrollment) enrollment {
		if e.Person == "person-4321" {
			e.Class = "class-1234"
		}
		return e
	})
	report := m.load(t, replacing(moved, func(d roster.Demographics) roster.Demographics {
		d.Sex = "male"
		return d
	}))
	wantFiles(t, map[string]feed.FileReport{
		"enrollments.csv":  {Rows: 4 + 2*many, Added: 1, Unchanged: 3 + 2*many, Deactivated: 1},
		"demographics.csv": {Rows: 1 + many, Changed: 1 + many},
	}, report)
	if seats := m.roll(t, "class-1234"); len(seats) != 3 || m.changes != 1+many+2 {
		t.Errorf("moved: %d changes, class %v", m.changes, seats)
	}
}
