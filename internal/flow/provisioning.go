package flow

import "time"

// ProvisioningFlow is one kind of object that a set provisions (industryData:
// provisioningFlow). Exactly one of ClassGroup, User, SecurityGroup and
// AdministrativeUnit is set, as Type says.
type ProvisioningFlow struct {
	ID        string               `json:"id"`
	FlowSet   string               `json:"flowSet"` // its ID
	Type      ProvisioningFlowType `json:"type"`
	Readiness Readiness            `json:"readinessStatus"`
	Created   time.Time            `json:"createdDateTime"`
	Modified  time.Time            `json:"lastModifiedDateTime"`

	// Reset names the last reset that was asked for; "" for none. The run that
	// honors it keeps in mind that it did.
	Reset string `json:"reset,omitempty"`

	ClassGroup         *ClassGroupConfiguration   `json:"classGroup,omitempty"`
	User               *UserProvisioning          `json:"user,omitempty"`
	SecurityGroup      *SecurityGroupOptions      `json:"securityGroup,omitempty"`
	AdministrativeUnit *AdministrativeUnitOptions `json:"administrativeUnit,omitempty"`
}

// ProvisioningFlowType names the kind of a provisioning flow as the API does.
type ProvisioningFlowType string

// The kinds of provisioning flow.
const (
	ClassGroupProvisioningFlow         ProvisioningFlowType = "classGroupProvisioningFlow"
	UserProvisioningFlow               ProvisioningFlowType = "userProvisioningFlow"
	SecurityGroupProvisioningFlow      ProvisioningFlowType = "securityGroupProvisioningFlow"
	AdministrativeUnitProvisioningFlow ProvisioningFlowType = "administrativeUnitProvisioningFlow"
)

// SecurityGroupOptions say which security groups are made (industryData:
// securityGroupCreationOptions). Each may be on or off by itself.
type SecurityGroupOptions struct {
	CreateBasedOnRoleGroup        bool `json:"createBasedOnRoleGroup"`        // one for each role group
	CreateBasedOnOrgPlusRoleGroup bool `json:"createBasedOnOrgPlusRoleGroup"` // one for each of an organization
}

// AdministrativeUnitOptions say which administrative units are made
// (industryData: adminUnitCreationOptions). Each may be on or off by itself.
type AdministrativeUnitOptions struct {
	CreateBasedOnOrg              bool `json:"createBasedOnOrg"`              // one for each organization
	CreateBasedOnOrgPlusRoleGroup bool `json:"createBasedOnOrgPlusRoleGroup"` // one for each role group of one
}

// ClassGroupConfiguration says how class groups are made (industryData: classGroupConfiguration).
type ClassGroupConfiguration struct {
	AdditionalAttributes []string                    `json:"additionalAttributes"` // additionalClassGroupAttributes
	AdditionalOptions    AdditionalClassGroupOptions `json:"additionalOptions"`
	EnrollmentMappings   EnrollmentMappings          `json:"enrollmentMappings"`
}

// AdditionalClassGroupOptions are switches of a class group flow.
type AdditionalClassGroupOptions struct {
	CreateTeam                   bool `json:"createTeam"`
	WriteDisplayNameOnCreateOnly bool `json:"writeDisplayNameOnCreateOnly"`
}

// EnrollmentMappings say which roles in a class become owners and members of
// its group. A role may be in both lists; one in neither is not in the group.
type EnrollmentMappings struct {
	OwnerEnrollmentMappings  []ReferenceValue `json:"ownerEnrollmentMappings"`  // RefSectionRole
	MemberEnrollmentMappings []ReferenceValue `json:"memberEnrollmentMappings"` // RefSectionRole
}

// UserProvisioning says how accounts are made and kept (industryData: userProvisioningFlow).
type UserProvisioning struct {
	CreateUnmatchedUsers bool                  `json:"createUnmatchedUsers"`
	CreationOptions      *UserCreationOptions  `json:"creationOptions"`
	ManagementOptions    UserManagementOptions `json:"managementOptions"`
}

// UserCreationOptions hold a configuration for each role group.
type UserCreationOptions struct {
	Configurations []UserConfiguration `json:"configurations"`
}

// UserConfiguration is what created accounts of a role group begin with.
type UserConfiguration struct {
	RoleGroup               string            `json:"roleGroup"` // staff or students
	DefaultPasswordSettings *PasswordSettings `json:"defaultPasswordSettings"`
	LicenseSkus             []string          `json:"licenseSkus"`
}

// PasswordSettings is a fixed initial password (industryData: simplePasswordSettings), sealed.
type PasswordSettings struct {
	Password Sealed `json:"password"`
}

// UserManagementOptions say what is written to accounts.
type UserManagementOptions struct {
	AdditionalAttributes []string              `json:"additionalAttributes"` // additionalUserAttributes
	AdditionalOptions    AdditionalUserOptions `json:"additionalOptions"`
}

// AdditionalUserOptions are switches of a user flow.
type AdditionalUserOptions struct {
	AllowStudentContactAssociation *bool   `json:"allowStudentContactAssociation"`
	StudentAgeGroup                *string `json:"studentAgeGroup"` // minor, notAdult, adult; nil writes none
}
