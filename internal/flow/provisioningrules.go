package flow

import (
	"fmt"
	"slices"

	"rollbook/internal/vocab"
)

// checkProvisioningFlow brings a flow into its canonical form and returns what
// is wrong with it. It replaces what it changes: the flow may be shared.
func checkProvisioningFlow(in *Snapshot, e *ProvisioningFlow) error {
	target, given := e.options()
	switch {
	case target == "":
		return invalid("@odata.type", "a provisioning flow may be a %s, and not %q", quoted(provisioningFlowTypes()), e.Type)
	case !given:
		return invalid(target, "%s is required in a %s", target, e.Type)
	case e.ClassGroup != nil:
		config := *e.ClassGroup
		e.ClassGroup = &config
		return checkClassGroup(in.Lists, &config)
	case e.User != nil:
		user := *e.User
		e.User = &user
		return checkUser(&user)
	}
	return nil // there is no wrong switch
}

// options returns the member that a flow's type requires, and whether it is
// there. It drops what belongs to other types.
func (e *ProvisioningFlow) options() (member string, given bool) {
	own := ProvisioningFlow{}
	switch e.Type {
	case ClassGroupProvisioningFlow:
		own.ClassGroup, member, given = e.ClassGroup, "configuration", e.ClassGroup != nil
	case UserProvisioningFlow:
		own.User, member, given = e.User, "managementOptions", e.User != nil
	case SecurityGroupProvisioningFlow:
		own.SecurityGroup, member, given = e.SecurityGroup, "creationOptions", e.SecurityGroup != nil
	case AdministrativeUnitProvisioningFlow:
		own.AdministrativeUnit, member, given = e.AdministrativeUnit, "creationOptions", e.AdministrativeUnit != nil
	}
	e.ClassGroup, e.User, e.SecurityGroup, e.AdministrativeUnit = own.ClassGroup, own.User, own.SecurityGroup, own.AdministrativeUnit
	return member, given
}

func provisioningFlowTypes() []string {
	return []string{
		string(ClassGroupProvisioningFlow), string(UserProvisioningFlow),
		string(SecurityGroupProvisioningFlow), string(AdministrativeUnitProvisioningFlow),
	}
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
