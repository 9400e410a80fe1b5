package flow_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/flow"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/vocab"
)

func TestInstallDefaults(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		services := []*flow.Service{newService(db), newService(db), newService(db)}
		var group sync.WaitGroup
		for _, s := range services {
			group.Go(func() {
				if err := flow.InstallDefaults(t.Context(), s, flow.Defaults{Domain: "school.example", Today: now()}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		got := snapshot(t, services[0])
		if len(got.SourceSystems) != 1 || len(got.Connectors) != 1 || len(got.Years) != 1 || len(got.InboundFlows) != 1 ||
			len(got.FlowSets) != 1 || len(got.ProvisioningFlows) != 2 {
			t.Fatalf("three first uses at once made %+v", got)
		}
		matching := got.SourceSystems[0].UserMatchingSettings
		for i, group := range []string{vocab.Staff, vocab.Students} {
			want := flow.UserMatchingSetting{
				MatchTarget: code("userPrincipalName"), SourceIdentifier: code("username"),
				PriorityOrder: i, RoleGroup: group, DomainName: "school.example",
			}
			if diff := cmp.Diff(want, matching[i]); diff != "" {
				t.Error(diff)
			}
		}
		if !got.InboundFlows[0].Runs(now()) {
			t.Error("the inbound flow does not run today")
		}
		if user := got.ProvisioningFlows[0].User; !user.CreateUnmatchedUsers {
			t.Error("the user flow does not make accounts")
		}
		class := got.ProvisioningFlows[1].ClassGroup
		assisting := []flow.ReferenceValue{
			code("proctor"), code("teacherAssistant"), code("paraprofessional"), code("physicalTherapist"),
			code("speechTherapist"), code("visionTherapist"), code("occupationalTherapist"), code("staff"),
		}
		want := flow.EnrollmentMappings{
			OwnerEnrollmentMappings:  append([]flow.ReferenceValue{code("teacher")}, assisting...),
			MemberEnrollmentMappings: append([]flow.ReferenceValue{code("student"), code("substitute"), code("aide")}, assisting...),
		}
		if diff := cmp.Diff(want, class.EnrollmentMappings); diff != "" {
			t.Error(diff)
		}
		if (class.AdditionalOptions != flow.AdditionalClassGroupOptions{}) {
			t.Errorf("options %+v, want no team, and names kept up to date", class.AdditionalOptions)
		}
	})
}

func TestDefaultYearIsAroundToday(t *testing.T) {
	t.Parallel()
	for today, want := range map[string]flow.Year{
		"2026-07-31": {DisplayName: "2025/2026", StartDate: "2025-08-01", EndDate: "2026-07-31", Year: code("2025")},
		"2026-08-01": {DisplayName: "2026/2027", StartDate: "2026-08-01", EndDate: "2027-07-31", Year: code("2026")},
		"2044-01-01": {DisplayName: "2043/2044", StartDate: "2043-08-01", EndDate: "2044-07-31", Year: code("2031")},
	} {
		s := newService(dbtest.SQLite(t))
		day, err := time.Parse(time.DateOnly, today)
		if err != nil {
			t.Fatal(err)
		}
		if err := flow.InstallDefaults(t.Context(), s, flow.Defaults{Today: day}); err != nil {
			t.Fatal(err)
		}
		got := snapshot(t, s).Years[0]
		want.ID = got.ID
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}
