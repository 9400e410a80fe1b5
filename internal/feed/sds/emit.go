package sds

import (
	"rollbook/internal/feed"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// Each function here reads the columns of one file, in the order of format.go,
// and hands the row on unless a required value was missing or wrong.

func emitOrg(r *row, to feed.Receiver) error {
	org := roster.Org{
		SourcedID: r.id(0), Name: r.text(1), Type: r.code(2, vocab.OrgType), ParentSourcedID: r.id(3),
	}
	if r.dropped {
		return nil
	}
	return to.Org(r.place, org)
}

func emitSession(r *row, to feed.Receiver) error {
	session := roster.Session{
		SourcedID: r.id(0), Title: r.text(1), Type: r.code(2, vocab.SessionType), SchoolYear: r.year(3),
		Start: r.date(4), End: r.date(5),
	}
	r.reversed(4, 5, session.Start, session.End)
	if r.dropped {
		return nil
	}
	return to.Session(r.place, session)
}

func emitCourse(r *row, to feed.Receiver) error {
	course := roster.Course{
		SourcedID: r.id(0), OrgSourcedID: r.id(1), Title: r.text(2), Code: r.text(3), SchoolYearSourcedID: r.id(4),
		Subjects: r.codes(5, vocab.AcademicSubject), Grades: r.codes(6, vocab.GradeLevel),
	}
	if r.dropped {
		return nil
	}
	return to.Course(r.place, course)
}

func emitPerson(r *row, to feed.Receiver) error {
	person := roster.Person{
		SourcedID: r.id(0), Username: r.text(1), FamilyName: r.text(2), GivenName: r.text(3), Password: r.text(4),
		ActiveDirectoryMatchID: r.text(5), Email: r.email(6), Phone: r.phone(7), SMS: r.phone(8),
	}
	if r.dropped {
		return nil
	}
	r.nameless(person)
	return to.Person(r.place, person)
}

func emitAffiliation(r *row, to feed.Receiver) error {
	person := r.id(0)
	affiliation := roster.Affiliation{
		OrgSourcedID: r.id(1), Role: r.code(2, vocab.Role), SessionSourcedID: r.id(3), Grade: r.code(4, vocab.GradeLevel),
		IsPrimary: r.boolean(5), Start: r.date(6), End: r.date(7),
	}
	r.reversed(6, 7, affiliation.Start, affiliation.End)
	if r.dropped {
		return nil
	}
	return to.Affiliation(r.place, person, affiliation)
}

func emitClass(r *row, to feed.Receiver) error {
	class := roster.Class{
		SourcedID: r.id(0), OrgSourcedID: r.id(1), Title: r.text(2), SessionSourcedIDs: r.ids(3),
		CourseSourcedID: r.id(4), Code: r.text(5),
	}
	if r.dropped {
		return nil
	}
	return to.Class(r.place, class)
}

func emitEnrollment(r *row, to feed.Receiver) error {
	class, person, role := r.id(0), r.id(1), r.code(2, vocab.SectionRole)
	if r.dropped {
		return nil
	}
	return to.Enrollment(r.place, class, person, role)
}

func emitDemographics(r *row, to feed.Receiver) error {
	person := r.id(0)
	demographics := roster.Demographics{
		Sex: r.code(1, vocab.Sex), BirthDate: r.date(2), BirthCity: r.text(3), BirthState: r.text(4),
		BirthCountry: r.text(5), Ethnicities: r.codes(6, vocab.Ethnicity), Races: r.codes(7, vocab.Race),
	}
	if r.dropped {
		return nil
	}
	return to.Demographics(r.place, person, demographics)
}

func emitFlag(r *row, to feed.Receiver) error {
	person, flag := r.id(0), r.code(1, vocab.PersonFlagType)
	if r.dropped {
		return nil
	}
	return to.Flag(r.place, person, flag)
}

func emitContact(r *row, to feed.Receiver) error {
	person := r.id(0)
	contact := roster.Contact{PersonSourcedID: r.id(1), Relationship: r.code(2, vocab.PersonRelationship)}
	if r.dropped {
		return nil
	}
	return to.Contact(r.place, person, contact)
}
