package hosted

import (
	"fmt"
	"maps"
)

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

// With returns the user after what an Effect sets, by property name, and leaves
// u as it is. It returns ErrInvalid for a value that the property cannot have.
func (u User) With(set map[string]*string) (User, error) {
	u.Attributes = maps.Clone(u.Attributes)
	for property, value := range set {
		if err := u.set(property, value); err != nil {
			return User{}, err
		}
	}
	return u, nil
}

func (u *User) set(property string, value *string) error {
	text := textOf(value)
	switch property {
	case PropertyAnchor:
		u.Anchor = text
	case PropertyUserPrincipalName:
		if text == "" {
			return fmt.Errorf("no userPrincipalName: %w", ErrInvalid)
		}
		u.UserPrincipalName = text
	case PropertyDisplayName:
		u.DisplayName = text
	case PropertyGivenName:
		u.GivenName = text
	case PropertySurname:
		u.Surname = text
	case PropertyMail:
		u.Mail = text
	case PropertyAccountEnabled:
		return setBool(&u.AccountEnabled, property, text)
	default:
		setAttribute(&u.Attributes, property, value)
	}
	return nil
}

// Same reports whether other is this user in every property: no attributes
// and an empty map of them are the same.
func (u User) Same(other User) bool {
	return u.ID == other.ID && u.Anchor == other.Anchor && u.UserPrincipalName == other.UserPrincipalName &&
		u.DisplayName == other.DisplayName && u.GivenName == other.GivenName && u.Surname == other.Surname &&
		u.Mail == other.Mail && u.AccountEnabled == other.AccountEnabled && maps.Equal(u.Attributes, other.Attributes)
}
