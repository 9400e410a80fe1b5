package guard

import (
	"cmp"
	"maps"
	"slices"
)

// Counts are numbers by rule and school; All is the school of what is counted of
// all of them.
type Counts map[Rule]map[string]int

// All stands for all schools.
const All = ""

// Add counts at a school, and for all.
func (c Counts) Add(r Rule, school string, n int) {
	if n == 0 {
		return
	}
	if c[r] == nil {
		c[r] = map[string]int{}
	}
	c[r][All] += n
	if school != All {
		c[r][school] += n
	}
}

// Plus returns the sum of two counts.
func (c Counts) Plus(other Counts) Counts {
	sum := Counts{}
	for _, counts := range []Counts{c, other} {
		for r, by := range counts {
			if sum[r] == nil {
				sum[r] = map[string]int{}
			}
			for school, n := range by {
				sum[r][school] += n
			}
		}
	}
	return sum
}

// Totals say how much there is to count of, by school.
type Totals map[string]Total

// Total is what there is at a school, or at all of them.
type Total struct {
	People, Groups, Memberships int
}

// Add adds to what there is at a school, and at all.
func (t Totals) Add(school string, more Total) {
	for _, at := range slices.Compact([]string{All, school}) {
		total := t[at]
		total.People += more.People
		total.Groups += more.Groups
		total.Memberships += more.Memberships
		t[at] = total
	}
}

// of returns what the count of a rule is a share of. Rows are counted of those that
// were read, which totals do not tell.
func (t Total) of(r Rule, rows int) int {
	switch r {
	case MembershipsRemoved:
		return t.Memberships
	case GroupsHalved, GroupsEmptied, ClassesGone, GroupsRenamed, GroupsCreated:
		return t.Groups
	case RowsFallen:
		return rows
	case FirstPlan:
	case PeopleOutOfEverything, PeopleGone, AccountsRenamed, AccountsRelinked, AccountsCreated, IDsReused, ObjectsDeleted:
		return t.People
	}
	return 0
}

// Trip is a rule that says that a plan waits.
type Trip struct {
	Rule     Rule    `json:"rule"`
	School   string  `json:"school,omitempty"` // All for all of them
	Measured int     `json:"measured"`         // of this plan
	Within   int     `json:"withinWindow"`     // of plans of the last 24 hours that nobody approved, and this one
	Of       int     `json:"of"`
	Limit    int     `json:"limit"` // what would have passed
	Share    float64 `json:"relative"`
	Doubt    bool    `json:"doubt,omitzero"`
}

// Night is what is judged.
type Night struct {
	Counts Counts // of the plan
	Before Counts // of the plans of the last 24 hours that were applied without a person
	Totals Totals // of what was applied last
	Rows   int    // that were read
	First  bool   // nothing was applied before: only rows that fell count
}

// aFloor is a floor that every rule with one has, however small a school is.
const aFloor = 5

// Judge returns the rules that trip, those that are in doubt of the feed or the
// configuration first, then by how far they are above their limit.
func (ls Limits) Judge(n Night) []Trip {
	var trips []Trip
	for _, l := range ls {
		if l.Off || n.First && l.Rule != RowsFallen {
			continue
		}
		for _, school := range slices.Sorted(maps.Keys(n.Counts[l.Rule])) {
			if (school != All) != l.School {
				continue
			}
			if trip, above := l.judge(n, school); above {
				trips = append(trips, trip)
			}
		}
	}
	slices.SortStableFunc(trips, func(a, b Trip) int {
		return cmp.Or(-compareBools(a.Doubt, b.Doubt), -cmp.Compare(a.excess(), b.excess()))
	})
	return trips
}

func (l Limit) judge(n Night, school string) (Trip, bool) {
	count := n.Counts[l.Rule][school]
	t := Trip{
		Rule: l.Rule, School: school, Measured: count, Within: count + n.Before[l.Rule][school],
		Of: n.Totals[school].of(l.Rule, n.Rows), Share: l.Share, Doubt: l.Doubt,
	}
	floor := min(l.Floor, max(aFloor, t.Of/4))
	t.Limit = max(floor, int(float64(t.Of)*l.Share/100))
	return t, t.Within > t.Limit
}

func (t Trip) excess() float64 { return float64(t.Within) / float64(max(t.Limit, 1)) }

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Main returns the trips that a person reads first: those of all schools, and those
// of a school where its rule did not trip for all, at most so many of them.
func Main(trips []Trip, schools int) []Trip {
	var main []Trip
	for _, t := range trips {
		overall := slices.ContainsFunc(trips, func(all Trip) bool { return all.Rule == t.Rule && all.School == All })
		switch {
		case t.School == All:
		case overall || schools == 0:
			continue
		default:
			schools--
		}
		main = append(main, t)
	}
	return main
}

// InDoubt reports whether any trip doubts the feed or the configuration. Such a plan
// waits whole; one that is only large is cut in two.
func InDoubt(trips []Trip) bool {
	return slices.ContainsFunc(trips, func(t Trip) bool { return t.Doubt })
}
