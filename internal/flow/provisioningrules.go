package flow

import (
	"fmt"
	"slices"

	"rollbook/internal/vocab"
)

// checkProvisioningFlow brings a flow into its canonical form and returns what
// is wrong with it. It replaces what it changes: the flow may be shared.
func checkProvisioningFlow(in *Snapshot, e *ProvisioningFlow) error {
	switch {
	case e.Type == ClassGroupProvisioningFlow && e.ClassGroup != nil && e.User == nil:
		config := *e.ClassGroup
		e.ClassGroup = &config
		return checkClassGroup(in.Lists, &config)
	case e.Type == UserProvisioningFlow && e.User != nil && e.ClassGroup == nil:
		user := *e.User
		e.User = &user
		return checkUser(&user)
	case e.Type == ClassGroupProvisioningFlow:
		return invalid("configuration", "configuration is required in a %s", e.Type)
	case e.Type == UserProvisioningFlow:
		return invalid("managementOptions", "managementOptions is required in a %s", e.Type)
	}
	return invalid("@odata.type", "a provisioning flow may be a %s or a %s, and not %q", ClassGroupProvisioningFlow, UserProvisioningFlow, e.Type)
}

func checkClassGroup(lists *vocab.Lists, c *ClassGroupConfiguration) error {
	const target = "configuration"
	if err := chooseAll(target+"/additionalAttributes", &c.AdditionalAttributes, ClassGroupAttributes()...); err != nil {
		return err
	}
	const mappings = target + "/enrollmentMappings"
	m := &c.EnrollmentMappings
	if err := canonicalAll(lists, vocab.SectionRole, mappings+"/ownerEnrollmentMappings", &m.OwnerEnrollmentMappings); err != nil {
		return err
	}
	return canonicalAll(lists, vocab.SectionRole, mappings+"/memberEnrollmentMappings", &m.MemberEnrollmentMappings)
}

func checkUser(u *UserProvisioning) error {
	if u.CreationOptions != nil {
		options := UserCreationOptions{Configurations: slices.Clone(u.CreationOptions.Configurations)}
		u.CreationOptions = &options
		if err := checkUserConfigurations(options.Configurations); err != nil {
			return err
		}
	}
	const target = "managementOptions"
	if err := chooseAll(target+"/additionalAttributes", &u.ManagementOptions.AdditionalAttributes, UserAttributes()...); err != nil {
		return err
	}
	options := &u.ManagementOptions.AdditionalOptions
	if options.StudentAgeGroup == nil {
		return nil
	}
	group := *options.StudentAgeGroup
	options.StudentAgeGroup = &group
	return choose(target+"/additionalOptions/studentAgeGroup", &group, "minor", "notAdult", "adult")
}

// checkUserConfigurations allows one configuration for each role group: of two
// it would be open which one counts.
func checkUserConfigurations(configs []UserConfiguration) error {
	seen := map[string]bool{}
	for i := range configs {
		c := &configs[i]
		target := fmt.Sprintf("creationOptions/configurations/%d", i)
		if err := checkRoleGroup(target+"/roleGroup", &c.RoleGroup); err != nil {
			return err
		}
		if seen[c.RoleGroup] {
			return invalid(target+"/roleGroup", "there are two configurations for the role group %s, and may be one", c.RoleGroup)
		}
		seen[c.RoleGroup] = true
		if c.DefaultPasswordSettings != nil && c.DefaultPasswordSettings.Password == "" {
			return invalid(target+"/defaultPasswordSettings/password", "password is required in defaultPasswordSettings")
		}
	}
	return nil
}

// ClassGroupAttributes returns what may be written to class groups besides
// their names (industryData: additionalClassGroupAttributes).
func ClassGroupAttributes() []string {
	return []string{
		"courseTitle", "courseCode", "courseSubject", "courseGradeLevel", "courseExternalId",
		"academicSessionTitle", "academicSessionExternalId", "classCode",
	}
}

// UserAttributes returns what may be written to accounts besides their names
// (industryData: additionalUserAttributes).
func UserAttributes() []string { return []string{"userGradeLevel", "userNumber"} }
