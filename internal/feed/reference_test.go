package feed_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

// short is a finding without its words; what hangs on its row is kept.
type short struct {
	Severity feed.Severity
	Rule     feed.Rule
	Place    string
	Line     int
	Column   int
	Record   string
	Rows     int
	With     string
}

func shorten(findings []feed.Finding) []short {
	var list []short
	for _, f := range findings {
		_, with, _ := strings.Cut(f.Message, "; with it go ")
		list = append(list, short{f.Severity, f.Rule, f.File, f.Line, f.Column, f.Record, f.Rows, with})
	}
	return list
}

func TestReferences(t *testing.T) {
	t.Parallel()
	column := func(header string) int { return len(header) }
	missing := func(s feed.Severity, file string, line int, header, record string, rows int, with string) short {
		return short{s, feed.RuleReferenceMissing, file, line, column(header), record, rows, with}
	}
	for name, test := range map[string]struct {
		feed  statement
		want  []short
		files map[string]feed.FileReport
	}{
		"the parent of an org": {
			school().with(feed.Orgs, "", roster.Org{SourcedID: "X", ParentSourcedID: "nowhere"}),
			[]short{missing(feed.Warning, "orgs.csv", 4, "parentSourcedId", "X", 1, "")},
			map[string]feed.FileReport{"orgs.csv": {Rows: 3, Added: 3, Warnings: 1}},
		},
		"the year, session and course that rows may lack": {
			school().with(feed.Courses, "", roster.Course{SourcedID: "X", OrgSourcedID: "S", SchoolYearSourcedID: "1999"}).
				with(feed.Classes, "", roster.Class{SourcedID: "X", OrgSourcedID: "S", SessionSourcedIDs: []string{"1999", "Y"}, CourseSourcedID: "art"}),
			[]short{
				missing(feed.Warning, "classes.csv", 4, "courseSourcedId", "X", 1, ""),
				missing(feed.Warning, "classes.csv", 4, "sessionSourcedIds", "X", 1, ""),
				missing(feed.Warning, "courses.csv", 3, "schoolYearSourcedId", "X", 1, ""),
			},
			map[string]feed.FileReport{
				"classes.csv": {Rows: 3, Added: 3, Warnings: 2}, "courses.csv": {Rows: 2, Added: 2, Warnings: 1},
			},
		},
		"one finding for all rows that miss the same": {
			school().with(feed.Enrollments, "", enrolled("K1", "zoe", "student"), enrolled("K9", "ana", "student"), enrolled("K2", "zoe", "student")),
			[]short{
				missing(feed.Error, "enrollments.csv", 6, "userSourcedId", "K1", 2, ""),
				missing(feed.Error, "enrollments.csv", 7, "classSourcedId", "K9", 1, ""),
			},
			map[string]feed.FileReport{"enrollments.csv": {Rows: 7, Added: 4, Errors: 3}},
		},
		"classes of an org that is not there, with who is in them": {
			school().with(feed.Classes, "", roster.Class{SourcedID: "X1", OrgSourcedID: "nowhere"}, roster.Class{SourcedID: "X2", OrgSourcedID: "nowhere"}).
				with(feed.Enrollments, "", enrolled("X1", "ana", "student"), enrolled("X2", "ana", "student"), enrolled("X2", "ben", "student")),
			[]short{missing(feed.Error, "classes.csv", 4, "orgSourcedId", "X1", 2, "3 rows of enrollments.csv")},
			map[string]feed.FileReport{
				"classes.csv": {Rows: 4, Added: 2, Errors: 2}, "enrollments.csv": {Rows: 7, Added: 4, Errors: 3},
			},
		},
		"details of nobody": {
			school().with(feed.Demographics, "zoe", roster.Demographics{}).with(feed.Flags, "zoe", "ELL").
				with(feed.Contacts, "ana", roster.Contact{PersonSourcedID: "zoe", Relationship: "parent"}).
				with(feed.Contacts, "zoe", roster.Contact{PersonSourcedID: "ana", Relationship: "parent"}),
			[]short{
				missing(feed.Error, "demographics.csv", 3, "userSourcedId", "zoe", 4, ""),
			},
			map[string]feed.FileReport{
				"demographics.csv": {Rows: 2, Added: 1, Errors: 1}, "userFlags.csv": {Rows: 2, Added: 1, Errors: 1},
				"relationships.csv": {Rows: 3, Added: 1, Errors: 2},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			got := m.load(t, test.feed)
			if diff := cmp.Diff(test.want, shorten(got.Findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			all := files(got)
			for file, want := range test.files {
				if diff := cmp.Diff(want, all[file]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", file, diff)
				}
			}
			if m.load(t, test.feed); m.changes != 0 {
				t.Errorf("%d changes by the same feed again", m.changes)
			}
		})
	}
}

// A course that is not there is left out. A session that is not there is kept: its
// class is not one without a session.
func TestAnOptionalReferenceIsLeftOut(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.load(t, school().with(feed.Classes, "",
		roster.Class{SourcedID: "X", OrgSourcedID: "S", SessionSourcedIDs: []string{"1999", "Y"}, CourseSourcedID: "art"}))
	r := m.record(t, roster.KindClass, "X")
	got, err := roster.DecodeClass(r.Key, r.Split()[roster.Itself])
	want := roster.Class{SourcedID: "X", OrgSourcedID: "S", SessionSourcedIDs: []string{"1999", "Y"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("class (-want +got):\n%s%v", diff, err)
	}
}

// dropping is the school with rows that the source itself dropped.
func dropping(part feed.Part, rows int, keys ...string) statement {
	s := school().without(func(r feedtest.Row) bool {
		switch v := r.Value.(type) {
		case roster.Org:
			return part == feed.Orgs && v.SourcedID == keys[0]
		case roster.Person:
			return part == feed.People && (v.SourcedID == keys[0] || v.SourcedID == keys[len(keys)-1])
		}
		return false
	})
	for _, key := range keys {
		s.dropped = append(s.dropped, feed.Fallen{Part: part, Key: key, Words: key})
	}
	s.findings = []feed.Finding{{
		Severity: feed.Error, Rule: feed.RuleValueRequired, File: part.File(), Line: 2, Record: keys[0], Message: "no name", Rows: rows,
	}}
	return s
}

func TestADroppedRowNamesWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		feed statement
		with string
	}{
		"user":        {dropping(feed.People, 1, "ben"), "1 row of roles.csv and 1 row of enrollments.csv"},
		"a contact":   {dropping(feed.People, 1, "teacher"), "1 row of roles.csv, 2 rows of enrollments.csv and 1 row of relationships.csv"},
		"two at once": {dropping(feed.People, 2, "ana", "ben"), "2 rows of roles.csv, 2 rows of enrollments.csv, 1 row of demographics.csv, 1 row of userFlags.csv and 1 row of relationships.csv"},
		"school":      {dropping(feed.Orgs, 1, "S"), "1 row of courses.csv, 3 rows of roles.csv, 2 rows of classes.csv and 4 rows of enrollments.csv"},
		"district":    {dropping(feed.Orgs, 1, "D"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newMemory().load(t, test.feed)
			part := got.Findings[0].File
			want := []short{{feed.Error, feed.RuleValueRequired, part, 2, 0, test.feed.findings[0].Record, test.feed.findings[0].Rows, test.with}}
			if diff := cmp.Diff(want, shorten(got.Findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	s := school()
	for i := range 1500 {
		s = s.with(feed.Enrollments, "", enrolled("K1", strings.Repeat("x", i+1), "student"))
	}
	got := newMemory().load(t, s)
	if n := len(got.Findings); n != 1001 {
		t.Fatalf("%d findings, want 1000 and one that counts the rest", n)
	}
	if last := got.Findings[1000]; last.Rows != 500 || last.Line != 1006 {
		t.Errorf("the last finding is %+v, want one of 500 rows from line 1006", last)
	}
}
