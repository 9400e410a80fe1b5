package flow_test

import (
	"testing"
	"time"

	"rollbook/internal/flow"
)

func TestProvisioningReadiness(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		clock := now()
		w.Service = &flow.Service{Store: w.Store, NewID: w.NewID, Now: func() time.Time { return clock }}
		expect := func(when string, want flow.Readiness) {
			t.Helper()
			one, err := w.ProvisioningFlow(t.Context(), w.set.ID, w.class.ID)
			if err != nil || one.Readiness != want {
				t.Errorf("%s: %v, %v, want %v", when, one.Readiness, err, want)
			}
			list, err := w.ProvisioningFlows(t.Context(), w.set.ID)
			if err != nil || len(list) != 1 || list[0].Readiness != want {
				t.Errorf("%s: the list is %+v, %v, want one flow that is %v", when, list, err, want)
			}
			if got := snapshot(t, w.Service).ProvisioningFlows[0].Readiness; got != want {
				t.Errorf("%s: %v in the snapshot, want %v", when, got, want)
			}
		}
		if w.class.Readiness != flow.NotReady {
			t.Errorf("%v in the answer to its creation, want notReady", w.class.Readiness)
		}
		expect("after creation", flow.Ready)
		expire := func(at *time.Time) {
			t.Helper()
			_, err := w.UpdateInboundFlow(t.Context(), w.inbound.ID, func(e flow.InboundFlow) (flow.InboundFlow, error) { e.ExpirationDateTime = at; return e, nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		expire(ptr(now().Add(time.Hour)))
		expect("before the expiration", flow.Ready)
		clock = now().Add(2 * time.Hour)
		expect("after the expiration", flow.Expired)
		expire(nil)
		expect("without an expiration", flow.Ready)
		if err := w.DeleteInboundFlow(t.Context(), w.inbound.ID); err != nil {
			t.Fatal(err)
		}
		expect("without an inbound flow", flow.Ready)
	})
}

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
