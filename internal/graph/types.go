package graph

import "rollbook/internal/odata"

// namespace is that of the School Data Sync API in Graph.
const namespace = "microsoft.graph.industryData"

// typeExternal holds what Graph keeps for systems outside of it.
const typeExternal = "microsoft.graph.externalConnectors.external"

// The types of industryData, without their namespace, as handlers name them.
const (
	typeSourceSystem      = "sourceSystemDefinition"
	typeMatchingSetting   = "userMatchingSetting"
	typeConnector         = "industryDataConnector"
	typeFileConnector     = "azureDataLakeConnector"
	typeAPIConnector      = "oneRosterApiDataConnector"
	typeOAuth1            = "oAuth1ClientCredential"
	typeOAuth2            = "oAuth2ClientCredential"
	typeFileFormat        = "fileFormatReferenceValue"
	typeYear              = "yearTimePeriodDefinition"
	typeYearValue         = "yearReferenceValue"
	typeInboundFlow       = "inboundFlow"
	typeInboundFileFlow   = "inboundFileFlow"
	typeInboundAPIFlow    = "inboundApiFlow"
	typeFlowSet           = "outboundProvisioningFlowSet"
	typeBasicFilter       = "basicFilter"
	typeProvisioningFlow  = "provisioningFlow"
	typeClassGroupFlow    = "classGroupProvisioningFlow"
	typeUserFlow          = "userProvisioningFlow"
	typeDefinition        = "referenceDefinition"
	typeRoleGroup         = "roleGroup"
	typeRun               = "industryDataRun"
	typeRunActivity       = "industryDataRunActivity"
	typeInboundActivity   = "inboundFlowActivity"
	typeOutboundActivity  = "outboundFlowActivity"
	typeRunStatistics     = "industryDataRunStatistics"
	typeValidateOperation = "fileValidateOperation"
	typeUploadSession     = "fileUploadSession"
	typeRoot              = "industryDataRoot"
)

const (
	text    = "Edm.String"
	flag    = "Edm.Boolean"
	number  = "Edm.Int32"
	day     = "Edm.Date"
	instant = "Edm.DateTimeOffset"
	untyped = "Edm.Untyped"
)

// industry returns the qualified name of a type of industryData.
func industry(name string) string { return namespace + "." + name }

// value, nullable, list and link make the rows of the table of types.
func value(name, typ string, rules ...odata.Rule) odata.Property {
	p := odata.Property{Name: name, Type: typ}
	for _, r := range rules {
		p.Rule |= r
	}
	return p
}

func nullable(name, typ string, rules ...odata.Rule) odata.Property {
	p := value(name, typ, rules...)
	p.Nullable = true
	return p
}

func list(name, typ string, rules ...odata.Rule) odata.Property {
	p := value(name, typ, rules...)
	p.Collection = true
	return p
}

func link(name, typ string, rules ...odata.Rule) odata.Property {
	p := value(name, typ, rules...)
	p.Navigation = true
	return p
}

func links(name, typ string) odata.Property {
	p := link(name, typ, odata.ServerSet)
	p.Collection = true
	return p
}

// contained is links to what exists within the entity only.
func contained(name, typ string) odata.Property {
	p := links(name, typ)
	p.Contained = true
	return p
}

// newModel returns the table of all types.
func newModel() (*odata.Model, error) {
	var types []odata.Type
	for _, part := range [][]odata.Type{
		commonTypes(), configurationTypes(), provisioningTypes(), optionTypes(), referenceTypes(), runTypes(), statisticsTypes(), directoryTypes(), unitTypes(), educationTypes(), organizationTypes(), extraTypes(),
	} {
		types = append(types, part...)
	}
	addExtras(types)
	// Clients that are made from Graph's own description say "graph".
	return odata.NewModel(types, enums(), odata.Alias{Name: "graph", Namespace: "microsoft.graph"})
}

