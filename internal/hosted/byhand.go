package hosted

// The names of the attributes that only people write to a User, through the
// API (Microsoft Graph: user, educationUser).
const (
	AttributeMailNickname      = "mailNickname"
	AttributeDepartment        = "department"
	AttributeJobTitle          = "jobTitle"
	AttributeCompanyName       = "companyName"
	AttributeEmployeeID        = "employeeId"
	AttributeEmployeeType      = "employeeType"
	AttributeMobilePhone       = "mobilePhone"
	AttributeOfficeLocation    = "officeLocation"
	AttributePreferredLanguage = "preferredLanguage"
	AttributeUsageLocation     = "usageLocation" // ISO 3166, two letters
	AttributeUserType          = "userType"      // Member or Guest
	AttributeConsent           = "consentProvidedForMinor"
)

// The names of the attributes that only people write to a Group. A Group
// without them is a Microsoft 365 group, as class groups are.
const (
	AttributeUnified         = "unified"         // "false" for a group that is for security alone
	AttributeSecurityEnabled = "securityEnabled" // "true" or "false"
	AttributeVisibility      = "visibility"      // Public, Private, HiddenMembership
)

// Unified reports whether the group is a Microsoft 365 group, which has a
// mailbox and may have a team.
func (g Group) Unified() bool { return g.Attributes[AttributeUnified] != "false" }

// SecurityEnabled reports whether the group can be given access to things.
func (g Group) SecurityEnabled() bool { return g.Attributes[AttributeSecurityEnabled] == "true" }

// Visibility returns who may see the group and its members, "" where nothing
// was said. Class groups hide their members.
func (g Group) Visibility() string {
	if v := g.Attributes[AttributeVisibility]; v != "" || !g.Unified() {
		return v
	}
	return "HiddenMembership"
}

// BelongsError says that a user who was to be added to a group is in it.
type BelongsError struct{ Membership }

func (e *BelongsError) Error() string {
	return "user " + e.UserID + " is " + string(e.Relation) + " already"
}

// TakenError is an ErrConflict: another object has the value of a property that no
// two objects of a kind can share.
type TakenError struct {
	Property string // PropertyUserPrincipalName, PropertyMailNickname or PropertyAnchor
	Value    string
}

func (e *TakenError) Error() string { return e.Property + " " + e.Value + ": " + ErrConflict.Error() }

// Unwrap returns ErrConflict.
func (e *TakenError) Unwrap() error { return ErrConflict }
