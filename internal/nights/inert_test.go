package nights_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A damaged export does nothing that the undamaged one does not: what it takes away,
// and what it adds, is a part of that (P1). Once it is mended, everything is as if it
// had not been (P3).
func TestErrorsAreInert(t *testing.T) {
	check(t, 100, func(rt *rapid.T) {
		good, bad := newWorld(t), newWorld(t)
		var d district
		for round := range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			if round%2 == 0 { // a year later, everything is otherwise
				d = drawDistrict(rt)
				good.night(t, rt, d.files())
				bad.night(t, rt, d.files())
			}
			before := good.facts(t, rt)
			if diff := cmp.Diff(before, bad.facts(t, rt)); diff != "" {
				rt.Fatalf("before anything is damaged (-undamaged +mended):\n%s", diff)
			}
			d.change(rt)
			good.night(t, rt, d.files())
			after := good.facts(t, rt)
			gone, come := minus(before, after), minus(after, before)
			broken := damaged(rt, d.files())
			for range rapid.IntRange(1, 3).Draw(rt, "damaged nights") {
				bad.night(t, rt, broken)
				now := bad.facts(t, rt)
				if more := minus(minus(before, now), gone); len(more) > 0 {
					rt.Fatalf("the damaged night takes away what the other does not:\n%v\nundamaged: gone %v, come %v", more, gone, come)
				}
				if more := minus(minus(now, before), come); len(more) > 0 {
					rt.Fatalf("the damaged night adds what the other does not:\n%v\nundamaged: gone %v, come %v", more, gone, come)
				}
			}
			bad.night(t, rt, d.files())
			if diff := cmp.Diff(after, bad.facts(t, rt)); diff != "" {
				rt.Fatalf("after it was mended (-undamaged +mended):\n%s", diff)
			}
		}
	})
}
