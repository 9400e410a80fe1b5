package nights_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/plan"
	"rollbook/internal/run"
)

// People whose ids are new, all of them or some, keep their accounts and what they are
// in, and nothing else comes of it (P14).
func TestNewIDsChangeNothing(t *testing.T) {
	check(t, 20, func(rt *rapid.T) {
		w := newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		before := w.facts(t, rt)
		for _, id := range slices.Sorted(maps.Keys(d.people)) {
			if rapid.Bool().Draw(rt, id+" has a new id") {
				d.renumber(id, "new-"+id)
			}
		}
		for range 2 {
			w.night(t, rt, d.files())
			if diff := cmp.Diff(before, w.facts(t, rt)); diff != "" {
				rt.Fatalf("after the ids were changed (-before +after):\n%s", diff)
			}
		}
		d.change(rt)
		twin := newWorld(t)
		for _, world := range []*world{w, twin} {
			for range 2 {
				world.night(t, rt, d.files())
			}
		}
		more := slices.DeleteFunc(minus(twin.facts(t, rt), w.facts(t, rt)), func(fact string) bool {
			return strings.Contains(fact, " is named ") // the account of somebody who is gone may keep the name
		})
		if len(more) > 0 {
			rt.Fatalf("the next nights do not do what they do in a new directory: %v", more)
		}
	})
}

// User names that are exchanged, in any circles, go with their people (P15).
func TestUserNamesThatAreExchanged(t *testing.T) {
	check(t, 20, func(rt *rapid.T) {
		w, twin := newWorld(t), newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		var ids, names []string
		for _, id := range slices.Sorted(maps.Keys(d.people)) {
			ids, names = append(ids, id), append(names, d.people[id].username)
		}
		for i, to := range rapid.Permutation(indexes(len(ids))).Draw(rt, "names") {
			p := d.people[ids[i]]
			if p.username = names[to]; rapid.IntRange(0, 3).Draw(rt, "another name") == 0 {
				p.username = fmt.Sprintf("fresh%d", i)
			}
			d.people[ids[i]] = p
		}
		w.night(t, rt, d.files())
		twin.night(t, rt, d.files())
		if diff := cmp.Diff(twin.facts(t, rt), w.facts(t, rt)); diff != "" {
			rt.Fatalf("after names were exchanged (-new directory +this):\n%s", diff)
		}
	})
}

func indexes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// What is explained is what the directory holds, and every no has a stage that did not
// pass.
func TestExplanationsAreTrue(t *testing.T) {
	check(t, 20, func(rt *rapid.T) {
		w := newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		d.change(rt)
		w.night(t, rt, damaged(rt, d.files()))
		facts := w.facts(t, rt)
		for id, p := range d.people {
			for class := range d.classes {
				e, err := w.engine.Explain(t.Context(), id, class)
				if run.IsNotThere(err) {
					continue // it never came to be
				}
				if err != nil {
					rt.Fatalf("explain %s %s: %v", id, class, err)
				}
				in := slices.Contains(facts, p.given+" is member of Section_"+class) || slices.Contains(facts, p.given+" is owner of Section_"+class)
				if e.Yes != in {
					rt.Fatalf("%s in %s: %v, and the directory says %v: %+v", id, class, e.Yes, in, e.Stages)
				}
				if !e.Yes && !slices.ContainsFunc(e.Stages, func(s plan.Stage) bool { return !s.Passed }) {
					rt.Fatalf("%s in %s: no, and every stage passed: %+v", id, class, e.Stages)
				}
			}
		}
	})
}
