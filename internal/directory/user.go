package directory

// User is an account.
type User struct {
	ID     string // given by the directory, never changes
	Anchor string // "" for an account that Rollbook does not manage

	UserPrincipalName string
	DisplayName       string
	GivenName         string
	Surname           string
	Mail              string
	AccountEnabled    bool

	// Attributes are what a user flow writes beyond the above, by the names
	// of UserAttributes.
	Attributes map[string]string
}

// The names of the attributes that a user flow may write to a User.
const (
	AttributePrimaryRole = "primaryRole" // student or teacher
	AttributeExternalID  = "externalId"  // the sourcedId
	AttributeGrade       = "grade"       // RefGradeLevel
	AttributeUserNumber  = "userNumber"  // student or teacher number
	AttributeAgeGroup    = "ageGroup"    // minor, notAdult, adult
)

// UserAnchor returns the anchor of the account of a person.
func UserAnchor(sourcedID string) string { return "user_" + sourcedID }
