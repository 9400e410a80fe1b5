package flow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollbook/internal/flow"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/vocab"
)

// TestCachesHoldWhatIsStored changes the configuration at random through two
// services, as two processes would, and compares what each keeps with a third
// that has nothing but the database.
func TestCachesHoldWhatIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	second := newService(nil)
	second.Store = w.Store
	compare := cmp.Options{sameSnapshot(), cmpopts.EquateEmpty()}
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.SampledFrom([]*flow.Service{w.Service, second}).Draw(rt, "service")
		act(t, rt, s)
		want := snapshot(t, &flow.Service{Store: w.Store, Now: now})
		for _, s := range []*flow.Service{w.Service, second} {
			if diff := cmp.Diff(want, snapshot(t, s), compare); diff != "" {
				rt.Fatal(diff)
			}
		}
	})
}

// act makes one change, if there is something to make it to. That rules refuse
// it is fine, and must leave no trace.
func act(t *testing.T, rt *rapid.T, s *flow.Service) {
	t.Helper()
	ctx, state := t.Context(), snapshot(t, s)
	name := rapid.SampledFrom([]string{"A", "B", ""}).Draw(rt, "name")
	switch rapid.IntRange(0, 6).Draw(rt, "action") {
	case 0:
		_, _ = s.CreateFlowSet(ctx, flow.FlowSet{DisplayName: name})
	case 1:
		if set, ok := pick(rt, state.FlowSets); ok {
			_, _ = s.CreateProvisioningFlow(ctx, flow.ProvisioningFlow{FlowSet: set.ID, Type: flow.ClassGroupProvisioningFlow, ClassGroup: classGroup()})
		}
	case 2:
		if set, ok := pick(rt, state.FlowSets); ok {
			_ = s.DeleteFlowSet(ctx, set.ID)
		}
	case 3:
		if f, ok := pick(rt, state.ProvisioningFlows); ok {
			_, _ = s.UpdateProvisioningFlow(ctx, f.FlowSet, f.ID, func(e flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
				e.ClassGroup.AdditionalAttributes = append(e.ClassGroup.AdditionalAttributes[:0], name)
				return e, nil
			})
		}
	case 4:
		if c, ok := pick(rt, state.Connectors); ok {
			_, _ = s.UpdateConnector(ctx, c.ID, func(e flow.Connector) (flow.Connector, error) { e.DisplayName = name; return e, nil })
		}
	case 5:
		_, _ = s.CreateSourceSystem(ctx, flow.SourceSystem{DisplayName: name})
	case 6:
		_, _ = s.UpdateDefinition(ctx, "RefGradeLevel-KG", func(d vocab.Definition) (vocab.Definition, error) {
			d.DisplayName, d.IsDisabled = name, !d.IsDisabled
			return d, nil
		})
	}
}

func pick[E any](rt *rapid.T, list []E) (e E, ok bool) {
	if len(list) == 0 {
		return e, false
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(rt, "which")], true
}

// A service that trusts what it read shows its own changes at once, and those
// of others after the time it was given.
func TestTrust(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	clock := now()
	trusting := &flow.Service{Store: w.Store, NewID: w.NewID, Now: func() time.Time { return clock }, Trust: time.Second}
	names := func(s *flow.Service) (names []string) {
		for _, set := range snapshot(t, s).FlowSets {
			names = append(names, set.DisplayName)
		}
		return names
	}
	create := func(s *flow.Service, name string) {
		if _, err := s.CreateFlowSet(t.Context(), flow.FlowSet{DisplayName: name}); err != nil {
			t.Fatal(err)
		}
	}
	before := names(trusting)
	create(trusting, "mine")
	if diff := cmp.Diff(append(before, "mine"), names(trusting)); diff != "" {
		t.Error("its own change is not there at once:", diff)
	}
	create(w.Service, "another's")
	clock = clock.Add(time.Second - 1)
	if diff := cmp.Diff(append(before, "mine"), names(trusting)); diff != "" {
		t.Error("the store was asked again:", diff)
	}
	clock = clock.Add(1)
	if diff := cmp.Diff(append(before, "mine", "another's"), names(trusting)); diff != "" {
		t.Error("another's change did not show in time:", diff)
	}
}
