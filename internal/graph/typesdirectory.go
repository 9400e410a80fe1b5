package graph

import (
	"rollbook/internal/directory"
	"rollbook/internal/odata"
)

const (
	typeDirectoryObject = "microsoft.graph.directoryObject"
	typeUser            = "microsoft.graph.user"
	typeGroup           = "microsoft.graph.group"
)

// userAttributes and groupAttributes are what School Data Sync writes to the
// directory beyond the members that Graph has; they are members of their own name.
func userAttributes() []string {
	return []string{
		directory.AttributePrimaryRole, directory.AttributeExternalID, directory.AttributeGrade,
		directory.AttributeUserNumber, directory.AttributeAgeGroup,
	}
}

func groupAttributes() []string {
	return []string{
		directory.AttributeCourseTitle, directory.AttributeCourseCode, directory.AttributeCourseSubject,
		directory.AttributeCourseGradeLevel, directory.AttributeCourseExternalID, directory.AttributeAcademicSessionTitle,
		directory.AttributeAcademicSessionExternalID, directory.AttributeClassCode,
	}
}

// directoryTypes are users and groups (Microsoft Graph v1.0).
func directoryTypes() []odata.Type {
	user := odata.Type{Name: typeUser, Base: typeDirectoryObject, Properties: []odata.Property{
		nullable("displayName", text), nullable("userPrincipalName", text), nullable("givenName", text),
		nullable("surname", text), nullable("mail", text), nullable("accountEnabled", flag, quiet),
	}}
	for _, name := range userAttributes() {
		user.Properties = append(user.Properties, nullable(name, text, quiet))
	}
	group := odata.Type{Name: typeGroup, Base: typeDirectoryObject, Properties: []odata.Property{
		nullable("displayName", text), nullable("mailNickname", text), nullable("mail", text), nullable("description", text),
		list("groupTypes", text), nullable("mailEnabled", flag), nullable("securityEnabled", flag),
		nullable("visibility", text), list("resourceProvisioningOptions", text),
		links("owners", typeDirectoryObject), links("members", typeDirectoryObject),
	}}
	for _, name := range groupAttributes() {
		group.Properties = append(group.Properties, nullable(name, text, quiet))
	}
	return []odata.Type{
		{Name: typeDirectoryObject, Base: "microsoft.graph.entity", Abstract: true},
		user, group,
	}
}
