package nights_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The same feed again does nothing, damaged or not (P6), and on no later day does it
// take anything away or rename anything, whatever begins and ends meanwhile (P13).
func TestTheSameFeedAgain(t *testing.T) {
	check(t, 20, func(rt *rapid.T) {
		w := newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		d.change(rt)
		feed := d.files()
		if rapid.Bool().Draw(rt, "damaged") {
			feed = damaged(rt, feed)
		}
		w.night(t, rt, feed)
		if again := w.night(t, rt, feed).Plan.Counts; again.Effects() > 0 {
			rt.Fatalf("the same feed again plans %+v", again)
		}
		for w.now.Before(time.Date(2027, 8, 20, 0, 0, 0, 0, time.UTC)) {
			w.now = w.now.Add(20 * 24 * time.Hour)
			if later := w.night(t, rt, feed).Plan.Counts; later.Memberships.Remove+later.Accounts.Update+later.Groups.Update > 0 {
				rt.Fatalf("on %s the same feed plans %+v", w.now.Format(time.DateOnly), later)
			}
		}
	})
}

// The order of rows decides nothing (P4).
func TestTheOrderOfRows(t *testing.T) {
	check(t, 20, func(rt *rapid.T) {
		w, twin := newWorld(t), newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		twin.night(t, rt, d.files())
		d.change(rt)
		feed := damaged(rt, d.files())
		other := feed.clone()
		for _, name := range fileNames {
			if rows := other[name]; len(rows) > 1 {
				other[name] = append(rows[:1:1], rapid.Permutation(rows[1:]).Draw(rt, "rows of "+name)...)
			}
		}
		w.night(t, rt, feed)
		twin.night(t, rt, other)
		facts, others := w.facts(t, rt), twin.facts(t, rt)
		if more := append(minus(facts, others), minus(others, facts)...); len(more) > 0 {
			rt.Fatalf("the order of rows decides: %v", more)
		}
	})
}
