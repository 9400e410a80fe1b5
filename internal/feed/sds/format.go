package sds

import "rollbook/internal/feed"

// file is one file of the format.
type file struct {
	name    string
	part    feed.Part
	columns []column // in the order of the column constants
	naming  []int    // the columns that name a row in findings
	key     int      // the column of the row's own identifier, or of the person it is about
	emit    func(*row, feed.Receiver) error
}

// column is one column of a file. Columns that are not required may be left out.
type column struct {
	name     string
	required bool
	decides  bool // who is where: a value that cannot be read is not as good as none
	written  bool // to directories: all of its values are not lost without a word
	surname  bool // so that NULL may be one
}

func must(name string) column    { return column{name: name, required: true} }
func may(name string) column     { return column{name: name} }
func decides(name string) column { return column{name: name, decides: true, written: true} }
func written(name string) column { return column{name: name, written: true} }
func surname(name string) column { return column{name: name, written: true, surname: true} }

// fells reports whether a row falls for a value that is wrong.
func (c column) fells() bool { return c.required || c.decides }

// classColumn is the column of the class in enrollments.csv.
const classColumn = 0

// Names of files that are needed by name.
const (
	classesFile     = "classes.csv"
	enrollmentsFile = "enrollments.csv"
)

// files are the files of the format in the order in which they are handed on
// (SDS: V2.1 CSV file format).
func files() []*file {
	return []*file{
		{name: "orgs.csv", part: feed.Orgs, naming: []int{0}, emit: emitOrg, columns: []column{
			must("sourcedId"), must("name"), must("type"), may("parentSourcedId"),
		}},
		{name: "academicSessions.csv", part: feed.Sessions, naming: []int{0}, emit: emitSession, columns: []column{
			must("sourcedId"), must("title"), must("type"), must("schoolYear"), must("startDate"), must("endDate"),
		}},
		{name: "courses.csv", part: feed.Courses, naming: []int{0}, emit: emitCourse, columns: []column{
			must("sourcedId"), must("orgSourcedId"), must("title"), may("code"), may("schoolYearSourcedId"),
			may("subject"), may("grade"),
		}},
		{name: "users.csv", part: feed.People, naming: []int{0}, emit: emitPerson, columns: []column{
			must("sourcedId"), must("username"), surname("familyName"), written("givenName"), may("password"),
			decides("activeDirectoryMatchId"), written("email"), may("phone"), may("sms"),
		}},
		{name: "roles.csv", part: feed.Affiliations, naming: []int{0, 1}, emit: emitAffiliation, columns: []column{
			must("userSourcedId"), must("orgSourcedId"), must("role"), decides("sessionSourcedId"), written("grade"),
			decides("isPrimary"), decides("roleStartDate"), decides("roleEndDate"),
		}},
		{name: classesFile, part: feed.Classes, naming: []int{0}, emit: emitClass, columns: []column{
			must("sourcedId"), must("orgSourcedId"), must("title"), decides("sessionSourcedIds"), written("courseSourcedId"),
			written("code"),
		}},
		{name: enrollmentsFile, part: feed.Enrollments, key: classColumn + 1, naming: []int{0, 1}, emit: emitEnrollment, columns: []column{
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