func enums() []odata.Enum {
	return []odata.Enum{
		{Name: industry("additionalClassGroupAttributes"), Members: []string{
			"courseTitle", "courseCode", "courseSubject", "courseGradeLevel", "courseExternalId",
			"academicSessionTitle", "academicSessionExternalId", "classCode",
		}},
		{Name: industry("additionalUserAttributes"), Members: []string{"userGradeLevel", "userNumber"}},
		{Name: industry("apiFormat"), Members: []string{"oneRoster"}},
		{Name: industry("filterOptions"), Members: []string{"orgExternalId"}, First: 1},
		{Name: industry("inboundDomain"), Members: []string{"educationRostering"}},
		{Name: industry("industryDataActivityStatus"), Members: []string{
			"inProgress", "skipped", "failed", "completed", "completedWithErrors", "completedWithWarnings",
		}},
		{Name: industry("industryDataRunStatus"), Members: []string{
			"running", "failed", "completed", "completedWithErrors", "completedWithWarnings",
		}},
		{Name: industry("readinessStatus"), Members: []string{"notReady", "ready", "failed", "disabled", "expired"}},
		{Name: industry("studentAgeGroup"), Members: []string{"minor", "notAdult", "adult"}},
		{Name: graphType("contactRelationship"), Members: []string{"parent", "relative", "aide", "doctor", "guardian", "child", "other"}},
		{Name: graphType("educationExternalSource"), Members: []string{"sis", "lms", "manual"}},
		{Name: graphType("educationUserRole"), Members: []string{"student", "teacher", "none", "faculty"}},
		{Name: "microsoft.graph.longRunningOperationStatus", Members: []string{"notStarted", "running", "succeeded", "failed"}},
	}
}

func commonTypes() []odata.Type {
	return []odata.Type{
		{Name: "microsoft.graph.entity", Abstract: true, Properties: []odata.Property{value("id", text, odata.ServerSet)}},
		{Name: "microsoft.graph.longRunningOperation", Base: "microsoft.graph.entity", Abstract: true, Properties: []odata.Property{
			nullable("createdDateTime", instant, odata.ServerSet),
			nullable("lastActionDateTime", instant, odata.ServerSet),
			nullable("resourceLocation", text, odata.ServerSet),
			nullable("status", "microsoft.graph.longRunningOperationStatus", odata.ServerSet),
			nullable("statusDetail", text, odata.ServerSet),
		}},
		{Name: "microsoft.graph.publicErrorDetail", Complex: true, Properties: []odata.Property{
			nullable("code", text), nullable("message", text), nullable("target", text),
		}},
		{Name: "microsoft.graph.publicInnerError", Complex: true, Properties: []odata.Property{
			nullable("code", text), nullable("message", text), nullable("target", text),
			list("details", "microsoft.graph.publicErrorDetail"),
		}},
		{Name: "microsoft.graph.publicError", Complex: true, Properties: []odata.Property{
			nullable("code", text), nullable("message", text), nullable("target", text),
			list("details", "microsoft.graph.publicErrorDetail"),
			nullable("innerError", "microsoft.graph.publicInnerError"),
		}},
		{Name: typeExternal, Base: "microsoft.graph.entity", Properties: []odata.Property{
			{Name: "industryData", Type: industry(typeRoot), Navigation: true, Contained: true, Nullable: true, Rule: odata.ServerSet},
		}},
		{Name: industry(typeRoot), Base: "microsoft.graph.entity", Properties: []odata.Property{
			contained("dataConnectors", industry(typeConnector)),
			contained("inboundFlows", industry(typeInboundFlow)),
			contained("operations", "microsoft.graph.longRunningOperation"),
			contained(flowSetPath, industry(typeFlowSet)),
			contained("referenceDefinitions", industry(typeDefinition)),
			contained("roleGroups", industry(typeRoleGroup)),
			contained("runs", industry(typeRun)),
			contained("sourceSystems", industry(typeSourceSystem)),
			contained("years", industry(typeYear)),
		}},
	}
}
