package flow_test

import (
	"testing"

	"rollbook/internal/flow"
)

// TestReadinessFollowsRepair: a flow that an earlier release stored, and the
// rules no longer bear out, is failed until somebody corrects it.
func TestReadinessFollowsRepair(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		expectReadiness(t, w, flow.Ready)
		mappings := w.class.ClassGroup.EnrollmentMappings
		unknown := *w.class.ClassGroup
		unknown.EnrollmentMappings.OwnerEnrollmentMappings = []flow.ReferenceValue{code("headOfHouse")}
		broken := w.class
		broken.ClassGroup = &unknown
		err := w.Store.Change(t.Context(), func(tx flow.Tx) error {
			if err := tx.SetVersion(t.Context(), flow.Version{Number: 100, Name: "by hand"}); err != nil {
				return err
			}
			return tx.Put(t.Context(), flow.KindProvisioningFlow, broken.ID, broken)
		})
		if err != nil {
			t.Fatal(err)
		}
		expectReadiness(t, w, flow.Failed)
		_, err = w.UpdateProvisioningFlow(t.Context(), w.set.ID, w.class.ID, func(f flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
			f.ClassGroup.EnrollmentMappings = mappings
			return f, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		expectReadiness(t, w, flow.Ready)
	})
}

func expectReadiness(t *testing.T, w *world, want flow.Readiness) {
	t.Helper()
	for range 2 { // found out, and known
		f, err := w.ProvisioningFlow(t.Context(), w.set.ID, w.class.ID)
		if err != nil || f.Readiness != want {
			t.Errorf("got %q (%v), want %q", f.Readiness, err, want)
		}
	}
}
