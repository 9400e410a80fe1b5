package run_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rollbook/internal/flow"
	"rollbook/internal/run"
)

// apiFlow adds an inbound flow of a OneRoster API.
func (w *world) apiFlow(t *testing.T) flow.InboundFlow {
	t.Helper()
	config, err := w.flows.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	connector, err := w.flows.CreateConnector(t.Context(), flow.Connector{
		Type: flow.OneRosterConnector, DisplayName: "Registry", SourceSystem: config.SourceSystems[0].ID,
		OneRoster: &flow.OneRosterAPI{APIFormat: "oneRoster", APIVersion: "1.1", BaseURL: "https://sis.example", Credential: flow.Credential{
			Type: flow.OAuth1Credential, DisplayName: "key", ClientID: "id", ClientSecret: "sealed",
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := config.InboundFlows[0]
	f.Type, f.DisplayName, f.DataConnector = flow.InboundAPIFlow, "From the API", connector.ID
	if f, err = w.flows.CreateInboundFlow(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	return f
}

// What a run cannot do it says, and does everything else.
func TestFlowsThatCannotBeDoneAreSkipped(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		inbound := w.apiFlow(t)
		sets, err := w.flows.FlowSets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		groups, err := w.flows.CreateProvisioningFlow(t.Context(), flow.ProvisioningFlow{
			FlowSet: sets[0].ID, Type: flow.SecurityGroupProvisioningFlow, SecurityGroup: &flow.SecurityGroupOptions{CreateBasedOnRoleGroup: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		units, err := w.flows.CreateProvisioningFlow(t.Context(), flow.ProvisioningFlow{
			FlowSet: sets[0].ID, Type: flow.AdministrativeUnitProvisioningFlow, AdministrativeUnit: &flow.AdministrativeUnitOptions{CreateBasedOnOrg: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		result := w.sync(t)
		wantCounts(t, district, result)
		skipped := []string{inbound.ID, groups.ID, units.ID}
		var reported []string
		for _, s := range result.Skipped {
			reported = append(reported, s.ID)
		}
		wantSame(t, "skipped flows", skipped, reported)
		one, err := w.Runs.Run(t.Context(), result.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(one.Activities) != 6 {
			t.Errorf("%d activities, want one for each of 6 flows", len(one.Activities))
		}
		for _, a := range one.Activities {
			switch {
			case !slices.Contains(skipped, a.FlowID) && (a.Status != run.ActivityCompleted || a.BlockingError != nil):
				t.Errorf("%s is %s (%v)", a.DisplayName, a.Status, a.BlockingError)
			case slices.Contains(skipped, a.FlowID) && (a.Status != run.ActivitySkipped || a.BlockingError == nil || a.BlockingError.Code != "flowNotSupported"):
				t.Errorf("%s is %s (%v), want it skipped", a.DisplayName, a.Status, a.BlockingError)
			}
		}
	})
}

// A flow that asks for more than runs can do is done as far as they can, and is
// not called done without a word.
func TestWhatAFlowLeavesOut(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		config, err := w.flows.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		allow := true
		for _, f := range config.ProvisioningFlows {
			if f.User == nil {
				continue
			}
			_, err := w.flows.UpdateProvisioningFlow(t.Context(), f.FlowSet, f.ID, func(f flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
				f.User.CreationOptions = &flow.UserCreationOptions{Configurations: []flow.UserConfiguration{{
					RoleGroup: "staff", LicenseSkus: []string{"a"}, DefaultPasswordSettings: &flow.PasswordSettings{Password: "sealed"},
				}}}
				f.User.ManagementOptions.AdditionalAttributes = []string{"userNumber"}
				f.User.ManagementOptions.AdditionalOptions.AllowStudentContactAssociation = &allow
				return f, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		result := w.sync(t)
		wantCounts(t, district, result)
		var reasons []string
		for i, word := range []string{"licenseSkus", "defaultPasswordSettings", "userNumber", "allowStudentContactAssociation"} {
			if i >= len(result.Skipped) || !strings.Contains(result.Skipped[i].Reason, word) {
				t.Errorf("%s is not named in %v", word, result.Skipped)
			}
		}
		one, err := w.Runs.Run(t.Context(), result.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range one.Activities {
			reasons = append(reasons, a.DisplayName+" "+string(a.Status))
		}
		wantSame(t, "activities", []string{"Rosters completed", "userProvisioningFlow completedWithWarnings", "classGroupProvisioningFlow completed"}, reasons)
	})
}

// A rule that can match nobody is named.
func TestRulesThatMatchNobody(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		config, err := w.flows.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.flows.UpdateSourceSystem(t.Context(), config.SourceSystems[0].ID, func(s flow.SourceSystem) (flow.SourceSystem, error) {
			s.UserMatchingSettings[0].SourceIdentifier.Code = "fed"
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		result := w.sync(t)
		if len(result.Skipped) != 1 || !strings.Contains(result.Skipped[0].Reason, "matched by fed") {
			t.Errorf("skipped %v", result.Skipped)
		}
		one, err := w.Runs.Run(t.Context(), result.Run.ID)
		if err != nil || one.Activities[0].Status != run.ActivityCompletedWithWarnings {
			t.Errorf("the activity is %s, %v", one.Activities[0].Status, err)
		}
	})
}

func TestARunWithOnlyAPIsFails(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		config, err := w.flows.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.apiFlow(t)
		if err := w.flows.DeleteInboundFlow(t.Context(), config.InboundFlows[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Run(context.WithoutCancel(t.Context()), run.Options{Path: w.path}); !errors.Is(err, run.ErrOnlyOneRoster) {
			t.Errorf("got %v", err)
		}
		runs, err := w.Runs.Runs(t.Context())
		if err != nil || len(runs) != 1 || runs[0].Status != run.Failed || runs[0].Activities[0].Status != run.ActivitySkipped {
			t.Errorf("the record is %+v, %v", runs, err)
		}
	})
}
