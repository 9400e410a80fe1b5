package flow_test

import (
	"strings"
	"testing"

	"rollbook/internal/flow"
)

func TestWhatOthersReferToStays(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		steps := []struct {
			name   string
			delete func() error
			by     string // what refers to it; "" once nothing does
		}{
			{"source system", func() error { return w.DeleteSourceSystem(ctx, w.source.ID) }, "CSV connector"},
			{"connector", func() error { return w.DeleteConnector(ctx, w.connector.ID) }, "Inbound"},
			{"year", func() error { return w.DeleteYear(ctx, w.year.ID) }, "Inbound"},
			{"inbound flow", func() error { return w.DeleteInboundFlow(ctx, w.inbound.ID) }, ""},
			{"year", func() error { return w.DeleteYear(ctx, w.year.ID) }, ""},
			{"source system", func() error { return w.DeleteSourceSystem(ctx, w.source.ID) }, "CSV connector"},
			{"connector", func() error { return w.DeleteConnector(ctx, w.connector.ID) }, ""},
			{"source system", func() error { return w.DeleteSourceSystem(ctx, w.source.ID) }, ""},
		}
		for i, step := range steps {
			err := step.delete()
			if step.by == "" && err != nil {
				t.Errorf("step %d, %s: %v", i, step.name, err)
			}
			if step.by != "" && (!flow.IsKind(err, flow.Conflict) || !strings.Contains(err.Error(), step.by)) {
				t.Errorf("step %d, %s: got %v, want a conflict that names %q", i, step.name, err, step.by)
			}
			if step.by == "" && !flow.IsKind(step.delete(), flow.NotFound) {
				t.Errorf("step %d, %s: deleting it again is not NotFound", i, step.name)
			}
		}
		again, err := w.CreateSourceSystem(ctx, flow.SourceSystem{DisplayName: "Next"})
		if err != nil || again.Number != 2 {
			t.Errorf("the next source system has number %d, %v; the number of the deleted one may not be given again", again.Number, err)
		}
	})
}

func TestDeletingASetDeletesItsFlows(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		other, err := w.CreateFlowSet(ctx, flow.FlowSet{DisplayName: "Other"})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := w.CreateProvisioningFlow(ctx, flow.ProvisioningFlow{FlowSet: other.ID, Type: flow.UserProvisioningFlow, User: &flow.UserProvisioning{}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.ProvisioningFlow(ctx, other.ID, w.class.ID); !flow.IsKind(err, flow.NotFound) {
			t.Errorf("a flow found in a set that it is not in: %v", err)
		}
		if err := w.DeleteProvisioningFlow(ctx, other.ID, w.class.ID); !flow.IsKind(err, flow.NotFound) {
			t.Errorf("a flow deleted from a set that it is not in: %v", err)
		}
		if err := w.DeleteFlowSet(ctx, w.set.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ProvisioningFlows(ctx, w.set.ID); !flow.IsKind(err, flow.NotFound) {
			t.Errorf("the flows of a deleted set: %v", err)
		}
		fresh := &flow.Service{Store: w.Store, Now: now}
		if got := snapshot(t, fresh).ProvisioningFlows; len(got) != 1 || got[0].ID != kept.ID {
			t.Errorf("%+v are left, want the flow of the other set", got)
		}
	})
}
