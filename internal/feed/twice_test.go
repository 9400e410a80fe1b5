package feed_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// The same row twice is one row and a warning.
func TestTheSameRowTwice(t *testing.T) {
	t.Parallel()
	for _, row := range school().Rows {
		s := school()
		s.Rows = append(s.Rows, row)
		m := newMemory()
		got := m.load(t, s)
		if len(got.Findings) != 1 || got.Findings[0].Severity != feed.Warning || got.Findings[0].Rule != feed.RuleDuplicate {
			t.Errorf("%v twice: %+v, want one warning", row, got.Findings)
		}
		if f := got.Files[row.Part.File()]; f.Repeated != 1 || f.Errors != 0 {
			t.Errorf("%v twice: %+v", row, *f)
		}
		want := newMemory()
		want.load(t, school())
		if diff := cmp.Diff(want.records, m.records); diff != "" && row.Part != feed.People {
			t.Errorf("%v twice (-once +twice):\n%s", row, diff)
		}
		if m.load(t, s); m.changes != 0 {
			t.Errorf("%v twice: the same feed again changes %d records", row, m.changes)
		}
	}
}

// others are rows with the sourcedId of another record.
var others = map[string]struct {
	part  feed.Part
	value any
	kind  roster.Kind
	key   string
	lines string
}{
	"org":     {feed.Orgs, roster.Org{SourcedID: "S", Name: "Another"}, roster.KindOrg, "S", "lines 2 and 4"},
	"session": {feed.Sessions, roster.Session{SourcedID: "Y", Start: 20200801, End: 20210731}, roster.KindSession, "Y", "lines 2 and 3"},
	"person":  {feed.People, roster.Person{SourcedID: "ana", Username: "anton"}, roster.KindPerson, "ana", "lines 3 and 5"},
	"class":   {feed.Classes, roster.Class{SourcedID: "K1", OrgSourcedID: "S", Title: "Art"}, roster.KindClass, "K1", "lines 2 and 4"},
}

// Nobody knows which of two records of one sourcedId is meant: neither counts, in any
// order, and what was known stays.
func TestTwoRecordsOfOneID(t *testing.T) {
	t.Parallel()
	for name, other := range others {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, known := range []bool{false, true} {
				m := newMemory()
				if known {
					m.load(t, school())
				}
				before := m.records[other.kind]
				s := school().with(other.part, "", other.value)
				got := m.load(t, s)
				if len(got.Findings) != 1 || got.Findings[0].Severity != feed.Error || got.Findings[0].Rows != 2 ||
					!strings.Contains(got.Findings[0].Message, other.lines) {
					t.Errorf("findings %+v, want one that names the %s", got.Findings, other.lines)
				}
				reversed := s
				reversed.Rows = slices.Clone(s.Rows)
				slices.Reverse(reversed.Rows)
				if m.load(t, reversed); m.changes != 0 {
					t.Errorf("the rows in another order change %d records", m.changes)
				}
				switch r, there := find(m, other.kind, other.key); {
				case !known && there:
					t.Errorf("one of the two counts: %+v", r)
				case known && other.kind != roster.KindSession && !r.Active:
					t.Errorf("it is gone: %+v", r)
				case known && !strings.HasPrefix(string(r.Split()[roster.Itself]), string(before[r.ID].Split()[roster.Itself])):
					t.Errorf("it changed: %q", r.Body)
				}
			}
		})
	}
}

func find(m *memory, kind roster.Kind, key string) (roster.Record, bool) {
	for _, r := range m.records[kind] {
		if r.Key == key {
			return r, true
		}
	}
	return roster.Record{}, false
}

// Exports write a class once for each of its terms.
func TestAClassInARowForEachTerm(t *testing.T) {
	t.Parallel()
	s := school().with(feed.Sessions, "", roster.Session{SourcedID: "T"}).
		with(feed.Classes, "", roster.Class{SourcedID: "K1", OrgSourcedID: "S", Title: "algebra 1 ", SessionSourcedIDs: []string{"T"}, CourseSourcedID: "C"})
	m := newMemory()
	if got := m.load(t, s); len(got.Findings) > 0 {
		t.Errorf("findings %+v", got.Findings)
	}
	class := func() roster.Class {
		r := m.record(t, roster.KindClass, "K1")
		c, err := roster.DecodeClass(r.Key, r.Split()[roster.Itself])
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	want := []string{"T", "Y"}
	if diff := cmp.Diff(want, class().SessionSourcedIDs); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
	slices.Reverse(s.Rows)
	if m.load(t, s); m.changes != 0 {
		t.Errorf("%d changes by the same rows in another order", m.changes)
	}
	m.load(t, s.without(func(r feedtest.Row) bool {
		c, is := r.Value.(roster.Class)
		return is && slices.Contains(c.SessionSourcedIDs, "Y")
	}))
	if diff := cmp.Diff([]string{"T"}, class().SessionSourcedIDs); diff != "" {
		t.Errorf("sessions with one row (-want +got):\n%s", diff)
	}
}

// A person whose rows disagree on the mail keeps the one that was known.
func TestRowsThatDisagree(t *testing.T) {
	t.Parallel()
	m := newMemory()
	first := school().with(feed.People, "", roster.Person{SourcedID: "cleo", Username: "cleo", Email: "c@x"})
	m.load(t, first)
	got := m.load(t, first.with(feed.People, "", roster.Person{SourcedID: "cleo", Username: "cleo", Email: "other@x"}))
	if len(got.Findings) != 1 || got.Findings[0].Severity != feed.Warning {
		t.Errorf("findings %+v, want one warning", got.Findings)
	}
	r := m.record(t, roster.KindPerson, "cleo")
	if p, err := roster.DecodePerson("cleo", r.Split()[roster.Itself]); err != nil || p.Email != "c@x" {
		t.Errorf("%+v, %v; want the mail that was known", p, err)
	}
}

// A spreadsheet that rounds long numbers gives several people one identifier, or one
// person another.
func TestNumbersThatASpreadsheetRounded(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school())
	spoilt := func(p roster.Person) roster.Person {
		if p.SourcedID == "ben" {
			p.SourcedID = "1.23457E+11"
		}
		return p
	}
	got := m.load(t, replacing(school(), spoilt))
	if len(got.Findings) != 2 || !strings.Contains(got.Findings[1].Hint, "spreadsheet") {
		t.Errorf("findings %+v", got.Findings)
	}
	if _, there := find(m, roster.KindPerson, "1.23457E+11"); there {
		t.Error("the rounded number is taken for somebody")
	}
	if ben := m.record(t, roster.KindPerson, "ben"); !ben.Active {
		t.Error("ben is gone")
	}
}
