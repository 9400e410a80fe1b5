package plan

import (
	"rollbook/internal/directory"
	"rollbook/internal/ledger"
)

// Forgotten returns the records whose object somebody deleted: a reset makes it again,
// it was made anew by hand, or nobody needs it any more. The ledger MUST forget what it holds of them before the plan is complete:
// should the plan be made again, they must be new again.
func (g *Matching) Forgotten() []ledger.Record { return g.forgotten }

// forgetGone treats a class whose group is gone as one that never had any. The
// new group takes the nickname of the old one, which is in nobody's way.
func (c *classPlanner) forgetGone(room *classroom) {
	room.nickname, _ = room.group.Written.Get(directory.MailNickname)
	room.group, room.known = ledger.Object{}, false
	c.forgotten = append(c.forgotten, c.record(directory.ClassGroup, room.record.ID))
}
