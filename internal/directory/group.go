package directory

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

// GroupAnchor returns the anchor of the group of a class.
func GroupAnchor(sourcedID string) string { return "Section_" + sourcedID }

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
