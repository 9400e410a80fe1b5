package graph_test

import (
	"fmt"
	"testing"
)

// What the published pages leave open and docs/api.md allows, is allowed.
func TestWhatIsAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	flows := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows"
	for _, test := range []struct{ name, path, body string }{
		{"two years of a name", "years", yearBody},
		{"a year of a day", "years", `{"displayName":"Day","startDate":"2024-09-01","endDate":"2024-09-01","year":{"code":"2025"}}`},
		{"two source systems of a name", "sourceSystems", sourceBody},
		{"a source system that matches nobody", "sourceSystems", `{"displayName":"x"}`},
		{"a year bound by its definition", "years", `{"displayName":"x","startDate":"2024-09-01","endDate":"2025-06-30","year":{"value@odata.bind":"external/industryData/referenceDefinitions/RefAcademicYear-2024"}}`},
		{"a second flow of a connector in a year, beyond the year", "inboundFlows", fmt.Sprintf(`{"@odata.type":"microsoft.graph.industryData.inboundFileFlow","displayName":"Nightly","dataDomain":"educationRostering",
			"effectiveDateTime":"2024-08-01","expirationDateTime":"2030-01-01","dataConnector@odata.bind":"dataConnectors('%s')","year@odata.bind":"years/%s"}`, i.connector, i.year)},
		{"organizations that are not there", "outboundProvisioningFlowSets", `{"displayName":"Everyone","filter":{"@odata.type":"#microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":["nowhere"]}}`},
		{"a sort index twice", "referenceDefinitions", `{"referenceType":"RefGradeLevel","code":"x","isDisabled":false,"sortIndex":10}`},
	} {
		if a := w.call("POST", industry+test.path, test.body); a.status != 201 {
			t.Errorf("%s: %d %s", test.name, a.status, a.text)
		}
	}
	user := w.must(201, "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.userProvisioningFlow","createUnmatchedUsers":true,"managementOptions":{"additionalOptions":{}}}`)
	if user.member("creationOptions") != nil || user.member("createUnmatchedUsers") != true {
		t.Errorf("accounts that are made with nothing more: %s", user.text)
	}
	w.must(201, "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.administrativeUnitProvisioningFlow","creationOptions":{"createBasedOnOrg":false,"createBasedOnOrgPlusRoleGroup":false}}`)

	// Nothing of a body is lost in silence.
	deep := w.must(400, "POST", industry+"outboundProvisioningFlowSets", `{"displayName":"x","provisioningFlows":[`+classBody+`]}`)
	if deep.member("error/target") != "provisioningFlows" {
		t.Errorf("flows inside of a set: %s", deep.text)
	}
	w.must(201, "POST", industry+"outboundProvisioningFlowSets", `{"displayName":"x","provisioningFlows":[]}`)

	// A value of the system may be taken out of a list that is open, and back in.
	w.must(204, "DELETE", industry+"referenceDefinitions/RefGradeLevel-KG", "")
	if a := w.must(200, "GET", industry+"referenceDefinitions/RefGradeLevel-KG", ""); a.member("isDisabled") != true || a.member("source") != "ceds.ed.gov" {
		t.Errorf("taken out: %s", a.text)
	}
	w.must(204, "PATCH", industry+"referenceDefinitions/RefGradeLevel-KG", `{"isDisabled":false}`)
	w.must(403, "DELETE", industry+"referenceDefinitions/RefRole-teacher", "")

	// What repeats a member that cannot change is no change.
	w.must(204, "PATCH", industry+"sourceSystems/"+i.source, `{"displayName":"Registry"}`)
	w.must(204, "PATCH", industry+"inboundFlows/"+i.inbound, `{"dataDomain":"educationRostering","year@odata.bind":"years('`+i.year+`')","readinessStatus":"failed"}`)
	// A part of a filter keeps the rest.
	set := w.must(201, "POST", industry+"outboundProvisioningFlowSets", `{"displayName":"x","filter":{"@odata.type":"#microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":["a"]}}`).id()
	w.must(204, "PATCH", industry+"outboundProvisioningFlowSets/"+set, `{"filter":{"in":["b"]}}`)
	if a := w.must(200, "GET", industry+"outboundProvisioningFlowSets/"+set, ""); a.member("filter/in/0") != "b" || a.member("filter/attribute") != "orgExternalId" {
		t.Errorf("a part of the filter: %s", a.text)
	}
}
