package plan

import (
	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Reason says why something that was read is not provisioned, or not as one would
// expect.
type Reason string

// The reasons.
const (
	PeopleOfOtherRoles   Reason = "peopleOfOtherRoles"   // a role that gets no account, such as a parent's
	PeopleWithoutRole    Reason = "peopleWithoutRole"    // no role today, or none any more
	PeopleLater          Reason = "peopleLater"          // a role that begins later
	PeopleUnsure         Reason = "peopleUnsure"         // the role's session is over, or the role cannot be read
	PeopleWithoutAccount Reason = "peopleWithoutAccount" // a role, and no account: they wait, or no flow makes one
	ClassesOver          Reason = "classesOver"          // all sessions are over, or the year
	ClassesLater         Reason = "classesLater"         // a session that begins later
	ClassesUnsure        Reason = "classesUnsure"        // the class or its sessions cannot be read
	ClassesWithoutFlow   Reason = "classesWithoutFlow"   // no flow set selects the organization
	GroupsGone           Reason = "groupsGone"           // somebody deleted the group
	GroupsWithoutOwner   Reason = "groupsWithoutOwner"
	GroupsWithoutAnybody Reason = "groupsWithoutAnybody"
	GroupsOfMoreOwners   Reason = "groupsOfMoreOwners" // than the directory holds of one group
	RecordsIgnored       Reason = "recordsIgnored"     // that a person had left as they are
	ChangesUndone        Reason = "changesUndone"      // that a rollback took back, and that are not made again
)

// reasons are the reasons of people and of classes by the numbers under which they are
// kept; the first is that there is none.
func reasonsOfPeople() []Reason {
	return []Reason{"", PeopleOfOtherRoles, PeopleWithoutRole, PeopleLater, PeopleUnsure}
}

func reasonsOfClasses() []Reason {
	return []Reason{"", ClassesOver, ClassesLater, ClassesUnsure, ClassesWithoutFlow, GroupsGone, GroupsWithoutOwner, GroupsWithoutAnybody, GroupsOfMoreOwners, RecordsIgnored}
}

// left returns the number of a reason.
func left(reasons []Reason, r Reason) uint8 {
	for i, reason := range reasons {
		if reason == r {
			return uint8(i)
		}
	}
	return 0
}

// Left counts what was read and is not provisioned once the plan is applied, by
// reason.
func (g *Matching) Left() map[Reason]int {
	counts := map[Reason]int{}
	reasons := reasonsOfPeople()
	ignored := g.rules.ignored[directory.Account]
	for id, s := range g.people.standing {
		switch {
		case ignored.Has(roster.ID(id)):
			counts[RecordsIgnored]++
		case s&present == 0:
			counts[reasons[s/firstRole]]++
		case s&provisioned == 0:
			counts[PeopleWithoutAccount]++
		}
	}
	for _, r := range g.people.classes {
		counts[reasonsOfClasses()[r]]++
	}
	delete(counts, "")
	return counts
}

// leaveOut notes why somebody who is in the roster has no role today.
func (g *Matching) leaveOut(who *member) {
	if !who.record.Active {
		return
	}
	reason := PeopleWithoutRole
	switch {
	case len(who.current) > 0:
		reason = PeopleOfOtherRoles
	case who.later:
		reason = PeopleLater
	case who.rests:
		reason = PeopleUnsure
	}
	g.people.set(who.record.ID, firstRole*standing(left(reasonsOfPeople(), reason)))
}

// classLeft notes why a class has no group that is kept up to date, or what its group
// lacks.
func (p *population) classLeft(id roster.ID, r Reason) {
	for int(id) >= len(p.classes) {
		p.classes = append(p.classes, make([]uint8, int(id)-len(p.classes)+1)...)
	}
	p.classes[id] = left(reasonsOfClasses(), r)
}

// whyNot says why a class that is in the roster is not current.
func (c *classPlanner) whyNot(class roster.Class) Reason {
	later, known := false, len(class.SessionSourcedIDs) == 0
	for _, id := range class.SessionSourcedIDs {
		s, found := c.people.sessions[id]
		known = known || found
		later = later || found && c.rules.days.today < s.Start
	}
	switch {
	case class.Frozen != 0 || !known:
		return ClassesUnsure
	case later || len(class.SessionSourcedIDs) == 0 && c.rules.days.today < c.rules.YearStart:
		return ClassesLater
	}
	return ClassesOver
}

// lacks says what the group of a class lacks.
func (c *classPlanner) lacks(group ledger.Object) Reason {
	some := func(l linked, relation directory.Relation) bool {
		there := group.Linked(relation)
		return len(l.are) > 0 || len(l.stay.And(there.IDs.With(there.Found))) > 0
	}
	switch owned := some(c.owners, directory.Owner); {
	case !owned && !some(c.members, directory.Member):
		return GroupsWithoutAnybody
	case !owned:
		return GroupsWithoutOwner
	case c.maker.most(directory.ClassGroup, directory.Owner) < len(c.owners.are):
		return GroupsOfMoreOwners
	}
	return ""
}
