package feed_test

import (
	"slices"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/roster"
)

type enrollment = feedtest.Enrollment

func enrolled(class, person, role string) enrollment {
	return enrollment{Class: class, Person: person, Role: role}
}

// school is a small school with something in every part.
func school() statement {
	return statement{District: feedtest.District{Parts: feed.Parts(), Rows: []feedtest.Row{
		{Part: feed.Orgs, Value: roster.Org{SourcedID: "S", Name: "School", Type: "school", ParentSourcedID: "D"}},
		{Part: feed.Orgs, Value: roster.Org{SourcedID: "D", Name: "District", Type: "district"}},
		{Part: feed.Sessions, Value: roster.Session{SourcedID: "Y", Title: "Year", Type: "schoolYear", SchoolYear: 2027, Start: 20260801, End: 20270731}},
		{Part: feed.Courses, Value: roster.Course{SourcedID: "C", OrgSourcedID: "S", Title: "Algebra", SchoolYearSourcedID: "Y"}},
		{Part: feed.People, Value: roster.Person{SourcedID: "teacher", Username: "tess", Password: "Harbor-27"}},
		{Part: feed.People, Value: roster.Person{SourcedID: "ana", Username: "ana", GivenName: "Ana"}},
		{Part: feed.People, Value: roster.Person{SourcedID: "ben", Username: "ben", GivenName: "Ben"}},
		{Part: feed.Affiliations, Person: "teacher", Value: roster.Affiliation{OrgSourcedID: "S", Role: "teacher", SessionSourcedID: "Y"}},
		{Part: feed.Affiliations, Person: "ana", Value: roster.Affiliation{OrgSourcedID: "S", Role: "student", Grade: "09"}},
		{Part: feed.Affiliations, Person: "ben", Value: roster.Affiliation{OrgSourcedID: "S", Role: "student", Grade: "09"}},
		{Part: feed.Classes, Value: roster.Class{SourcedID: "K1", OrgSourcedID: "S", Title: "Algebra 1", SessionSourcedIDs: []string{"Y"}, CourseSourcedID: "C"}},
		{Part: feed.Classes, Value: roster.Class{SourcedID: "K2", OrgSourcedID: "S", Title: "Algebra 2"}},
		{Part: feed.Enrollments, Value: enrolled("K1", "teacher", "teacher")},
		{Part: feed.Enrollments, Value: enrolled("K1", "ana", "student")},
		{Part: feed.Enrollments, Value: enrolled("K1", "ben", "student")},
		{Part: feed.Enrollments, Value: enrolled("K2", "teacher", "teacher")},
		{Part: feed.Demographics, Person: "ana", Value: roster.Demographics{Sex: "female"}},
		{Part: feed.Flags, Person: "ana", Value: "ELL"},
		{Part: feed.Contacts, Person: "ana", Value: roster.Contact{PersonSourcedID: "teacher", Relationship: "parent"}},
	}}}
}

// with returns the statement with more rows at the end of a part.
func (s statement) with(part feed.Part, person string, values ...any) statement {
	s.Rows = slices.Clone(s.Rows)
	for _, v := range values {
		s.Rows = append(s.Rows, feedtest.Row{Part: part, Person: person, Value: v})
	}
	return s
}

// without returns the statement without the rows that drop says.
func (s statement) without(drop func(feedtest.Row) bool) statement {
	s.Rows = slices.DeleteFunc(slices.Clone(s.Rows), drop)
	return s
}

// lacking returns the statement without a part.
func (s statement) lacking(part feed.Part) statement {
	s = s.without(func(r feedtest.Row) bool { return r.Part == part })
	s.Parts = slices.DeleteFunc(slices.Clone(s.Parts), func(p feed.Part) bool { return p == part })
	return s
}

// replacing returns the statement with rows of one type changed.
func replacing[T any](s statement, change func(T) T) statement {
	s.Rows = slices.Clone(s.Rows)
	for i, r := range s.Rows {
		if v, ok := r.Value.(T); ok {
			s.Rows[i].Value = change(v)
		}
	}
	return s
}

// about reports whether a row is a person, or says something of one.
func about(r feedtest.Row, person string) bool {
	switch v := r.Value.(type) {
	case roster.Person:
		return v.SourcedID == person
	case enrollment:
		return v.Person == person
	case roster.Contact:
		return v.PersonSourcedID == person || r.Person == person
	}
	return r.Person == person
}
