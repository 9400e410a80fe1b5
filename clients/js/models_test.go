package jsclient_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// modelFlow is what the models of a provisioning flow have beyond their base.
type modelFlow struct {
	Owners, Attributes, Numbers []string
	Password                    string
	ByRole, ByOrg               bool
}

// TestModels has the models of the TypeScript SDK read answers: what is of a
// derived type comes back with the members of that type, and none is left over.
func TestModels(t *testing.T) {
	t.Parallel()
	type connector struct{ ODataType, BaseURL, Credential, Secret string }
	type inbound struct{ ODataType, Connector, Year, DataDomain string }
	var got struct {
		Connectors []connector
		Inbound    []inbound
		Filter     struct {
			ODataType, Attribute string
			InEscaped            []string
		}
		Flows     map[string]modelFlow
		Operation struct {
			Type, Status string
			Errors       []string
		}
		RoleGroups [][]any
		Work       struct {
			Changed         []string
			Run, Statistics []any
			Activities      [][]any
			StatisticsOf    []string
		}
		Unknown, Refused refusal
	}
	runScript(t, &got, allPermissions(), "models.mjs")
	wantConnectors := []connector{
		{ODataType: industryData + "azureDataLakeConnector"},
		{industryData + "oneRosterApiDataConnector", "https://registry.example/ims/oneroster/v1p1", industryData + "oAuth1ClientCredential", ""},
	}
	if diff := cmp.Diff(wantConnectors, got.Connectors); diff != "" {
		t.Error("connectors", diff)
	}
	wantInbound := []inbound{
		{industryData + "inboundFileFlow", industryData + "azureDataLakeConnector", "2026-08-01", "educationRostering"},
		{industryData + "inboundApiFlow", industryData + "oneRosterApiDataConnector", "2026-08-01", "educationRostering"},
	}
	if diff := cmp.Diff(wantInbound, got.Inbound); diff != "" {
		t.Error("inbound flows", diff)
	}
	if f := got.Filter; f.ODataType != industryData+"basicFilter" || f.Attribute != "orgExternalId" || len(f.InEscaped) != 1 {
		t.Errorf("filter: %+v", f)
	}
	wantFlows := map[string]modelFlow{
		industryData + "classGroupProvisioningFlow":         {Owners: []string{"teacher"}, Attributes: []string{"courseTitle", "classCode"}},
		industryData + "userProvisioningFlow":               {Numbers: []string{"userNumber"}, Password: "***************"},
		industryData + "securityGroupProvisioningFlow":      {ByRole: true},
		industryData + "administrativeUnitProvisioningFlow": {ByOrg: true},
	}
	if diff := cmp.Diff(wantFlows, got.Flows); diff != "" {
		t.Error("flows", diff)
	}
	if o := got.Operation; o.Type != industryData+"fileValidateOperation" || o.Status != "succeeded" || len(o.Errors) == 0 || o.Errors[0] != "RequiredFileNotFound" {
		t.Errorf("operation: %+v", o)
	}
	if diff := cmp.Diff([][]any{{"staff", true}, {"students", true}}, got.RoleGroups); diff != "" {
		t.Error("role groups", diff)
	}
	w := got.Work // whose upload was refused, so that the run went on without
	if diff := cmp.Diff([]any{[]string{"courseCode"}, []any{"completedWithErrors", true}, []any{true, "number"}}, []any{w.Changed, w.Run, w.Statistics}); diff != "" {
		t.Error("a change, a run and its statistics", diff)
	}
	var worked []string
	for _, a := range w.Activities {
		worked = append(worked, a[0].(string)+" "+a[2].(string))
	}
	if diff := cmp.Diff(activities("failed", "completedWithWarnings"), worked); diff != "" {
		t.Error("activities", diff)
	}
	for _, of := range w.StatisticsOf {
		if of != industryData+"inboundActivityResults" {
			t.Errorf("statistics of an activity are a %s", of)
		}
	}
	checkRefused(t, "unknown", got.Unknown, 404, "itemNotFound", "nothing")
	checkRefused(t, "of no type", got.Refused, 400, "badRequest", "@odata.type")
}
