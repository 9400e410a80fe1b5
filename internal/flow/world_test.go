package flow_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"rollbook/internal/flow"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/vocab"
)

// world is a service on a database of its own, with one of each entity.
type world struct {
	*flow.Service
	source    flow.SourceSystem
	connector flow.Connector
	year      flow.Year
	inbound   flow.InboundFlow
	set       flow.FlowSet
	class     flow.ProvisioningFlow
}

// now is the moment at which every test plays, unless it moves the clock.
func now() time.Time { return time.Date(2026, 9, 14, 6, 0, 0, 123_456_789, time.UTC) }

func newService(db store.DB) *flow.Service {
	var last atomic.Int64
	return &flow.Service{
		Store: store.NewConfiguration(db), Now: now,
		NewID: func() string { return fmt.Sprintf("%p-%02d", &last, last.Add(1)) },
	}
}

// onEveryEngine runs a test in a new world on each engine.
func onEveryEngine(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) { test(t, newWorld(t, db)) })
}

func newWorld(t *testing.T, db store.DB) *world {
	t.Helper()
	w := &world{Service: newService(db)}
	ctx := t.Context()
	var errs [6]error
	w.source, errs[0] = w.CreateSourceSystem(ctx, flow.SourceSystem{DisplayName: "Rostering source", UserMatchingSettings: []flow.UserMatchingSetting{matching()}})
	w.connector, errs[1] = w.CreateConnector(ctx, flow.Connector{Type: flow.AzureDataLakeConnector, DisplayName: "CSV connector", SourceSystem: w.source.ID})
	w.year, errs[2] = w.CreateYear(ctx, flow.Year{DisplayName: "2026", StartDate: "2026-09-01", EndDate: "2027-06-30", Year: code("2026")})
	w.inbound, errs[3] = w.CreateInboundFlow(ctx, flow.InboundFlow{
		Type: flow.InboundFileFlow, DisplayName: "Inbound", DataDomain: "educationRostering",
		EffectiveDateTime: now().Add(-time.Hour), DataConnector: w.connector.ID, Year: w.year.ID,
	})
	w.set, errs[4] = w.CreateFlowSet(ctx, flow.FlowSet{DisplayName: "All"})
	w.class, errs[5] = w.CreateProvisioningFlow(ctx, flow.ProvisioningFlow{
		FlowSet: w.set.ID, Type: flow.ClassGroupProvisioningFlow, ClassGroup: classGroup(),
	})
	for i, err := range errs {
		if err != nil {
			t.Fatalf("entity %d: %v", i, err)
		}
	}
	return w
}

func matching() flow.UserMatchingSetting {
	return flow.UserMatchingSetting{
		MatchTarget: code("userPrincipalName"), SourceIdentifier: code("username"), RoleGroup: vocab.Staff,
	}
}

func classGroup() *flow.ClassGroupConfiguration {
	return &flow.ClassGroupConfiguration{
		AdditionalAttributes: []string{"courseTitle", "classCode"},
		AdditionalOptions:    flow.AdditionalClassGroupOptions{CreateTeam: true},
		EnrollmentMappings: flow.EnrollmentMappings{
			OwnerEnrollmentMappings:  []flow.ReferenceValue{code("teacher")},
			MemberEnrollmentMappings: []flow.ReferenceValue{code("student"), code("paraprofessional")},
		},
	}
}

func code(c string) flow.ReferenceValue { return flow.ReferenceValue{Code: c} }

func ptr[T any](v T) *T { return &v }
