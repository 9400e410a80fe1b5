package graph

import "rollbook/internal/odata"

// The rules of the table, spelled short.
const (
	required  = odata.Required
	immutable = odata.Immutable
	serverSet = odata.ServerSet
	quiet     = odata.Quiet
)

// configurationTypes are source systems, connectors, years and inbound flows
// (industryData: what the API calls inbound).
func configurationTypes() []odata.Type {
	return []odata.Type{
		{Name: industry(typeSourceSystem), Base: "microsoft.graph.entity", Set: "sourceSystems", Properties: []odata.Property{
			value("displayName", text, required, immutable),
			list("userMatchingSettings", industry(typeMatchingSetting)),
			nullable("vendor", text),
		}},
		{Name: industry(typeMatchingSetting), Complex: true, Properties: []odata.Property{
			nullable("matchTarget", industry("userMatchTargetReferenceValue"), required),
			value("priorityOrder", number, required),
			value("sourceIdentifier", industry("identifierTypeReferenceValue"), required),
			link("roleGroup", industry(typeRoleGroup), required),
			// Not in the published metadata, but sent by published clients.
			nullable("domainName", text, quiet),
		}},
		{Name: industry(typeConnector), Base: "microsoft.graph.entity", Abstract: true, Set: "dataConnectors", Properties: []odata.Property{
			value("displayName", text, required),
			link("sourceSystem", industry(typeSourceSystem), required, immutable),
		}},
		{Name: industry("fileDataConnector"), Base: industry(typeConnector), Abstract: true},
		{Name: industry(typeFileConnector), Base: industry("fileDataConnector"), Properties: []odata.Property{
			nullable("fileFormat", industry(typeFileFormat), immutable, quiet),
		}},
		{Name: industry("apiDataConnector"), Base: industry(typeConnector), Abstract: true, Properties: []odata.Property{
			value("apiFormat", industry("apiFormat"), required),
			value("baseUrl", text, required),
			value("credential", industry("credential"), required),
		}},
		{Name: industry(typeAPIConnector), Base: industry("apiDataConnector"), Properties: []odata.Property{
			value("apiVersion", text, required),
			value("isContactsEnabled", flag, required),
			value("isDemographicsEnabled", flag, required),
			value("isFlagsEnabled", flag, required),
		}},
		{Name: industry(typeYear), Base: "microsoft.graph.entity", Set: "years", Properties: []odata.Property{
			value("displayName", text, required),
			value("startDate", day, required),
			value("endDate", day, required),
			value("year", industry(typeYearValue), required, immutable),
		}},
		{Name: industry("industryDataActivity"), Base: "microsoft.graph.entity", Abstract: true, Properties: []odata.Property{
			value("displayName", text, required),
			value("readinessStatus", industry("readinessStatus"), serverSet, odata.Volatile),
		}},
		{Name: industry(typeInboundFlow), Base: industry("industryDataActivity"), Abstract: true, Set: "inboundFlows", Properties: []odata.Property{
			value("dataDomain", industry("inboundDomain"), required, immutable),
			value("effectiveDateTime", instant, required),
			nullable("expirationDateTime", instant),
			link("dataConnector", industry(typeConnector), required, immutable),
			link("year", industry(typeYear), required, immutable),
		}},
		{Name: industry(typeInboundFileFlow), Base: industry(typeInboundFlow)},
		{Name: industry(typeInboundAPIFlow), Base: industry(typeInboundFlow)},
	}
}

// provisioningTypes are flow sets and the flows in them.
func provisioningTypes() []odata.Type {
	return []odata.Type{
		{Name: industry(typeFlowSet), Base: "microsoft.graph.entity", Set: "outboundProvisioningFlowSets", Properties: []odata.Property{
			nullable("createdDateTime", instant, serverSet),
			nullable("lastModifiedDateTime", instant, serverSet),
			value("displayName", text, required),
			nullable("filter", industry("filter")),
			contained("provisioningFlows", industry(typeProvisioningFlow)),
		}},
		{Name: industry("filter"), Complex: true, Abstract: true},
		{Name: industry(typeBasicFilter), Base: industry("filter"), Complex: true, Properties: []odata.Property{
			value("attribute", industry("filterOptions"), required),
			list("in", text, required),
		}},
		{Name: industry(typeProvisioningFlow), Base: "microsoft.graph.entity", Abstract: true, Set: "provisioningFlows", Properties: []odata.Property{
			nullable("createdDateTime", instant, serverSet),
			nullable("lastModifiedDateTime", instant, serverSet),
			nullable("readinessStatus", industry("readinessStatus"), serverSet, odata.Volatile),
		}},
		{Name: industry("administrativeUnitProvisioningFlow"), Base: industry(typeProvisioningFlow), Properties: []odata.Property{
			value("creationOptions", industry("adminUnitCreationOptions"), required),
		}},
		{Name: industry("securityGroupProvisioningFlow"), Base: industry(typeProvisioningFlow), Properties: []odata.Property{
			value("creationOptions", industry("securityGroupCreationOptions"), required),
		}},
		{Name: industry(typeClassGroupFlow), Base: industry(typeProvisioningFlow), Properties: []odata.Property{
			value("configuration", industry("classGroupConfiguration"), required),
		}},
		{Name: industry(typeUserFlow), Base: industry(typeProvisioningFlow), Properties: []odata.Property{
			nullable("createUnmatchedUsers", flag),
			nullable("creationOptions", industry("userCreationOptions")),
			value("managementOptions", industry("userManagementOptions"), required),
		}},
	}
}

