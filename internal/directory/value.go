package directory

import (
	"slices"
	"strings"
)

// Property is the name of a value of an object.
type Property string

// The properties of accounts and groups.
const (
	Anchor            Property = "anchor"
	UserPrincipalName Property = "userPrincipalName"
	DisplayName       Property = "displayName"
	GivenName         Property = "givenName"
	Surname           Property = "surname"
	Mail              Property = "mail"
	AccountEnabled    Property = "accountEnabled"
	MailNickname      Property = "mailNickname"
	Description       Property = "description"
	HasTeam           Property = "hasTeam" // a team was made for the group, or is to be made

	PrimaryRole Property = "primaryRole" // student or teacher
	ExternalID  Property = "externalId"  // the sourcedId
	Grade       Property = "grade"       // RefGradeLevel
	UserNumber  Property = "userNumber"  // student or teacher number
	AgeGroup    Property = "ageGroup"    // minor, notAdult, adult

	// What a class group flow may write (industryData: additionalClassGroupAttributes).
	CourseTitle               Property = "courseTitle"
	CourseCode                Property = "courseCode"
	CourseSubject             Property = "courseSubject"
	CourseGradeLevel          Property = "courseGradeLevel"
	CourseExternalID          Property = "courseExternalId"
	AcademicSessionTitle      Property = "academicSessionTitle"
	AcademicSessionExternalID Property = "academicSessionExternalId"
	ClassCode                 Property = "classCode"
)

// The texts of a truth value.
const (
	True  = "true"
	False = "false"
)

// Truth reports whether the property is a truth value, which is True or False
// and never absent. All others are text, of which "" is absence.
func (p Property) Truth() bool { return p == AccountEnabled || p == HasTeam }

// Value is what a property of an object is.
type Value struct {
	Property Property
	Text     string
}

// Values are values of one object, sorted by property, each property once. In a
// change an empty text takes the value away.
type Values []Value

func (v Values) find(p Property) (int, bool) {
	return slices.BinarySearchFunc(v, p, func(a Value, p Property) int { return strings.Compare(string(a.Property), string(p)) })
}

// Get returns the value of a property, and whether it is there.
func (v Values) Get(p Property) (string, bool) {
	i, found := v.find(p)
	if !found {
		return "", false
	}
	return v[i].Text, true
}

// With returns the values with one set. It may change v.
func (v Values) With(p Property, text string) Values {
	i, found := v.find(p)
	if found {
		v[i].Text = text
		return v
	}
	return slices.Insert(v, i, Value{p, text})
}

// Over returns what an object has once v was written over what it had.
func (v Values) Over(had Values) Values {
	merged := slices.Clone(had)
	for _, value := range v {
		merged = merged.With(value.Property, value.Text)
	}
	return merged
}

// Only returns the values of the properties that others have, with absence for
// those that v lacks.
func (v Values) Only(others Values) Values {
	kept := make(Values, 0, len(others))
	for _, other := range others {
		text, found := v.Get(other.Property)
		if !found && other.Property.Truth() {
			text = False
		}
		kept = append(kept, Value{other.Property, text})
	}
	return kept
}

// Without returns the values of the properties that others do not have.
func (v Values) Without(others Values) Values {
	if len(v) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v), func(value Value) bool {
		_, has := others.find(value.Property)
		return has
	})
}

// Difference returns what of v differs from what an object has, and what that
// has instead. What it has beyond v is left alone.
func (v Values) Difference(has Values) (set, was Values) {
	for _, value := range v {
		old, found := has.Get(value.Property)
		if !found && value.Property.Truth() {
			old = False
		}
		if old != value.Text {
			set = append(set, value)
			was = append(was, Value{value.Property, old})
		}
	}
	return set, was
}
