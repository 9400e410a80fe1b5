package feedtest

import (
	"rollbook/internal/feed"
	"rollbook/internal/roster"
)

// Row is one call of a receiver's method for a row.
type Row struct {
	Part   feed.Part
	File   string
	Line   int
	Person string // the person, or the student, that the row is about, where the value does not say
	Value  any    // the roster value; for an enrollment an Enrollment, for a flag its code
}

// Enrollment is what a source says of a person in a class.
type Enrollment struct{ Class, Person, Role string }

// Recorder is a feed.Receiver that remembers everything.
type Recorder struct {
	Parts    []feed.Part // in the order of Begin
	Files    []string    // what Begin named them
	Rows     []Row
	Findings []feed.Finding
	Dropped  []feed.Fallen

	// Calls are the names of the methods in the order of the calls.
	Calls []string

	// Fail, if not nil, is asked before each call with the method's name; what
	// it returns is the answer.
	Fail func(method string) error
	// At, if not nil, is given the place of each row while it is valid.
	At func(feed.Part, feed.Place)
}

var _ feed.Receiver = (*Recorder)(nil)

func (r *Recorder) call(method string) error {
	r.Calls = append(r.Calls, method)
	if r.Fail != nil {
		return r.Fail(method)
	}
	return nil
}

func (r *Recorder) row(method string, part feed.Part, at feed.Place, person string, value any) error {
	if r.At != nil {
		r.At(part, at)
	}
	r.Rows = append(r.Rows, Row{Part: part, File: at.File, Line: at.Line, Person: person, Value: value})
	return r.call(method)
}

// Values returns the values of a part in order.
func (r *Recorder) Values(part feed.Part) []any {
	var values []any
	for _, row := range r.Rows {
		if row.Part == part {
			values = append(values, row.Value)
		}
	}
	return values
}

// Begin implements feed.Receiver.
func (r *Recorder) Begin(part feed.Part, file string, _ []string) error {
	r.Parts = append(r.Parts, part)
	r.Files = append(r.Files, file)
	return r.call("Begin")
}

// Org implements feed.Receiver.
func (r *Recorder) Org(at feed.Place, row roster.Org) error {
	return r.row("Org", feed.Orgs, at, "", row)
}

// Session implements feed.Receiver.
func (r *Recorder) Session(at feed.Place, row roster.Session) error {
	return r.row("Session", feed.Sessions, at, "", row)
}

// Course implements feed.Receiver.
func (r *Recorder) Course(at feed.Place, row roster.Course) error {
	return r.row("Course", feed.Courses, at, "", row)
}

// Person implements feed.Receiver.
func (r *Recorder) Person(at feed.Place, row roster.Person) error {
	return r.row("Person", feed.People, at, "", row)
}

// Affiliation implements feed.Receiver.
func (r *Recorder) Affiliation(at feed.Place, person string, row roster.Affiliation) error {
	return r.row("Affiliation", feed.Affiliations, at, person, row)
}

// Class implements feed.Receiver.
func (r *Recorder) Class(at feed.Place, row roster.Class) error {
	return r.row("Class", feed.Classes, at, "", row)
}

// Enrollment implements feed.Receiver.
func (r *Recorder) Enrollment(at feed.Place, class, person, role string) error {
	return r.row("Enrollment", feed.Enrollments, at, "", Enrollment{class, person, role})
}

// Demographics implements feed.Receiver.
func (r *Recorder) Demographics(at feed.Place, person string, row roster.Demographics) error {
	return r.row("Demographics", feed.Demographics, at, person, row)
}

// Flag implements feed.Receiver.
func (r *Recorder) Flag(at feed.Place, person, flag string) error {
	return r.row("Flag", feed.Flags, at, person, flag)
}

// Contact implements feed.Receiver.
func (r *Recorder) Contact(at feed.Place, person string, row roster.Contact) error {
	return r.row("Contact", feed.Contacts, at, person, row)
}

// Find implements feed.Receiver.
func (r *Recorder) Find(f feed.Finding) error {
	r.Findings = append(r.Findings, f)
	return r.call("Find")
}

// Drop implements feed.Receiver.
func (r *Recorder) Drop(row feed.Fallen) error {
	r.Dropped = append(r.Dropped, row)
	return r.call("Drop")
}
