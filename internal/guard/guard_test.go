package guard_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/guard"
)

// district is what a simulated district of 5,000 people has, in eight schools.
func district() guard.Totals {
	t := guard.Totals{}
	for _, school := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		t.Add(school, guard.Total{People: 625, Groups: 126, Memberships: 4700})
	}
	return t
}

func counts(of map[guard.Rule]map[string]int) guard.Counts {
	c := guard.Counts{}
	for rule, schools := range of {
		for school, n := range schools {
			c.Add(rule, school, n)
		}
	}
	return c
}

// What normal nights do passes, and what broken ones do is held: in doubt where it
// is about the feed or the configuration, and else for its size.
func TestNights(t *testing.T) {
	t.Parallel()
	everywhere := func(n int) map[string]int {
		return map[string]int{"a": n, "b": n, "c": n, "d": n, "e": n, "f": n, "g": n, "h": n}
	}
	tiny := guard.Totals{}
	tiny.Add("s", guard.Total{People: 40, Groups: 8, Memberships: 120})
	for name, test := range map[string]struct {
		of     map[guard.Rule]map[string]int
		totals guard.Totals
		first  bool
		want   []guard.Rule // that trip for all, or at any school, each once
		doubt  bool
	}{
		"nothing": {},
		"a normal night": {of: map[guard.Rule]map[string]int{
			guard.MembershipsRemoved: everywhere(30), guard.PeopleGone: everywhere(2), guard.AccountsCreated: everywhere(2), guard.GroupsRenamed: {"a": 8},
			guard.GroupsCreated: {"a": 1}, guard.PeopleOutOfEverything: {"b": 1},
		}},
		"a teacher's leave":         {of: map[guard.Rule]map[string]int{guard.PeopleOutOfEverything: {"a": 1}, guard.MembershipsRemoved: {"a": 6}}},
		"a class moves":             {of: map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"a": 30}, guard.GroupsEmptied: {"a": 1}, guard.GroupsHalved: {"a": 1}}},
		"half of an export":         {of: map[guard.Rule]map[string]int{guard.MembershipsRemoved: everywhere(2350)}, want: []guard.Rule{guard.MembershipsRemoved}},
		"cut after 99 %":            {of: map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"h": 376}, guard.PeopleOutOfEverything: {"h": 49}}, want: []guard.Rule{guard.PeopleOutOfEverything}},
		"one school's list lost":    {of: map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"h": 1000}}, want: []guard.Rule{guard.MembershipsRemoved}},
		"one school missing":        {of: map[guard.Rule]map[string]int{guard.PeopleGone: {"h": 625}, guard.ClassesGone: {"h": 126}}, want: []guard.Rule{guard.ClassesGone, guard.PeopleGone}, doubt: true},
		"another scheme of names":   {of: map[guard.Rule]map[string]int{guard.AccountsRenamed: everywhere(625)}, want: []guard.Rule{guard.AccountsRenamed}, doubt: true},
		"a class id reused":         {of: map[guard.Rule]map[string]int{guard.IDsReused: {"a": 1}}, want: []guard.Rule{guard.IDsReused}, doubt: true},
		"another district's file":   {of: map[guard.Rule]map[string]int{guard.AccountsCreated: everywhere(600)}, want: []guard.Rule{guard.AccountsCreated}, doubt: true},
		"the same, as a first load": {of: map[guard.Rule]map[string]int{guard.AccountsCreated: everywhere(600)}, first: true},
		"a first load of broken rows": {
			of: map[guard.Rule]map[string]int{guard.RowsFallen: {guard.All: 300}}, first: true, want: []guard.Rule{guard.RowsFallen}, doubt: true,
		},
		"a night in a school of 40":       {of: map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"s": 4}, guard.PeopleGone: {"s": 2}}, totals: tiny},
		"half of a school of 40":          {of: map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"s": 60}}, totals: tiny, want: []guard.Rule{guard.MembershipsRemoved}},
		"everybody new in a school of 40": {of: map[guard.Rule]map[string]int{guard.PeopleGone: {"s": 40}}, totals: tiny, want: []guard.Rule{guard.PeopleGone}, doubt: true},
	} {
		totals := test.totals
		if totals == nil {
			totals = district()
		}
		trips := guard.Defaults().Judge(guard.Night{Counts: counts(test.of), Totals: totals, Rows: 10_000, First: test.first})
		var got []guard.Rule
		for _, trip := range trips {
			if !slices.Contains(got, trip.Rule) {
				got = append(got, trip.Rule)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if doubt := guard.InDoubt(trips); doubt != test.doubt {
			t.Errorf("%s: in doubt %t, want %t", name, doubt, test.doubt)
		}
	}
}

// What was done in the last hours without a person counts with what is planned, and
// what is switched off holds nothing.
func TestWindowAndLimits(t *testing.T) {
	t.Parallel()
	c := counts(map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"a": 700}})
	night := guard.Night{Counts: c, Totals: district()}
	if trips := guard.Defaults().Judge(night); len(trips) != 0 {
		t.Errorf("700 of 4,700: %+v", trips)
	}
	night.Before = counts(map[guard.Rule]map[string]int{guard.MembershipsRemoved: {"a": 300}})
	trips := guard.Defaults().Judge(night)
	want := []guard.Trip{{Rule: guard.MembershipsRemoved, School: "a", Measured: 700, Within: 1000, Of: 4700, Limit: 940, Share: 20}}
	if diff := cmp.Diff(want, trips); diff != "" {
		t.Errorf("with 300 before (-want +got):\n%s", diff)
	}
	text := trips[0].Sentence(func(string) string { return "Oak High" })
	if want := "700 memberships to remove at Oak High of 4,700; limit 940 (20 %); 1,000 with the last 24 hours"; text != want {
		t.Errorf("it says %q, want %q", text, want)
	}
	off := guard.Defaults().With(guard.Limit{Rule: guard.MembershipsRemoved, School: true, Off: true})
	if trips := off.Judge(night); len(trips) != 0 {
		t.Errorf("switched off: %+v", trips)
	}
}

