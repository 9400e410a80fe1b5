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
