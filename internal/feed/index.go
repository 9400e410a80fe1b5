package feed

import "rollbook/internal/roster"

// index finds the records of a kind by their keys. What is found is a slot: the
// place of the record in the parallel slices. Slots in the order of the
// records' IDs, so that what goes by slot goes by ID.
type index struct {
	kind    roster.Kind
	slots   map[string]int32
	keys    []string
	ids     []roster.ID
	digests []roster.Digests
	state   []state
	next    roster.ID
	last    int32 // the slot that was found last
	known   int   // slots before this one were known before
	drafts  drafts

	dropped map[string]*cause // rows that the feed has and that were dropped
}

// state tells what is known of a record.
type state uint8

const (
	active state = 1 << iota // so far: before this feed, or in it
	was                      // active before this feed
	seen                     // in this feed
)

func newIndex(kind roster.Kind) *index {
	return &index{kind: kind, slots: map[string]int32{}, next: 1, dropped: map[string]*cause{}}
}

// add takes a record that was known before.
func (x *index) add(e roster.Entry) {
	var s state
	if e.Active {
		s = active | was
	}
	x.insert(e.Key, e.ID, e.Digests, s)
	x.next = e.ID + 1
	x.known = len(x.keys)
}

// isKnown reports whether a record was known before this feed.
func (x *index) isKnown(slot int) bool { return slot < x.known }

func (x *index) insert(key string, id roster.ID, digests roster.Digests, s state) int32 {
	slot := int32(len(x.keys))
	x.slots[key] = slot
	x.keys = append(x.keys, key)
	x.ids = append(x.ids, id)
	x.digests = append(x.digests, digests)
	x.state = append(x.state, s)
	return slot
}

// difference is what a row is against what was known.
type difference uint8

const (
	added difference = iota
	changed
	unchanged
	repeated // the key was in the feed before
)

// take marks a row's record as seen with a content and says what differs.
func (x *index) take(key string, digest roster.Digest) (int32, difference) {
	slot, ok := x.slots[key]
	if !ok {
		slot = x.insert(key, x.next, roster.Digests{digest}, active|seen)
		x.next++
		return slot, added
	}
	before := x.state[slot]
	if before&seen != 0 {
		return slot, repeated
	}
	x.state[slot] = before | active | seen
	if before&active != 0 && x.digests[slot][roster.Itself] == digest {
		return slot, unchanged
	}
	x.digests[slot][roster.Itself] = digest
	return slot, changed
}

// find returns the slot of a record that is in the feed. Files often go through
// the records in one order, so the slot after the last one is looked at first.
func (x *index) find(key string) (int32, bool) {
	if slot := x.last + 1; int(slot) < len(x.keys) && x.keys[slot] == key {
		x.last = slot
		return slot, x.state[slot]&seen != 0
	}
	slot, ok := x.slots[key]
	if !ok {
		return 0, false
	}
	x.last = slot
	return slot, x.state[slot]&seen != 0
}

// count tells the records that are active from those that are not.
func (x *index) count() Count {
	var c Count
	for _, s := range x.state {
		if s&active != 0 {
			c.Active++
		} else {
			c.Inactive++
		}
	}
	return c
}

// count counts a difference where the row stands.
func (f *FileReport) count(d difference) {
	switch d {
	case added:
		f.Added++
	case changed:
		f.Changed++
	case unchanged:
		f.Unchanged++
	case repeated:
		f.Repeated++
	}
}
