package feed

import (
	"context"

	"rollbook/internal/roster"
)

// Source is a complete statement of a school in some format.
//
// Every implementation passes the suite in package feed/feedtest.
type Source interface {
	// Read hands every row to the receiver, whose methods it MUST call from one
	// goroutine, in the order orgs, sessions, courses, people, affiliations,
	// classes, enrollments, demographics, flags, contacts, and within one of
	// these in the order of the file. It MUST call Begin once for each part it
	// holds before the part's first row, also where no row follows, and MUST NOT
	// call it for a part that it does not hold.
	//
	// Values MUST be canonical: codes spelled as their list, e-mail in lower
	// case, no control characters. Read MUST report each problem it sees itself
	// to Receiver.Find: a required value that is empty or wrong costs the row,
	// which MUST NOT be handed on but MUST be given to Receiver.Drop, and so does an
	// optional value that is wrong and decides who is where (a role's dates, its
	// session, whether it is the primary one); another optional value that is wrong is
	// left out. A problem
	// that many rows share is found once, at its first place, with the rows
	// counted; it MUST have been found before the next part begins and before
	// Read returns.
	//
	// After a catastrophic finding, of which there is at most one, Read MUST call
	// nothing more and return nil. It may come before the first Begin. Read returns an
	// error only where the failure is not the feed's: ctx is done, a disk fails,
	// or the receiver returned an error, which it MUST return as it is.
	Read(ctx context.Context, to Receiver) error
}

// Part is one kind of row in a feed.
type Part uint8

// The parts, in the order in which a source hands them on.
const (
	Orgs Part = iota
	Sessions
	Courses
	People
	Affiliations
	Classes
	Enrollments
	Demographics
	Flags
	Contacts
	partCount
)

// Receiver takes the rows of a source. An error that it returns ends the read.
type Receiver interface {
	// Begin begins a part. columns are the optional ones that the file has of those
	// that directories depend on, in the words of the format.
	Begin(part Part, file string, columns []string) error

	Org(at Place, row roster.Org) error
	Session(at Place, row roster.Session) error
	Course(at Place, row roster.Course) error
	Person(at Place, row roster.Person) error
	Affiliation(at Place, person string, row roster.Affiliation) error
	Class(at Place, row roster.Class) error
	Enrollment(at Place, class, person, role string) error
	Demographics(at Place, person string, row roster.Demographics) error
	Flag(at Place, person, flag string) error
	Contact(at Place, person string, row roster.Contact) error

	// Find takes a problem that the source saw. Over all findings of severity
	// Error, Rows MUST count each dropped row of a file once. A finding may come
	// late, when it is known how many rows it touches.
	Find(f Finding) error
	// Drop takes a row that the source dropped, so that what refers to it is not
	// reported as a problem of its own, and what it may be about stays as it is. It
	// MUST be called before any row that comes later in the order.
	Drop(row Fallen) error
}

// Place is where a row stands. It MUST NOT be used after the receiver's method
// returned.
type Place struct {
	File string
	Line int // from 1
	// Column returns the column, in bytes from 1, of the value under a header,
	// and 0 where there is none.
	Column func(header string) int
}

// Parts returns all parts in the order in which a source hands them on.
func Parts() []Part {
	parts := make([]Part, partCount)
	for i := range parts {
		parts[i] = Part(i)
	}
	return parts
}
