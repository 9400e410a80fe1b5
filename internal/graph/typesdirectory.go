package graph

import (
	"slices"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

const (
	typeDirectoryObject = "microsoft.graph.directoryObject"
	typeUser            = "microsoft.graph.user"
	typeGroup           = "microsoft.graph.group"
	typePasswordProfile = "microsoft.graph.passwordProfile"
)

// plainUserAttributes are members that Graph has and only people write.
func plainUserAttributes() []string {
	return []string{
		hosted.AttributeMailNickname, hosted.AttributeJobTitle, hosted.AttributeDepartment, hosted.AttributeCompanyName,
		hosted.AttributeEmployeeID, hosted.AttributeEmployeeType, hosted.AttributeMobilePhone, hosted.AttributeOfficeLocation,
		hosted.AttributePreferredLanguage, hosted.AttributeUsageLocation, hosted.AttributeUserType, hosted.AttributeConsent,
	}
}

// userAttributes and groupAttributes are what School Data Sync writes to the
// directory beyond the members that Graph has; they are members of their own name.
func userAttributes() []string {
	return []string{
		hosted.AttributePrimaryRole, hosted.AttributeExternalID, hosted.AttributeGrade,
		hosted.AttributeUserNumber, hosted.AttributeAgeGroup,
	}
}

func groupAttributes() []string {
	return []string{
		hosted.AttributeCourseTitle, hosted.AttributeCourseCode, hosted.AttributeCourseSubject,
		hosted.AttributeCourseGradeLevel, hosted.AttributeCourseExternalID, hosted.AttributeAcademicSessionTitle,
		hosted.AttributeAcademicSessionExternalID, hosted.AttributeClassCode,
	}
}

// directoryTypes are users and groups (Microsoft Graph v1.0).
func directoryTypes() []odata.Type {
	user := odata.Type{Name: typeUser, Base: typeDirectoryObject, Set: "users", Properties: []odata.Property{
		nullable("displayName", text), nullable("userPrincipalName", text), nullable("givenName", text),
		nullable("surname", text), nullable("mail", text), nullable("accountEnabled", flag, quiet),
		nullable("passwordProfile", typePasswordProfile, odata.WriteOnly, quiet),
		links("memberOf", typeDirectoryObject), links("transitiveMemberOf", typeDirectoryObject),
		links("ownedObjects", typeDirectoryObject),
	}}
	for _, name := range slices.Concat(userAttributes(), plainUserAttributes()) {
		user.Properties = append(user.Properties, nullable(name, text, quiet))
	}
	group := odata.Type{Name: typeGroup, Base: typeDirectoryObject, Set: "groups", Properties: []odata.Property{
		nullable("displayName", text), nullable("mailNickname", text), nullable("mail", text, serverSet), nullable("description", text),
		list("groupTypes", text), nullable("mailEnabled", flag), nullable("securityEnabled", flag),
		nullable("visibility", text), list("resourceProvisioningOptions", text, serverSet),
		bound("owners", typeDirectoryObject), bound("members", typeDirectoryObject),
		links("transitiveMembers", typeDirectoryObject), links("memberOf", typeDirectoryObject), links("transitiveMemberOf", typeDirectoryObject),
	}}
	for _, name := range groupAttributes() {
		group.Properties = append(group.Properties, nullable(name, text, quiet))
	}
	return []odata.Type{
		{Name: typeDirectoryObject, Base: "microsoft.graph.entity", Abstract: true, Set: "directoryObjects"},
		user, group,
		{Name: typePasswordProfile, Complex: true, Properties: []odata.Property{
			nullable("password", text, odata.WriteOnly, odata.Sealed),
			nullable("forceChangePasswordNextSignIn", flag), nullable("forceChangePasswordNextSignInWithMfa", flag),
		}},
	}
}

// bound is a navigation to several entities that comes in as bindings.
func bound(name, typ string) odata.Property {
	p := link(name, typ)
	p.Collection = true
	return p
}
