package vocab

// RoleGroup is a set of roles that are treated alike (industryData: roleGroup).
type RoleGroup struct {
	ID          string
	DisplayName string
	Roles       []string // RefRole codes, alphabetical
}

// The identifiers of the role groups.
const (
	Staff    = "staff"
	Students = "students"
)

// RoleGroups returns the two role groups that the API has.
func RoleGroups() []RoleGroup {
	return []RoleGroup{
		{ID: Staff, DisplayName: "Staff", Roles: []string{
			"adjunct", "administrator", "advisor", "affiliate", "aide", "alumni", "assistant", "chair", "coach",
			"faculty", "instructor", "itAdmin", "lecturer", "nurse", "occupationalTherapist", "officeStaff",
			"paraprofessional", "physicalTherapist", "principal", "proctor", "professor", "researcher",
			"specialServices", "speechTherapist", "staff", "substitute", "teacher", "teacherAssistant", "visionTherapist",
		}},
		{ID: Students, DisplayName: "Students", Roles: []string{"student"}},
	}
}

// GroupOf returns the identifier of the role group that a canonical RefRole
// code is in, and "" where it is in none (contacts of students).
func GroupOf(role string) string {
	switch role {
	case "student":
		return Students
	case "", "other", "parent", "relative", "doctor", "guardian":
		return ""
	}
	return Staff
}
