package jsclient_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const industryData = "#microsoft.graph.industryData."

// activities are those of a run with one flow of each type, of which those from
// a OneRoster API, to security groups and to administrative units are skipped.
// That of users has a status of its own: it may ask for more than runs can do.
func activities(files, users string) []string {
	return []string{
		industryData + "inboundFlowActivity " + files, industryData + "inboundFlowActivity skipped",
		industryData + "outboundFlowActivity completed", industryData + "outboundFlowActivity " + users,
		industryData + "outboundFlowActivity skipped", industryData + "outboundFlowActivity skipped",
	}
}

// TestLifecycle has the client for Graph do all that can be done with an entity
// of every type.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	var got struct {
		Types      map[string]*string
		Pages      []int
		Expansions struct {
			ConnectorOfFlow, YearOfFlow, VendorOfConnector string
			FlowsOfSet                                     []string
			Followed                                       bool
		}
		Batches struct{ Found, Ordered []int }
		Actions struct {
			Reset, Start, Session, Validate int
			Activities                      []string
		}
		Left map[string]any
	}
	runScript(t, &got, allPermissions(), "lifecycle.mjs")
	if len(got.Types) != 12 || got.Types["units"] == nil || *got.Types["units"] != industryData+"administrativeUnitProvisioningFlow" {
		t.Errorf("types: %v", got.Types)
	}
	if diff := cmp.Diff([]int{1, 2, 1, 2, 1, 2, 4}, got.Pages); diff != "" {
		t.Error("entities by pages of one", diff)
	}
	x := got.Expansions
	if x.ConnectorOfFlow != industryData+"azureDataLakeConnector" || x.YearOfFlow != "The year" || x.VendorOfConnector != "Lighthouse" || len(x.FlowsOfSet) != 4 || !x.Followed {
		t.Errorf("expansions: %+v", x)
	}
	if diff := cmp.Diff([]int{201, 404, 424}, got.Batches.Ordered); diff != "" {
		t.Error("a batch of which each depends on the one before", diff)
	}
	for i, status := range got.Batches.Found {
		if status != 200 {
			t.Errorf("item %d of a batch: %d", i, status)
		}
	}
	if a := got.Actions; a.Reset != 202 || a.Start != 202 || a.Session != 200 || a.Validate != 202 {
		t.Errorf("actions: %+v", a)
	}
	if diff := cmp.Diff(activities("completed", "completed"), got.Actions.Activities); diff != "" {
		t.Error("activities", diff)
	}
	for name, left := range got.Left {
		if want := any(404.0); left != want && (name != "grade" || left != "disabled") {
			t.Errorf("%s is %v after it was deleted", name, left)
		}
	}
}
