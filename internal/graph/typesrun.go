package graph

import "rollbook/internal/odata"

// runTypes are runs, their activities, validations and upload sessions.
func runTypes() []odata.Type {
	const publicError = "microsoft.graph.publicError"
	return []odata.Type{
		{Name: industry(typeRun), Base: "microsoft.graph.entity", Tagged: true, Properties: []odata.Property{
			nullable("blockingError", publicError, serverSet),
			value("displayName", text, serverSet),
			nullable("endDateTime", instant, serverSet),
			value("startDateTime", instant, serverSet),
			value("status", industry("industryDataRunStatus"), serverSet),
			contained("activities", industry(typeRunActivity)),
		}},
		{Name: industry(typeRunActivity), Base: "microsoft.graph.entity", Abstract: true, Properties: []odata.Property{
			nullable("blockingError", publicError, serverSet),
			value("displayName", text, serverSet),
			value("status", industry("industryDataActivityStatus"), serverSet),
			{Name: "activity", Type: industry("industryDataActivity"), Navigation: true, Nullable: true, Rule: serverSet},
		}},
		{Name: industry(typeInboundActivity), Base: industry(typeRunActivity)},
		{Name: industry(typeOutboundActivity), Base: industry(typeRunActivity)},
		{Name: industry("validateOperation"), Base: "microsoft.graph.longRunningOperation", Abstract: true, Properties: []odata.Property{
			list("errors", publicError, serverSet), list("warnings", publicError, serverSet),
		}},
		{Name: industry(typeValidateOperation), Base: industry("validateOperation"), Properties: []odata.Property{
			list("validatedFiles", text, serverSet),
		}},
		{Name: industry(typeUploadSession), Complex: true, Properties: []odata.Property{
			value("containerExpirationDateTime", instant, serverSet),
			value("containerId", text, serverSet),
			value("sessionExpirationDateTime", instant, serverSet),
			value("sessionUrl", text, serverSet),
		}},
	}
}

func statisticsTypes() []odata.Type {
	roles, entities := industry("industryDataRunRoleCountMetric"), industry("industryDataRunEntityCountMetric")
	return []odata.Type{
		{Name: industry(typeRunStatistics), Complex: true, Tagged: true, Properties: []odata.Property{
			list("activityStatistics", industry("industryDataActivityStatistics")),
			nullable("inboundTotals", industry("aggregatedInboundStatistics")),
			value("runId", text),
			value("status", industry("industryDataRunStatus")),
		}},
		{Name: industry("industryDataActivityStatistics"), Complex: true, Abstract: true, Properties: []odata.Property{
			value("activityId", text), value("displayName", text), value("status", industry("industryDataActivityStatus")),
		}},
		{Name: industry("inboundActivityResults"), Base: industry("industryDataActivityStatistics"), Complex: true, Properties: []odata.Property{
			nullable("errors", number),
			nullable("groups", entities),
			list("matchedPeopleByRole", roles),
			nullable("memberships", entities),
			nullable("organizations", entities),
			nullable("people", entities),
			list("unmatchedPeopleByRole", roles),
			nullable("warnings", number),
		}},
		{Name: industry("aggregatedInboundStatistics"), Complex: true, Properties: []odata.Property{
			nullable("errors", number), nullable("groups", number),
			list("matchedPeopleByRole", roles),
			nullable("memberships", number), nullable("organizations", number), nullable("people", number),
			list("unmatchedPeopleByRole", roles),
			nullable("warnings", number),
		}},
		{Name: entities, Complex: true, Properties: []odata.Property{
			nullable("active", number), nullable("inactive", number), nullable("total", number),
		}},
		{Name: roles, Complex: true, Properties: []odata.Property{nullable("count", number), value("role", text)}},
	}
}
