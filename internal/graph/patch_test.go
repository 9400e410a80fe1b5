package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/flow"
)

// The documented PATCH of a class group flow changes what it says and nothing else.
func TestPatchOfAClassGroupFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	path := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class
	before, err := w.flows.ProvisioningFlow(t.Context(), i.set, i.class)
	if err != nil {
		t.Fatal(err)
	}
	w.must(204, "PATCH", path, `{"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow",
		"id":"other","createdDateTime":"1999-01-01T00:00:00Z","lastModifiedDateTime":"1999-01-01T00:00:00Z","readinessStatus":"failed",
		"configuration":{"@odata.type":"#microsoft.graph.industryData.classGroupConfiguration","additionalAttributes":["courseTitle","courseCode"],
			"additionalOptions":{"@odata.type":"#microsoft.graph.industryData.additionalClassGroupOptions","createTeam":false},
			"enrollmentMappings":{"@odata.type":"#microsoft.graph.industryData.enrollmentMappings",
				"memberEnrollmentMappings":[{"@odata.type":"#microsoft.graph.industryData.sectionRoleReferenceValue","code":"Substitute"},
					{"value@odata.bind":"https://graph.microsoft.com/beta/external/industryData/referenceDefinitions/RefSectionRole-aide"}]}}}`)
	after, err := w.flows.ProvisioningFlow(t.Context(), i.set, i.class)
	if err != nil {
		t.Fatal(err)
	}
	want := before
	want.Modified = after.Modified
	want.ClassGroup = &flow.ClassGroupConfiguration{
		AdditionalAttributes: []string{"courseTitle", "courseCode"},
		AdditionalOptions:    flow.AdditionalClassGroupOptions{WriteDisplayNameOnCreateOnly: true},
		EnrollmentMappings: flow.EnrollmentMappings{
			OwnerEnrollmentMappings:  []flow.ReferenceValue{{Code: "teacher"}, {Code: "proctor"}},
			MemberEnrollmentMappings: []flow.ReferenceValue{{Code: "substitute"}, {Code: "aide"}},
		},
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !after.Modified.After(before.Modified) {
		t.Errorf("lastModifiedDateTime did not move: %v", after.Modified)
	}
}

// What was read of an entity can be sent back as it is, and changes nothing.
func TestEntitiesCanBeSentBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	flows := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows"
	api := w.must(201, "POST", industry+"dataConnectors", oneRosterBody(i.source)).id()
	groups := w.must(201, "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.securityGroupProvisioningFlow","creationOptions":{"createBasedOnRoleGroup":true,"createBasedOnOrgPlusRoleGroup":false}}`).id()
	units := w.must(201, "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.administrativeUnitProvisioningFlow","creationOptions":{"createBasedOnOrg":false,"createBasedOnOrgPlusRoleGroup":true}}`).id()
	for _, path := range []string{
		"dataConnectors/" + api + "?$expand=sourceSystem",
		strings.TrimPrefix(flows, industry) + "/" + groups, strings.TrimPrefix(flows, industry) + "/" + units,
		"sourceSystems/" + i.source, "dataConnectors/" + i.connector, "years/" + i.year, "inboundFlows/" + i.inbound + "?$expand=dataConnector,year",
		"outboundProvisioningFlowSets/" + i.set + "?$expand=provisioningFlows", "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class,
		"referenceDefinitions/RefGradeLevel-KG",
	} {
		before := w.must(200, "GET", industry+path, "")
		body := before.text
		if path == "sourceSystems/"+i.source {
			// The API does not show the role group of a rule, so that cannot be sent back.
			body = `{"displayName":"Registry","vendor":null}`
		}
		w.must(204, "PATCH", industry+path, body)
		after := w.must(200, "GET", industry+path, "")
		for _, a := range []answer{before, after} {
			delete(a.body.(map[string]any), "lastModifiedDateTime")
			delete(a.body.(map[string]any), "@odata.etag") // which changes with it
		}
		if diff := cmp.Diff(before.body, after.body); diff != "" {
			t.Errorf("%s: (-before +after)\n%s", path, diff)
		}
	}
}
