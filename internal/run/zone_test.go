package run_test

import (
	"testing"
	"time"

	"rollbook/internal/flow"
)

// A term begins when the day begins at the school, and not in Greenwich.
func TestTheDayIsTheSchools(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.now = time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC)
		w.Zone = time.FixedZone("UTC+5", 5*60*60)
		w.edit(t, "academicSessions.csv", "2026-09-01", "2026-11-24")
		w.edit(t, "classes.csv", "Novák,y-2027", "Novák,t-2")
		w.sync(t)
		if _, there := w.groups(t)["k-204"]; there {
			t.Error("the group was made on the eve of its term")
		}
		w.now = w.now.Add(time.Hour)
		w.sync(t)
		if _, there := w.groups(t)["k-204"]; !there {
			t.Error("no group was made on the first day of the term")
		}
	})
}

// A policy lets a term begin some days early, and end late.
func TestDaysBeforeAndAfterASession(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		w.edit(t, "academicSessions.csv", "2026-09-01,2030-07-31", "2026-11-26,2026-11-28")
		w.edit(t, "classes.csv", "Novák,y-2027", "Novák,t-2")
		sets, err := w.flows.FlowSets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.flows.UpdateFlowSet(t.Context(), sets[0].ID, func(s flow.FlowSet) (flow.FlowSet, error) {
			s.Policy = &flow.Policy{DaysBefore: 2, DaysAfter: 1}
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.flows.UpdateFlowSet(t.Context(), sets[0].ID, func(s flow.FlowSet) (flow.FlowSet, error) {
			return flow.FlowSet{DisplayName: "as Graph says it, without a policy"}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for day, there := range []bool{false, true, true} { // from the 23rd
			w.sync(t)
			if _, is := w.groups(t)["k-204"]; is != there {
				t.Errorf("on the %d. there is a group: %v", 23+day, is)
			}
			w.now = w.now.AddDate(0, 0, 1)
		}
		pupil := w.groups(t)["k-204"].Members
		w.now = time.Date(2026, 11, 29, 6, 0, 0, 0, time.UTC) // one day after: still current
		w.drop(t, "enrollments.csv", "k-204,p-2007")
		w.sync(t)
		if members := w.groups(t)["k-204"].Members; members == pupil {
			t.Errorf("the class does not count on the day after its session: %s", members)
		}
	})
}
