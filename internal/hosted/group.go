package hosted

import (
	"maps"
	"strings"
)

// Group is a class group.
type Group struct {
	ID     string // given by the directory, never changes
	Anchor string // "" for a group that Rollbook does not manage

	DisplayName  string
	MailNickname string
	Description  string
	HasTeam      bool // a team was made for it, or is to be made

	// Attributes are what a class group flow writes beyond the above, by the
	// names of the additionalClassGroupAttributes of the industryData API.
	Attributes map[string]string
}

// The names of the attributes that a class group flow may write to a Group
// (industryData: additionalClassGroupAttributes), and the one it always writes.
const (
	AttributeCourseTitle               = "courseTitle"
	AttributeCourseCode                = "courseCode"
	AttributeCourseSubject             = "courseSubject"
	AttributeCourseGradeLevel          = "courseGradeLevel"
	AttributeCourseExternalID          = "courseExternalId"
	AttributeAcademicSessionTitle      = "academicSessionTitle"
	AttributeAcademicSessionExternalID = "academicSessionExternalId"
	AttributeClassCode                 = "classCode"
)

// The beginnings of the anchors of class groups.
const (
	sectionAnchor = "Section_" // of one that Rollbook provisions
	classAnchor   = "Class_"   // of one that somebody made
)

// ClassAnchor returns the anchor of a class group that somebody makes by hand.
// Runs leave it alone.
func ClassAnchor(externalID string) string { return classAnchor + externalID }

// Class returns the identifier of the class of which the group is, and whether
// Rollbook provisions it; ok is false for other groups.
func (g Group) Class() (externalID string, provisioned, ok bool) {
	if id, found := strings.CutPrefix(g.Anchor, sectionAnchor); found {
		return id, true, true
	}
	id, found := strings.CutPrefix(g.Anchor, classAnchor)
	return id, false, found
}

// GroupAnchor returns the anchor of the group of a class.
func GroupAnchor(sourcedID string) string { return sectionAnchor + sourcedID }

// With returns the group after what an Effect sets, by property name, and
// leaves g as it is. It returns ErrInvalid for a value that the property cannot
// have.
func (g Group) With(set map[string]*string) (Group, error) {
	g.Attributes = maps.Clone(g.Attributes)
	for property, value := range set {
		if err := g.set(property, value); err != nil {
			return Group{}, err
		}
	}
	return g, nil
}

func (g *Group) set(property string, value *string) error {
	switch property {
	case PropertyAnchor:
		g.Anchor = textOf(value)
	case PropertyDisplayName:
		g.DisplayName = textOf(value)
	case PropertyMailNickname:
		g.MailNickname = textOf(value)
	case PropertyDescription:
		g.Description = textOf(value)
	case PropertyHasTeam:
		return setBool(&g.HasTeam, property, textOf(value))
	default:
		setAttribute(&g.Attributes, property, value)
	}
	return nil
}

// Same reports whether other is this group in every property: no attributes
// and an empty map of them are the same.
func (g Group) Same(other Group) bool {
	return g.ID == other.ID && g.Anchor == other.Anchor && g.DisplayName == other.DisplayName &&
		g.MailNickname == other.MailNickname && g.Description == other.Description &&
		g.HasTeam == other.HasTeam && maps.Equal(g.Attributes, other.Attributes)
}

// Relation is how a user belongs to a group. A user may be both.
type Relation string

// The relations of a user to a group.
const (
	Owner  Relation = "owner"
	Member Relation = "member"
)

// Membership is one user's belonging to one group.
type Membership struct {
	Relation Relation
	UserID   string
}
