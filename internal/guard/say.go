package guard

import (
	"fmt"
	"strconv"
	"strings"
)

// Sentence says what was measured, and the limit. name gives the name of a school.
func (t Trip) Sentence(name func(school string) string) string {
	if t.Rule == FirstPlan {
		return "the first plan for this directory, which always waits for a person"
	}
	at := ""
	if t.School != All {
		at = " at " + name(t.School)
	}
	text := fmt.Sprintf("%s%s of %s; limit %s", numbered(t.Rule, t.Measured), at, grouped(t.Of), grouped(t.Limit))
	if t.Share > 0 {
		text += fmt.Sprintf(" (%s %%)", strconv.FormatFloat(t.Share, 'f', -1, 64))
	}
	if t.Within > t.Measured {
		text += fmt.Sprintf("; %s with the last 24 hours", grouped(t.Within))
	}
	return text
}

// numbered says how many of what a rule counts.
func numbered(r Rule, n int) string {
	one, many := words(r)
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

func words(r Rule) (one, many string) {
	switch r {
	case MembershipsRemoved:
		return "membership to remove", "memberships to remove"
	case PeopleOutOfEverything:
		return "person still at school out of every class", "people still at school out of every class"
	case GroupsHalved:
		return "group to lose half of its people", "groups to lose half of their people"
	case GroupsEmptied:
		return "group to be emptied", "groups to be emptied"
	case PeopleGone:
		return "person gone from the roster", "people gone from the roster"
	case ClassesGone:
		return "class gone from the roster", "classes gone from the roster"
	case AccountsRenamed:
		return "account to rename", "accounts to rename"
	case AccountsRelinked:
		return "account to give to a new id", "accounts to give to new ids"
	case GroupsRenamed:
		return "group to rename", "groups to rename"
	case IDsReused:
		return "id used again for another person or class", "ids used again for other people or classes"
	case RowsFallen:
		return "row that cannot be read and could be last time", "rows that cannot be read and could be last time"
	case AccountsCreated:
		return "account to create", "accounts to create"
	case GroupsCreated:
		return "group to create", "groups to create"
	case FirstPlan:
		return "first plan", "first plans"
	case ObjectsDeleted:
		return "account or group to delete", "accounts and groups to delete"
	}
	return string(r), string(r)
}

// grouped writes a number with a comma at every thousand.
func grouped(n int) string {
	text := strconv.Itoa(n)
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, parts...), ",")
}
