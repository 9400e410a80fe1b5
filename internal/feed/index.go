package feed

import "rollbook/internal/roster"

// index finds the records of a kind by their keys. What is found is a slot: the
// place of the record in the parallel slices.
type index struct {
	kind    roster.Kind
	keys    keys
	ids     []roster.ID
	digests column[roster.Digests]
	state   []state
	numbers numbers
	known   int // slots before this one were known before
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

// newIndex returns an index with room for so many records.
func newIndex(kind roster.Kind, room int) *index {
	return &index{
		kind: kind, numbers: numbers{next: 1}, dropped: map[string]*cause{},
		keys: newKeys(room), ids: make([]roster.ID, 0, room), state: make([]state, 0, room),
	}
}

// add takes a record that was known before.
func (x *index) add(e roster.Entry) {
	var s state
	if e.Active {
		s = active | was
	}
	if slot, added := x.keys.put(e.Key); !added {
		*x.digests.at(slot), x.state[slot] = e.Digests, s
		return
	}
	x.insert(e.ID, e.Digests, s)
	x.known = x.keys.len()
}

// insert appends what is said of a key that was put.
func (x *index) insert(id roster.ID, digests roster.Digests, s state) {
	x.ids = append(x.ids, id)
	x.digests.add(digests)
	x.state = append(x.state, s)
	x.numbers.note(id)
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
func (x *index) take(key string, digest roster.Digest) (slot int, d difference, err error) {
	slot, isNew := x.keys.put(key)
	if isNew {
		id, err := x.numbers.of(key)
		x.insert(id, roster.Digests{digest}, active|seen)
		return slot, added, err
	}
	before := x.state[slot]
	if before&seen != 0 {
		return slot, repeated, nil
	}
	x.state[slot] = before | active | seen
	known := &x.digests.at(slot)[roster.Itself]
	if before&active != 0 && *known == digest {
		return slot, unchanged, nil
	}
	*known = digest
	return slot, changed, nil
}

// find returns the slot of a record that is in the feed.
func (x *index) find(key string) (slot int, ok bool) {
	slot, ok = x.keys.find(key)
	return slot, ok && x.state[slot]&seen != 0
}

// inactive returns the entry of a record that the feed no longer mentions.
func (x *index) inactive(slot int) roster.Entry {
	return roster.Entry{ID: x.ids[slot], Key: x.keys.at(slot), Digests: *x.digests.at(slot)}
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
