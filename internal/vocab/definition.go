package vocab

import "time"

// The types of list.
const (
	AcademicSubject    = "RefAcademicSubject"
	AcademicYear       = "RefAcademicYear"
	Ethnicity          = "RefEthnicity"
	FileFormat         = "RefFileFormat"
	GradeLevel         = "RefGradeLevel"
	IdentifierType     = "RefIdentifierType"
	OrgType            = "RefOrgType"
	PersonFlagType     = "RefPersonFlagType"
	PersonRelationship = "RefPersonRelationship"
	Race               = "RefRace"
	Role               = "RefRole"
	SectionRole        = "RefSectionRole"
	SessionType        = "RefSessionType"
	Sex                = "RefSex"
	UserMatchTarget    = "RefUserMatchTarget"
)

// Definition is one value of a list (industryData: referenceDefinition).
type Definition struct {
	Type        string // e.g. RefGradeLevel
	Code        string // unique in its type, without regard to case
	DisplayName string
	SortIndex   int
	Source      string // who defined it: ceds.ed.gov, imsglobal.org, microsoft.com, or TenantDefined
	IsDisabled  bool
	Created     time.Time // zero for the rows that every installation begins with
	Modified    time.Time
}

// TenantDefined is the source of the values that an installation adds.
const TenantDefined = "Tenant Defined"

// ID returns the value's identifier in the API: its type, a hyphen, its code.
func (d Definition) ID() string { return d.Type + "-" + d.Code }
