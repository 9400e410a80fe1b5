package graph_test

import (
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
