package nights_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	dir "rollbook/internal/hosted"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
)

// A night that is rolled back leaves the directory as it was before, also what was made
// by hand, and the nights after it do nothing of it again, until it is resumed (P8).
func TestRollback(t *testing.T) {
	check(t, 8, func(rt *rapid.T) {
		w := newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		w.byHand(t, rt)
		if rapid.Bool().Draw(rt, "a night between") {
			d.change(rt)
			w.night(t, rt, d.files())
			w.byHand(t, rt)
		}
		before := w.facts(t, rt)
		d.change(rt)
		for _, id := range slices.Sorted(maps.Keys(d.people)) {
			if rapid.IntRange(0, 5).Draw(rt, id+" has a new id") == 0 {
				d.renumber(id, "new-"+id)
			}
		}
		night := w.night(t, rt, d.files())
		after := w.facts(t, rt)
		back := w.rollback(t, rt, ledger.Undoing{Run: night.Run.ID})
		if diff := cmp.Diff(before, w.facts(t, rt)); diff != "" {
			rt.Fatalf("rolled back (-before +now):\n%s\nwhat stood in the way: %+v", diff, back.Undoing)
		}
		for range 2 {
			again := w.night(t, rt, d.files())
			if diff := cmp.Diff(before, w.facts(t, rt)); diff != "" {
				rt.Fatalf("the night after (-before +now):\n%s\n%+v", diff, again.Plan)
			}
		}
		if back.Plan.ID == 0 {
			return
		}
		if _, err := w.engine.Resume(t.Context(), ledger.Record{}, w.approvedBy); err != nil {
			rt.Fatalf("resume: %v", err)
		}
		for range 2 {
			w.night(t, rt, d.files())
		}
		if diff := cmp.Diff(after, w.facts(t, rt)); diff != "" {
			rt.Fatalf("once it was resumed (-as it was +now):\n%s", diff)
		}
	})
}

// rollback takes back what a run did, and approves that.
func (w *world) rollback(t *testing.T, f fataler, of ledger.Undoing) run.Result {
	f.Helper()
	result, err := w.engine.Rollback(t.Context(), of, nil)
	if _, nothing := errors.AsType[*run.CannotUndo](err); nothing {
		return result
	}
	if err != nil {
		f.Fatalf("roll back: %v", err)
	}
	if result.Plan.ID == 0 {
		return result
	}
	done, err := w.engine.Decide(t.Context(), run.Decision{Plan: result.Plan.ID, By: "somebody"}, nil)
	if err != nil || done.Applied.Failed > 0 {
		f.Fatalf("apply the rollback: %v, %+v", err, done.Findings)
	}
	w.approvedBy = done.Run.ID
	return result
}

// byHand does to the directory what people do.
func (w *world) byHand(t *testing.T, rt *rapid.T) {
	rt.Helper()
	var users, groups []string
	for u, err := range w.directory.Users(t.Context()) {
		if err != nil {
			rt.Fatalf("%v", err)
		}
		users = append(users, u.ID)
	}
	type seat struct {
		group string
		dir.Membership
	}
	taken := map[seat]bool{}
	for g, err := range w.directory.Groups(t.Context()) {
		if err != nil {
			rt.Fatalf("%v", err)
		}
		groups = append(groups, g.ID)
		for _, m := range g.Memberships {
			taken[seat{g.ID, m}] = true
		}
	}
	for range rapid.IntRange(0, 3).Draw(rt, "by hand") {
		s := seat{rapid.SampledFrom(groups).Draw(rt, "group"), dir.Membership{
			Relation: rapid.SampledFrom([]dir.Relation{dir.Owner, dir.Member}).Draw(rt, "relation"), UserID: rapid.SampledFrom(users).Draw(rt, "user"),
		}}
		e := dir.Effect{Kind: dir.ChangeMembers, ID: s.group}
		switch name := "By hand"; {
		case rapid.IntRange(0, 3).Draw(rt, "a name") == 0:
			e = dir.Effect{Kind: dir.UpdateGroup, ID: s.group, Set: map[string]*string{"displayName": &name}}
		case taken[s]:
			e.Remove, taken[s] = []dir.Membership{s.Membership}, false
		default:
			e.Add, taken[s] = []dir.Membership{s.Membership}, true
		}
		if _, err := w.directory.Change(t.Context(), e); err != nil {
			rt.Fatalf("by hand: %v", err)
		}
	}
}

