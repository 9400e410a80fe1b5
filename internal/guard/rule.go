package guard

// Rule names what is counted.
type Rule string

// The rules. Each is counted against what was applied last, never against what the
// last feed said: a broken export that comes twice must not be its own yardstick.
const (
	MembershipsRemoved    Rule = "membershipsRemoved"
	PeopleOutOfEverything Rule = "peopleOutOfEverything" // who are still at school, and lose all their memberships
	GroupsHalved          Rule = "groupsHalved"          // groups that lose more than half of their people, net
	GroupsEmptied         Rule = "groupsEmptied"
	PeopleGone            Rule = "peopleGone"  // who have an account and are not in the roster any more
	ClassesGone           Rule = "classesGone" // that have a group and are not in the roster any more
	AccountsRenamed       Rule = "accountsRenamed"
	AccountsRelinked      Rule = "accountsRelinked" // that go to the record which replaces another one
	GroupsRenamed         Rule = "groupsRenamed"
	IDsReused             Rule = "idsReused"  // a known class or person that is another one now
	RowsFallen            Rule = "rowsFallen" // rows that cannot be read and could be last time
	AccountsCreated       Rule = "accountsCreated"
	GroupsCreated         Rule = "groupsCreated"
	ObjectsDeleted        Rule = "objectsDeleted" // accounts and groups, by a rollback
	FirstPlan             Rule = "firstPlan"      // for a directory of one's own: it has no limit, and always waits
)

// Limit says from when a rule trips: above the floor, and above the share.
type Limit struct {
	Rule   Rule    `json:"rule"`
	School bool    `json:"school,omitzero"` // counted by school, of what that school has
	Floor  int     `json:"absolute"`
	Share  float64 `json:"relative"` // in percent
	Doubt  bool    `json:"doubt,omitzero"`
	Off    bool    `json:"off,omitzero"`
}

// Limits are those of a target.
type Limits []Limit

// Defaults are the limits that hold unless others are set. A simulated normal night
// stays a quarter or more below each of them; half an export is far above.
func Defaults() Limits {
	return Limits{
		{Rule: RowsFallen, Floor: 50, Share: 2, Doubt: true},
		{Rule: IDsReused, Doubt: true},
		{Rule: PeopleGone, Floor: 25, Share: 2, Doubt: true},
		{Rule: PeopleGone, School: true, Floor: 10, Share: 20, Doubt: true},
		{Rule: ClassesGone, Floor: 10, Share: 5, Doubt: true},
		{Rule: AccountsRenamed, Floor: 10, Share: 1, Doubt: true},
		{Rule: AccountsRelinked, Floor: 10, Share: 1, Doubt: true},
		{Rule: GroupsRenamed, Floor: 10, Share: 5, Doubt: true},
		{Rule: AccountsCreated, Floor: 50, Share: 5, Doubt: true},
		{Rule: GroupsCreated, Floor: 25, Share: 10, Doubt: true},
		{Rule: MembershipsRemoved, Floor: 50, Share: 3},
		{Rule: MembershipsRemoved, School: true, Floor: 25, Share: 20},
		{Rule: PeopleOutOfEverything, Floor: 10, Share: 0.5},
		{Rule: PeopleOutOfEverything, School: true, Floor: 10, Share: 5},
		{Rule: GroupsHalved, Floor: 5, Share: 1},
		{Rule: GroupsEmptied, Floor: 3, Share: 0.5},
		{Rule: ObjectsDeleted, Floor: 5, Share: 0.5},
	}
}

// Known reports whether there is a rule of a name.
func Known(r Rule) bool {
	for _, l := range Defaults() {
		if l.Rule == r {
			return true
		}
	}
	return false
}

// With returns the limits with one replaced.
func (ls Limits) With(limit Limit) Limits {
	changed := make(Limits, len(ls))
	copy(changed, ls)
	for i, l := range changed {
		if l.Rule == limit.Rule && l.School == limit.School {
			limit.Doubt = l.Doubt
			changed[i] = limit
		}
	}
	return changed
}
