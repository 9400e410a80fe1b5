package plan

import (
	"maps"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// forgotten are the accounts and groups that somebody deleted and that a reset
// has made again.
type forgotten struct{ people, classes map[roster.ID]bool }

// Forgotten returns the people and classes whose account or group is no longer
// to be remembered. The journal MUST forget them before the plan is complete:
// should the plan be made again, they must be new again.
func (g *Matching) Forgotten() (people, classes []roster.ID) {
	return slices.Sorted(maps.Keys(g.forgotten.people)), slices.Sorted(maps.Keys(g.forgotten.classes))
}

// forgetGone treats a class whose group is gone as one that never had any. The
// new group takes the nickname of the old one, which is in nobody's way.
func (c *classPlanner) forgetGone(room *classroom) {
	room.nickname, _ = DecodeProperties(room.group.Written).Get(directory.PropertyMailNickname)
	room.group, room.known = ClassGroup{}, false
	c.forgotten.classes[room.record.ID] = true
}