// Of a night that others followed, what they changed since stays, and the rest is as it
// was before that night.
func TestRollbackOfAnEarlierNight(t *testing.T) {
	check(t, 8, func(rt *rapid.T) {
		w := newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		before := w.facts(t, rt)
		d.change(rt)
		night := w.night(t, rt, d.files())
		after := w.facts(t, rt)
		since := map[string]bool{} // what changed
		later := after
		for range 2 {
			for _, id := range slices.Sorted(maps.Keys(d.people)) { // who is new finds a class
				if c, some := pick(rt, "class of "+id, d.classes); some && id[0] == 'n' {
					d.classes[c].roll[id] = "student"
				}
			}
			d.change(rt)
			w.night(t, rt, d.files())
			now := w.facts(t, rt)
			for _, fact := range append(minus(now, later), minus(later, now)...) {
				since[fact] = true
			}
			later = now
		}
		back := w.rollback(t, rt, ledger.Undoing{Run: night.Run.ID})
		now := w.facts(t, rt)
		for _, fact := range memberships(before, after, later) {
			want := holds(before, fact)
			if since[fact] {
				want = holds(later, fact)
			}
			if holds(now, fact) != want {
				rt.Fatalf("%s: %v before, %v after the night, %v after the next ones, %v once it was rolled back; in the way: %+v",
					fact, holds(before, fact), holds(after, fact), holds(later, fact), holds(now, fact), back.Undoing)
			}
		}
		w.night(t, rt, d.files())
		if diff := cmp.Diff(now, w.facts(t, rt)); diff != "" {
			rt.Fatalf("the night after (-before +now):\n%s", diff)
		}
	})
}

// Of a part of a night, a class or a person, nothing else is taken back.
func TestRollbackOfAPart(t *testing.T) {
	check(t, 8, func(rt *rapid.T) {
		w := newWorld(t)
		d := drawDistrict(rt)
		w.night(t, rt, d.files())
		before := w.facts(t, rt)
		for range 3 {
			d.change(rt)
		}
		people, classes := maps.Clone(d.people), maps.Clone(d.classes)
		night := w.night(t, rt, d.files())
		after := w.facts(t, rt)
		key, _ := pick(rt, "class", classes)
		about := func(fact string) bool { return strings.HasSuffix(fact, " of Section_"+key) }
		if rapid.Bool().Draw(rt, "of a person") {
			key, _ = pick(rt, "person", people)
			given := people[key].given
			about = func(fact string) bool { return strings.HasPrefix(fact, given+" is ") }
		}
		record, err := w.engine.FindRecord(t.Context(), key)
		if key == "" || err != nil {
			return // there is none
		}
		w.rollback(t, rt, ledger.Undoing{Run: night.Run.ID, Record: record})
		now := w.facts(t, rt)
		for _, fact := range memberships(before, after) {
			want := holds(after, fact)
			if about(fact) {
				want = holds(before, fact)
			}
			if holds(now, fact) != want {
				rt.Fatalf("%s: %v before, %v after the night, %v once %s was rolled back", fact, holds(before, fact), holds(after, fact), holds(now, fact), key)
			}
		}
	})
}

func holds(facts []string, fact string) bool {
	_, found := slices.BinarySearch(facts, fact)
	return found
}

// memberships returns the facts about memberships in any of the lists.
func memberships(lists ...[]string) []string {
	var all []string
	for _, fact := range slices.Concat(lists...) {
		if strings.Contains(fact, " is member of ") || strings.Contains(fact, " is owner of ") {
			all = append(all, fact)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