// optionTypes are the values inside of provisioning flows, and credentials.
func optionTypes() []odata.Type {
	return []odata.Type{
		{Name: industry("adminUnitCreationOptions"), Complex: true, Properties: []odata.Property{
			value("createBasedOnOrg", flag, required), value("createBasedOnOrgPlusRoleGroup", flag, required),
		}},
		{Name: industry("securityGroupCreationOptions"), Complex: true, Properties: []odata.Property{
			value("createBasedOnOrgPlusRoleGroup", flag, required), value("createBasedOnRoleGroup", flag, required),
		}},
		{Name: industry("classGroupConfiguration"), Complex: true, Properties: []odata.Property{
			list("additionalAttributes", industry("additionalClassGroupAttributes")),
			value("additionalOptions", industry("additionalClassGroupOptions"), required),
			value("enrollmentMappings", industry("enrollmentMappings"), required),
		}},
		{Name: industry("additionalClassGroupOptions"), Complex: true, Properties: []odata.Property{
			value("createTeam", flag, required), value("writeDisplayNameOnCreateOnly", flag, required),
		}},
		{Name: industry("enrollmentMappings"), Complex: true, Properties: []odata.Property{
			list("memberEnrollmentMappings", industry("sectionRoleReferenceValue")),
			list("ownerEnrollmentMappings", industry("sectionRoleReferenceValue")),
		}},
		{Name: industry("userCreationOptions"), Complex: true, Properties: []odata.Property{
			list("configurations", industry("userConfiguration")),
		}},
		{Name: industry("userConfiguration"), Complex: true, Properties: []odata.Property{
			nullable("defaultPasswordSettings", industry("passwordSettings")),
			list("licenseSkus", text),
			{Name: "roleGroup", Type: industry(typeRoleGroup), Navigation: true, Contained: true, Rule: required},
		}},
		{Name: industry("passwordSettings"), Complex: true, Abstract: true},
		{Name: industry("simplePasswordSettings"), Base: industry("passwordSettings"), Complex: true, Properties: []odata.Property{
			// Not required on the wire: left out, the stored one stays.
			value("password", text, odata.Sealed),
		}},
		{Name: industry("userManagementOptions"), Complex: true, Properties: []odata.Property{
			list("additionalAttributes", industry("additionalUserAttributes")),
			value("additionalOptions", industry("additionalUserOptions"), required),
		}},
		{Name: industry("additionalUserOptions"), Complex: true, Normalize: normalizeAgeGroup, Properties: []odata.Property{
			nullable("allowStudentContactAssociation", flag),
			nullable("markAllStudentsAsMinors", flag),
			nullable("studentAgeGroup", industry("studentAgeGroup")),
		}},
		{Name: industry("credential"), Complex: true, Abstract: true, Properties: []odata.Property{
			value("displayName", text, required), value("isValid", flag, serverSet), nullable("lastValidDateTime", instant, serverSet),
		}},
		{Name: industry("oAuthClientCredential"), Base: industry("credential"), Complex: true, Abstract: true, Properties: []odata.Property{
			value("clientId", text, required), nullable("clientSecret", text, odata.WriteOnly, odata.Sealed),
		}},
		{Name: industry(typeOAuth1), Base: industry("oAuthClientCredential"), Complex: true},
		{Name: industry(typeOAuth2), Base: industry("oAuthClientCredential"), Complex: true, Properties: []odata.Property{
			nullable("scope", text), value("tokenUrl", text, required),
		}},
	}
}