// More of anything never trips less, and a limit that is raised never more.
func TestMoreTripsMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits := guard.Defaults()
		l := rapid.SampledFrom(limits).Draw(t, "limit")
		school := guard.All
		if l.School {
			school = "s"
		}
		totals := guard.Totals{}
		totals.Add("s", guard.Total{
			People: rapid.IntRange(0, 5000).Draw(t, "people"), Groups: rapid.IntRange(0, 900).Draw(t, "groups"),
			Memberships: rapid.IntRange(0, 9000).Draw(t, "memberships"),
		})
		trips := func(n int, limits guard.Limits) bool {
			c := guard.Counts{}
			c.Add(l.Rule, school, n)
			found := limits.Judge(guard.Night{Counts: c, Totals: totals, Rows: 4000})
			return slices.ContainsFunc(found, func(trip guard.Trip) bool { return trip.Rule == l.Rule && trip.School == school })
		}
		n := rapid.IntRange(0, 6000).Draw(t, "n")
		if trips(n, limits) && !trips(n+rapid.IntRange(0, 500).Draw(t, "more"), limits) {
			t.Errorf("%d trips, and more does not", n)
		}
		raised := l
		raised.Floor += rapid.IntRange(0, 50).Draw(t, "floor")
		raised.Share += rapid.Float64Range(0, 5).Draw(t, "share")
		if !trips(n, limits) && trips(n, limits.With(raised)) {
			t.Errorf("%d trips where the limit is raised", n)
		}
	})
}

// What lies behind a night is said with its evidence.
func TestCauses(t *testing.T) {
	t.Parallel()
	names := func(school string) string { return "school " + school }
	for name, test := range map[string]struct {
		e    guard.Evidence
		want []string
	}{
		"nothing is known": {guard.Evidence{}, nil},
		"a file is cut": {guard.Evidence{
			Trips: []guard.Trip{{Rule: guard.MembershipsRemoved, Measured: 18_000}},
			Files: []guard.File{{"users.csv", 5000, 2}, {"enrollments.csv", 18_000, 19_700}},
		}, []string{"fileShorter enrollments.csv lacks 19,700 rows that it had before, and has 18,000: it may have been cut off"}},
		"a school is missing": {guard.Evidence{
			Trips: []guard.Trip{{Rule: guard.PeopleGone, School: "h", Measured: 380, Of: 388}},
		}, []string{"schoolMissing 380 of 388 people of school h are missing: the school may have been left out"}},
		"all ids are new": {guard.Evidence{
			Trips: []guard.Trip{{Rule: guard.PeopleGone, Measured: 5000}, {Rule: guard.AccountsCreated, Measured: 4992}},
		}, []string{"idsNew 5,000 people are gone and 4,992 are new: their ids may have been made anew"}},
		"the configuration": {guard.Evidence{Configured: true}, []string{
			"configurationChanged the configuration was changed since the last plan was applied, and no feed came since",
		}},
		"roles": {guard.Evidence{Trips: []guard.Trip{{Rule: guard.MembershipsRemoved, Measured: 100}}, WithoutRole: 90, Fed: true}, []string{
			"rolesMissing 90 memberships are of people who are there and have no role any more",
		}},
	} {
		var got []string
		for _, c := range test.e.Causes(names) {
			got = append(got, c.Code+" "+c.Message)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
