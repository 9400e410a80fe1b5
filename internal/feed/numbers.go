package feed

import (
	"fmt"
	"iter"

	"rollbook/internal/roster"
)

// numbers gives the records of a kind that a stream never said their IDs: those
// that they have in other streams of the source system, or new ones.
type numbers struct {
	next      roster.ID // one more than every ID that is known to be taken
	elsewhere iter.Seq2[roster.Entry, error]
	taken     map[string]roster.ID // by other streams; nil until a record is new
}

// note notes that an ID is taken.
func (n *numbers) note(id roster.ID) { n.next = max(n.next, id+1) }

// of returns the ID of a record that is new to its stream.
func (n *numbers) of(key string) (roster.ID, error) {
	if n.taken == nil {
		if err := n.readTaken(); err != nil {
			return 0, err
		}
	}
	if id, ok := n.taken[key]; ok {
		return id, nil
	}
	return n.next, nil
}

func (n *numbers) readTaken() error {
	n.taken = map[string]roster.ID{}
	for e, err := range n.elsewhere {
		if err != nil {
			return fmt.Errorf("read what other streams say: %w", err)
		}
		n.taken[e.Key] = e.ID
		n.note(e.ID)
	}
	return nil
}
