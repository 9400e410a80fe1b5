package match

import (
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// Role is what a person counts as where only one role can count.
type Role struct {
	Group string // staff or students; "" for somebody who has no role of either
	Code  string // RefRole
	Grade string // RefGradeLevel
}

// RoleOf decides among the affiliations that are current (SDS: user identity
// rules). Staff wins over student, unless only student roles are primary and
// all of them are.
func RoleOf(current []roster.Affiliation, lists *vocab.Lists) Role {
	var students, primaryStudents, staff, primaryStaff int
	for _, a := range current {
		primary := a.IsPrimary == roster.True
		switch vocab.GroupOf(a.Role) {
		case vocab.Students:
			students++
			if primary {
				primaryStudents++
			}
		case vocab.Staff:
			staff++
			if primary {
				primaryStaff++
			}
		}
	}
	switch {
	case students == 0 && staff == 0:
		return Role{}
	case staff == 0, primaryStaff == 0 && students > 0 && primaryStudents == students:
		return topOf(current, vocab.Students, lists)
	}
	return topOf(current, vocab.Staff, lists)
}

// topOf returns the first role of a group: primary before others, then by the
// list's own order.
func topOf(current []roster.Affiliation, group string, lists *vocab.Lists) Role {
	var top roster.Affiliation
	best := -1
	for _, a := range current {
		if vocab.GroupOf(a.Role) != group {
			continue
		}
		rank := lists.SortIndex(vocab.Role, a.Role)
		if a.IsPrimary != roster.True {
			rank += afterPrimary
		}
		if best < 0 || rank < best {
			best, top = rank, a
		}
	}
	return Role{Group: group, Code: top.Role, Grade: top.Grade}
}

// afterPrimary is larger than any sort index, so that every primary role comes
// before every other.
const afterPrimary = 1 << 30
