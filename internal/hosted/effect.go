package hosted

// EffectKind says what an Effect does.
type EffectKind uint8

// The kinds of effect, in the order in which a plan lists them: accounts
// before groups, groups before who is in them. Deletes only occur in the
// inverse of a plan.
const (
	CreateUser EffectKind = iota + 1
	UpdateUser
	CreateGroup
	UpdateGroup
	ChangeMembers
	DeleteGroup
	DeleteUser
)

// String returns the kind as reports and the journal write it.
func (k EffectKind) String() string {
	switch k {
	case CreateUser:
		return "createUser"
	case UpdateUser:
		return "updateUser"
	case CreateGroup:
		return "createGroup"
	case UpdateGroup:
		return "updateGroup"
	case ChangeMembers:
		return "changeMembers"
	case DeleteGroup:
		return "deleteGroup"
	case DeleteUser:
		return "deleteUser"
	}
	return "unknown"
}

// Effect is one write to a directory.
type Effect struct {
	Kind   EffectKind
	Anchor string // of the user or group that is written
	ID     string // of that object; "" for a create

	User  *User  // CreateUser: all of it, ID empty
	Group *Group // CreateGroup: all of it, ID empty

	// Set is what an update writes, and what a create writes to an object that is
	// there with its anchor, by property name: those of the User or
	// Group ("displayName") and of its attributes ("courseTitle"). A nil value
	// removes an attribute.
	Set map[string]*string

	// Add and Remove are what ChangeMembers does to the group.
	Add, Remove []Membership
}

// The names of the properties that Set may hold beside attributes.
const (
	PropertyAnchor            = "anchor"
	PropertyUserPrincipalName = "userPrincipalName"
	PropertyDisplayName       = "displayName"
	PropertyGivenName         = "givenName"
	PropertySurname           = "surname"
	PropertyMail              = "mail"
	PropertyAccountEnabled    = "accountEnabled" // "true" or "false"
	PropertyHasTeam           = "hasTeam"        // "true" or "false"
	PropertyMailNickname      = "mailNickname"
	PropertyDescription       = "description" // of a group
)

// Outcome is what became of an Effect.
type Outcome struct {
	ID  string // of the object written, also where the effect had been done before
	Err error  // nil when the directory now is as the effect wants it

	Made      bool         // the effect created the object
	WasUser   *User        // the user before an update, or the one that a create found
	WasGroup  *Group       // the group before an update, or the one that a create found
	Unchanged []Membership // what ChangeMembers was to add or remove, and was so already
	Missing   []Membership // what it was to add, of users that are not there
}
