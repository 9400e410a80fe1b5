package graph

import "rollbook/internal/odata"

func graphType(name string) string { return "microsoft.graph." + name }

const (
	typeDirectoryRoot   = "microsoft.graph.directory"
	typeUnit            = "microsoft.graph.administrativeUnit"
	typeEducationRoot   = "microsoft.graph.educationRoot"
	typeClass           = "microsoft.graph.educationClass"
	typeSchool          = "microsoft.graph.educationSchool"
	typeEducationUser   = "microsoft.graph.educationUser"
	typeCourse          = "microsoft.graph.educationCourse"
	typeTerm            = "microsoft.graph.educationTerm"
	typeStudent         = "microsoft.graph.educationStudent"
	typeTeacher         = "microsoft.graph.educationTeacher"
	typeAddress         = "microsoft.graph.physicalAddress"
	typeExternalSource  = "microsoft.graph.educationExternalSource"
	typeEducationalRole = "microsoft.graph.educationUserRole"
)

// unitTypes are administrative units and what leads to them.
func unitTypes() []odata.Type {
	return []odata.Type{
		{Name: typeDirectoryRoot, Base: graphType("entity"), Properties: []odata.Property{contained("administrativeUnits", typeUnit)}},
		{Name: typeUnit, Base: typeDirectoryObject, Set: "administrativeUnits", Properties: []odata.Property{
			nullable("displayName", text), nullable("description", text), nullable("visibility", text),
			links("members", typeDirectoryObject),
		}},
	}
}

// educationTypes are classes, schools and their people (Microsoft Graph v1.0:
// education). What is left out of a payload is told apart from null, so nothing
// is required here.
func educationTypes() []odata.Type {
	source := []odata.Property{nullable("externalSource", typeExternalSource), nullable("externalSourceDetail", text)}
	return []odata.Type{
		{Name: typeEducationRoot, Base: graphType("entity"), Properties: []odata.Property{
			contained("classes", typeClass), contained("schools", typeSchool), contained("users", typeEducationUser),
			{Name: "me", Type: typeEducationUser, Navigation: true, Nullable: true, Rule: serverSet},
		}},
		{Name: typeClass, Base: graphType("entity"), Set: "classes", Properties: append([]odata.Property{
			nullable("displayName", text), nullable("mailNickname", text), nullable("description", text), nullable("classCode", text),
			nullable("externalId", text), nullable("externalName", text), nullable("grade", text),
			nullable("course", typeCourse), nullable("term", typeTerm),
			links("members", typeEducationUser), links("teachers", typeEducationUser), links("schools", typeSchool),
			link("group", typeGroup, serverSet),
		}, source...)},
		{Name: typeSchool, Base: graphType("entity"), Set: "schools", Properties: append([]odata.Property{
			nullable("displayName", text), nullable("description", text), nullable("externalId", text), nullable("schoolNumber", text),
			nullable("principalEmail", text), nullable("principalName", text), nullable("externalPrincipalId", text),
			nullable("lowestGrade", text), nullable("highestGrade", text), nullable("phone", text), nullable("fax", text),
			nullable("address", typeAddress),
			links("classes", typeClass), links("users", typeEducationUser), link("administrativeUnit", typeUnit, serverSet),
		}, source...)},
		{Name: typeEducationUser, Base: graphType("entity"), Set: "users", Properties: append([]odata.Property{
			nullable("displayName", text), nullable("userPrincipalName", text), nullable("givenName", text), nullable("surname", text),
			nullable("middleName", text, quiet), nullable("mail", text), nullable("mailNickname", text, quiet), nullable("mobilePhone", text, quiet),
			nullable("accountEnabled", flag, quiet), nullable("department", text, quiet), nullable("officeLocation", text, quiet),
			nullable("preferredLanguage", text, quiet), nullable("usageLocation", text, quiet), nullable("userType", text, quiet),
			nullable("primaryRole", typeEducationalRole, quiet), nullable("student", typeStudent, quiet), nullable("teacher", typeTeacher, quiet),
			nullable("passwordProfile", typePasswordProfile, odata.WriteOnly, quiet),
			links("classes", typeClass), links("taughtClasses", typeClass), links("schools", typeSchool), link("user", typeUser, serverSet),
		}, source...)},
		{Name: typeCourse, Complex: true, Properties: []odata.Property{
			nullable("displayName", text), nullable("courseNumber", text), nullable("description", text), nullable("externalId", text), nullable("subject", text),
		}},
		{Name: typeTerm, Complex: true, Properties: []odata.Property{
			nullable("displayName", text), nullable("externalId", text), nullable("startDate", day), nullable("endDate", day),
		}},
		{Name: typeStudent, Complex: true, Properties: []odata.Property{
			nullable("externalId", text), nullable("grade", text), nullable("studentNumber", text),
			nullable("birthDate", day), nullable("gender", text), nullable("graduationYear", text),
		}},
		{Name: typeTeacher, Complex: true, Properties: []odata.Property{nullable("externalId", text), nullable("teacherNumber", text)}},
		{Name: typeAddress, Complex: true, Properties: []odata.Property{
			nullable("street", text), nullable("city", text), nullable("state", text), nullable("countryOrRegion", text), nullable("postalCode", text),
		}},
	}
}
