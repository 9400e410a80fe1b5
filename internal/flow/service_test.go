package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/flow"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/vocab"
)

func TestCodesBecomeCanonical(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		got, err := w.UpdateProvisioningFlow(t.Context(), w.set.ID, w.class.ID, func(e flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
			e.ClassGroup.EnrollmentMappings.MemberEnrollmentMappings = []flow.ReferenceValue{code("paraProfessional"), code("STUDENT")}
			e.ClassGroup.AdditionalAttributes = []string{"COURSETITLE"}
			return e, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []flow.ReferenceValue{code("paraprofessional"), code("student")}
		if diff := cmp.Diff(want, got.ClassGroup.EnrollmentMappings.MemberEnrollmentMappings); diff != "" {
			t.Error(diff)
		}
		stored, err := w.ProvisioningFlow(t.Context(), w.set.ID, w.class.ID)
		if diff := cmp.Diff(got, stored); diff != "" || err != nil {
			t.Errorf("stored differs from what the update returned: %v\n%s", err, diff)
		}
		if diff := cmp.Diff([]string{"courseTitle"}, stored.ClassGroup.AdditionalAttributes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUpdateKeepsWhatTheServerKeeps(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		if !w.class.Created.Equal(w.class.Modified) || !w.class.Created.Equal(now().Truncate(time.Microsecond)) {
			t.Errorf("created %v, modified %v, want both now", w.class.Created, w.class.Modified)
		}
		before := w.class.Modified
		for range 3 { // within one microsecond, as the clock stands still
			got, err := w.UpdateProvisioningFlow(t.Context(), w.set.ID, w.class.ID, func(e flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
				e.ID, e.Created, e.Modified, e.Readiness = "mine", time.Time{}, time.Time{}, flow.Disabled
				return e, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if !got.Modified.After(before) {
				t.Errorf("modified is %v after an update of what was modified %v", got.Modified, before)
			}
			before = got.Modified
			want := w.class
			want.Modified, want.Readiness = got.Modified, flow.Ready
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		set, err := w.UpdateFlowSet(t.Context(), w.set.ID, func(e flow.FlowSet) (flow.FlowSet, error) { return flow.FlowSet{DisplayName: "B"}, nil })
		if err != nil || set.ID != w.set.ID || !set.Created.Equal(w.set.Created) || !set.Modified.After(w.set.Modified) {
			t.Errorf("updated set is %+v, %v", set, err)
		}
		source, err := w.UpdateSourceSystem(t.Context(), w.source.ID, func(e flow.SourceSystem) (flow.SourceSystem, error) {
			return flow.SourceSystem{DisplayName: "B", Vendor: ptr("V")}, nil
		})
		if err != nil || source.Number != 1 {
			t.Errorf("updated source system is %+v, %v", source, err)
		}
	})
}

func TestFailedChangeChangesNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		before := snapshot(t, w.Service)
		boom := errors.New("boom")
		_, err := w.UpdateYear(t.Context(), w.year.ID, func(e flow.Year) (flow.Year, error) { e.DisplayName = "X"; return e, boom })
		if !errors.Is(err, boom) {
			t.Errorf("got %v, want the error of the change function", err)
		}
		_, err = w.UpdateProvisioningFlow(t.Context(), w.set.ID, w.class.ID, func(e flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
			e.ClassGroup.EnrollmentMappings.OwnerEnrollmentMappings[0].Code = "nobody"
			return e, nil
		})
		if !flow.IsKind(err, flow.Invalid) {
			t.Errorf("got %v, want an invalid code", err)
		}
		if diff := cmp.Diff(before, snapshot(t, w.Service), sameSnapshot()); diff != "" {
			t.Error(diff)
		}
	})
}

func snapshot(t *testing.T, s *flow.Service) flow.Snapshot {
	t.Helper()
	got, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestOthersSeeChanges(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		w := newWorld(t, db)
		other := newService(db) // as another process would have it, with a cache of its own
		if diff := cmp.Diff(snapshot(t, w.Service), snapshot(t, other), sameSnapshot()); diff != "" {
			t.Errorf("what the writer keeps differs from what is stored:\n%s", diff)
		}
		for _, name := range []string{"A", "B"} {
			_, err := w.UpdateYear(t.Context(), w.year.ID, func(e flow.Year) (flow.Year, error) { e.DisplayName = name; return e, nil })
			if err != nil {
				t.Fatal(err)
			}
			if got, err := other.Year(t.Context(), w.year.ID); got.DisplayName != name || err != nil {
				t.Errorf("another service sees %q, %v, want %q", got.DisplayName, err, name)
			}
		}
		if err := other.DeleteInboundFlow(t.Context(), w.inbound.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.InboundFlow(t.Context(), w.inbound.ID); !flow.IsKind(err, flow.NotFound) {
			t.Errorf("a deleted flow: %v", err)
		}
	})
}

func TestChangesDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		w := newWorld(t, db)
		services := []*flow.Service{w.Service, newService(db)}
		const each = 8
		var group sync.WaitGroup
		for i := range 2 * each {
			group.Go(func() {
				_, err := services[i%2].UpdateFlowSet(t.Context(), w.set.ID, func(e flow.FlowSet) (flow.FlowSet, error) {
					if e.Filter == nil {
						e.Filter = &flow.Filter{Attribute: "orgExternalId"}
					}
					e.Filter.In = append(e.Filter.In, fmt.Sprint(i))
					return e, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got, err := w.FlowSet(t.Context(), w.set.ID); err != nil || len(got.Filter.In) != 2*each {
			t.Errorf("%d of %d concurrent changes remain, %v", len(got.Filter.In), 2*each, err)
		}
	})
}

func TestListsAreInOrderOfCreation(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		want := []string{"2026"}
		for i := range 5 {
			name := fmt.Sprint(9 - i)
			_, err := w.CreateYear(t.Context(), flow.Year{DisplayName: name, StartDate: "2026-09-01", EndDate: "2027-06-30", Year: code("2026")})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, name)
		}
		if _, err := w.UpdateYear(t.Context(), w.year.ID, func(e flow.Year) (flow.Year, error) { return e, nil }); err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*flow.Service{"the writer": w.Service, "another": {Store: w.Store, Now: now}} {
			years, err := s.Years(t.Context())
			var got []string
			for _, y := range years {
				got = append(got, y.DisplayName)
			}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
		}
	})
}

// sameSnapshot compares snapshots but for what they note of themselves.
func sameSnapshot() cmp.Option {
	return cmp.Options{cmp.AllowUnexported(flow.Snapshot{}, vocab.Lists{}), cmpopts.IgnoreFields(flow.Snapshot{}, "borneOut")}
}
