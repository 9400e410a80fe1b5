package run_test

import (
	"testing"
	"time"
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
