package plan_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/plan"
	"rollbook/internal/roster"
)

// large adds people and a class that never change to a school, so that those who
// do are few, and some classes that change together.
func (s school) large(title string) school {
	s.people, s.classes = slices.Clone(s.people), slices.Clone(s.classes)
	class := taught("L", seat{"ana", "student"}, seat{"ben", "teacher"})
	for _, id := range []string{"V1", "V2", "V3"} {
		s.classes = append(s.classes, taught(id))
		s.classes[len(s.classes)-1].Title = title
	}
	for i := range 60 {
		name := fmt.Sprint("pupil", i)
		s.people = append(s.people, student(name))
		class.seats = append(class.seats, seat{name, "student"})
	}
	s.classes = append(s.classes, class)
	return s
}

// mix draws for each person and class whether a school says of it what it said
// before or what another one says.
func mix(t *rapid.T, before, other school) school {
	mixed := school{sessions: before.sessions, courses: before.courses}
	if one(t, "calendar", "same", "same", "same", "other") == "other" {
		mixed.sessions, mixed.courses = other.sessions, other.courses
	}
	keep := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, label) > 0 }
	for _, name := range []string{"ana", "ana2", "ben", "cleo", "tess", "tom"} {
		from := other
		if keep("person " + name) {
			from = before
		}
		if i := slices.IndexFunc(from.people, func(p person) bool { return p.SourcedID == name }); i >= 0 {
			mixed.people = append(mixed.people, from.people[i])
		}
	}
	for _, id := range []string{"K1", "K2", "K3"} {
		from := other
		if keep("class " + id) {
			from = before
		}
		if i := slices.IndexFunc(from.classes, func(c class) bool { return c.SourcedID == id }); i >= 0 {
			mixed.classes = append(mixed.classes, from.classes[i])
		}
	}
	return mixed
}

// enrolling is the school without enrollments of people whom it never mentioned:
// a feed has none of those.
func (s school) enrolling(said *source) school {
	s.classes = slices.Clone(s.classes)
	for i, c := range s.classes {
		s.classes[i].seats = slices.DeleteFunc(slices.Clone(c.seats), func(seat seat) bool {
			return said.ids[roster.KindPerson][seat.person] == 0 && !slices.ContainsFunc(s.people, func(p person) bool { return p.SourcedID == seat.person })
		})
	}
	return s
}

// another is a school where two people may have one user name.
func another(t *rapid.T) school {
	s := drawSchool(t)
	if rapid.Bool().Draw(t, "twin") {
		twin := student("ana2")
		twin.Username = "ana"
		s.people = append(s.people, twin)
	}
	return s
}

// settled is when a world had nothing left to do.
type settled struct {
	feed      roster.FeedNumber
	standings []byte
}

// recall lets the world plan from where nothing was left to do.
func (w *world) recall(s settled, changed map[roster.Kind][]roster.ID) {
	w.settled, w.since = map[int]roster.FeedNumber{1: s.feed}, map[int]plan.Since{}
	if len(changed[roster.KindSession])+len(changed[roster.KindCourse]) == 0 {
		w.since[1] = plan.Since{Standings: s.standings, People: changed[roster.KindPerson], Classes: changed[roster.KindClass]}
	}
}

// apart draws two flow sets that mostly do not overlap: where they do, there is
// always something left to say.
func apart(t *rapid.T, w *world) {
	configure(t, w)
	if one(t, "sets", "apart", "apart", "apart", "drawn") == "apart" {
		w.config.FlowSets[1].Filter, w.config.FlowSets[2].Filter = &flow.Filter{In: []string{"S"}}, &flow.Filter{In: []string{"T", "U"}}
	}
}

// meddle changes the rules or the directory between two nights, or neither. It
// reports whether both are as they were.
func meddle(t *rapid.T, w *world, night int) bool {
	switch one(t, "meddle", "not", "not", "not", "not", "rules", "directory") {
	case "rules":
		apart(t, w)
		w.users().CreateUnmatchedUsers = rapid.Bool().Draw(t, "create")
	case "directory":
		w.join(t, fmt.Sprintf("guest%d@school.example", night), "By hand")
	default:
		return true
	}
	return false
}

// wantSamePlan compares plans, with the accounts that the first one needs.
func wantSamePlan(t *rapid.T, want, got *made) {
	for _, c := range want.changes {
		for _, l := range c.Links {
			for _, id := range l.IDs {
				if a, b := want.accounts.Of(id), got.accounts.Of(id); a != b {
					t.Fatalf("the account of person %d is %q, want %q", id, b, a)
				}
			}
		}
	}
	for _, part := range [][2]any{
		{want.changes, got.changes}, {want.summary, got.summary}, {want.problems, got.problems}, {want.unwritten, got.unwritten},
		{want.found, got.found}, {want.missing, got.missing}, {want.standings, got.standings},
	} {
		if diff := cmp.Diff(part[0], part[1], cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("plan (-of all +of what changed):\n%s", diff)
		}
	}
}

// What another hand did is seen also where it is known what the school changed.
func TestWhatHappenedSinceIsNotAllWhereAnotherHandWrote(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.sources[0].say(small().large(""))
	first := w.run(t)
	w.seat(t, nil, w.as(t, directory.Member, "ana"))
	w.recall(settled{feed: w.sources[0].feed, standings: first.standings}, nil)
	wantCounts(t, ledger.Counts{Memberships: ledger.LinkCounts{Add: 1}}, w.plan(t))
}

// How people stood is not made out of what is damaged.
func FuzzStandings(f *testing.F) {
	w := newWorld()
	w.sources[0].say(small().large(""))
	f.Add(w.run(f).standings)
	f.Add(append([]byte{1, 0}, bytes.Repeat([]byte{0xff}, 100)...))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, kept []byte) {
		w := newWorld()
		changed := w.sources[0].say(small())
		w.plan(t)
		w.recall(settled{feed: w.sources[0].feed, standings: kept}, changed)
		w.plan(t)
	})
}

// Whatever happens from night to night, a plan that begins from where the last one
// left nothing to do is the plan that looks at everything.
func TestWhatHappenedSinceIsEnough(t *testing.T) {
	t.Parallel()
	nights, short := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		apart(t, w)
		for _, name := range some(t, "by hand", "ana", "tess") {
			w.join(t, name+"@school.example", "By hand")
		}
		said := another(t)
		w.sources[0].say(said.large("").enrolling(w.sources[0]))
		var last *settled
		for night := range rapid.IntRange(2, 12).Draw(t, "nights") {
			whole := w.plan(t)
			w.apply(t, whole)
			last = nil
			if len(whole.problems) == 0 {
				last = &settled{w.sources[0].feed, whole.standings}
			}
			same := meddle(t, w, night)
			said = mix(t, said, another(t))
			changed := w.sources[0].say(said.large(one(t, "title", "", "", "V")).enrolling(w.sources[0]))
			if last == nil || !same {
				continue
			}
			nights++
			whole = w.plan(t)
			before := w.some
			w.recall(*last, changed)
			wantSamePlan(t, whole, w.plan(t))
			w.settled, w.since = nil, nil
			if w.some > before {
				short++
			}
		}
	})
	if short*4 < nights {
		t.Errorf("of %d nights %d began from what changed, want more", nights, short)
	}
	t.Logf("of %d nights %d began from what changed", nights, short)
}
