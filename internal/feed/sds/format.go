package sds

import "rollbook/internal/feed"

// file is one file of the format.
type file struct {
	name    string
	part    feed.Part
	columns []column // in the order of the column constants
	naming  []int    // the columns that name a row in findings
	keyed   bool     // whether column 0 is the row's own identifier
	emit    func(*row, feed.Receiver) error
}

// column is one column of a file. Columns that are not required may be left out.
type column struct {
	name     string
	required bool
}

func must(name string) column { return column{name: name, required: true} }
func may(name string) column  { return column{name: name} }

// Names of files that are needed by name.
const (
	classesFile     = "classes.csv"
	enrollmentsFile = "enrollments.csv"
)

// files are the files of the format in the order in which they are handed on
// (SDS: V2.1 CSV file format).
func files() []*file {
	return []*file{
		{name: "orgs.csv", part: feed.Orgs, keyed: true, naming: []int{0}, emit: emitOrg, columns: []column{
			must("sourcedId"), must("name"), must("type"), may("parentSourcedId"),
		}},
		{name: "academicSessions.csv", part: feed.Sessions, keyed: true, naming: []int{0}, emit: emitSession, columns: []column{
			must("sourcedId"), must("title"), must("type"), must("schoolYear"), must("startDate"), must("endDate"),
		}},
		{name: "courses.csv", part: feed.Courses, keyed: true, naming: []int{0}, emit: emitCourse, columns: []column{
			must("sourcedId"), must("orgSourcedId"), must("title"), may("code"), may("schoolYearSourcedId"),
			may("subject"), may("grade"),
		}},
		{name: "users.csv", part: feed.People, keyed: true, naming: []int{0}, emit: emitPerson, columns: []column{
			must("sourcedId"), must("username"), may("familyName"), may("givenName"), may("password"),
			may("activeDirectoryMatchId"), may("email"), may("phone"), may("sms"),
		}},
		{name: "roles.csv", part: feed.Affiliations, naming: []int{0, 1}, emit: emitAffiliation, columns: []column{
			must("userSourcedId"), must("orgSourcedId"), must("role"), may("sessionSourcedId"), may("grade"),
			may("isPrimary"), may("roleStartDate"), may("roleEndDate"),
		}},
		{name: classesFile, part: feed.Classes, keyed: true, naming: []int{0}, emit: emitClass, columns: []column{
			must("sourcedId"), must("orgSourcedId"), must("title"), may("sessionSourcedIds"), may("courseSourcedId"),
			may("code"),
		}},
		{name: enrollmentsFile, part: feed.Enrollments, naming: []int{0, 1}, emit: emitEnrollment, columns: []column{
			must("classSourcedId"), must("userSourcedId"), must("role"),
		}},
		{name: "demographics.csv", part: feed.Demographics, naming: []int{0}, emit: emitDemographics, columns: []column{
			must("userSourcedId"), may("sex"), may("birthDate"), may("birthCity"), may("birthState"),
			may("birthCountry"), may("ethnicityCodes"), may("raceCodes"),
		}},
		{name: "userFlags.csv", part: feed.Flags, naming: []int{0}, emit: emitFlag, columns: []column{
			must("userSourcedId"), must("flag"),
		}},
		{name: "relationships.csv", part: feed.Contacts, naming: []int{0, 1}, emit: emitContact, columns: []column{
			must("userSourcedId"), must("relationshipUserSourcedId"), must("relationshipRole"),
		}},
	}
}

// fileNamed returns the file of exactly that name, or nil.
func fileNamed(name string) *file {
	for _, file := range files() {
		if file.name == name {
			return file
		}
	}
	return nil
}
