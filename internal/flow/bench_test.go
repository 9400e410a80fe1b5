package flow_test

import (
	"fmt"
	"testing"

	"rollbook/internal/flow"
	"rollbook/internal/store/dbtest"
)

// BenchmarkGet is one GET of a provisioning flow, below HTTP.
func BenchmarkGet(b *testing.B) {
	s, set, id := benchWorld(b, 1)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.ProvisioningFlow(b.Context(), set, id); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkUpdate is one PATCH of a provisioning flow, below HTTP, in a
// configuration of so many flow sets. Most of it is the disk's.
func BenchmarkUpdate(b *testing.B) {
	for _, sets := range []int{1, 1000} {
		for _, writers := range []int{1, 32} {
			b.Run(fmt.Sprintf("sets=%d/writers=%d", sets, writers), func(b *testing.B) {
				s, set, id := benchWorld(b, sets)
				b.SetParallelism(writers)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						_, err := s.UpdateProvisioningFlow(b.Context(), set, id, func(e flow.ProvisioningFlow) (flow.ProvisioningFlow, error) { return e, nil })
						if err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

func benchWorld(b *testing.B, sets int) (s *flow.Service, setID, id string) {
	b.Helper()
	s = newService(dbtest.SQLite(b))
	for range sets {
		set, err := s.CreateFlowSet(b.Context(), flow.FlowSet{DisplayName: "All"})
		if err != nil {
			b.Fatal(err)
		}
		class, err := s.CreateProvisioningFlow(b.Context(), flow.ProvisioningFlow{
			FlowSet: set.ID, Type: flow.ClassGroupProvisioningFlow, ClassGroup: classGroup(),
		})
		if err != nil {
			b.Fatal(err)
		}
		setID, id = set.ID, class.ID
	}
	b.ResetTimer()
	return s, setID, id
}
