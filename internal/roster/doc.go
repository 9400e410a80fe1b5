// Package roster is what a school says: organizations, sessions, courses,
// classes, people, their affiliations and their enrollments.
//
// Every value in it is canonical: codes are spelled as their list of values
// spells them, e-mail addresses are in lower case, absent is the zero value.
// A value that is not canonical was never let in by package feed.
//
// Start with Record: it is the unit that is compared, stored and skipped.
package roster
