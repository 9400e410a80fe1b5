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
	rows    column[sighting] // where the feed has it, by slot
	numbers numbers
	known   int // slots before this one were known before
	drafts  drafts

	before  map[int]roster.Digest // of what is known of records that the feed says otherwise
	again   map[int][][]byte      // what later rows of a record say that its first does not
	clashes map[int]*clash        // by slot
	dropped map[string]*cause     // rows that the feed has and that were dropped
}

// state tells what is known of a record.
type state uint8

const (
	active state = 1 << iota // so far: before this feed, or in it
	was                      // active before this feed
	seen                     // in this feed
	named                    // was, is not in this feed, and rows of it refer to it
	twice                    // rows of this feed say that it is two
)

// sighting is where a feed has a record, and a hash of who or what it says it is.
type sighting struct {
	identity uint64
	line     int32
}

// newIndex returns an index with room for so many records.
func newIndex(kind roster.Kind, room int) *index {
	return &index{
		kind: kind, numbers: numbers{next: 1},
		before: map[int]roster.Digest{}, again: map[int][][]byte{}, clashes: map[int]*clash{}, dropped: map[string]*cause{},
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
	x.rows.add(sighting{})
	x.state = append(x.state, s)
	x.numbers.note(id)
}

// difference is what a row is against what was known.
type difference uint8

const (
	added difference = iota
	changed
	unchanged
	repeated // the key was in the feed before, with the same content
	varied   // the key was in the feed before, of the same, with other content
	clashing // the key was in the feed before, of somebody or something else
)

// take marks a row's record as seen with a content and says what differs.
func (x *index) take(key string, digest roster.Digest, at sighting) (slot int, d difference, err error) {
	slot, isNew := x.keys.put(key)
	if isNew {
		id, err := x.numbers.of(key)
		x.insert(id, roster.Digests{digest}, active|seen)
		*x.rows.at(slot) = at
		return slot, added, err
	}
	before := x.state[slot]
	known := &x.digests.at(slot)[roster.Itself]
	switch {
	case before&seen != 0 && x.rows.at(slot).identity != at.identity:
		return slot, clashing, nil
	case before&seen != 0 && *known == digest:
		return slot, repeated, nil
	case before&seen != 0:
		return slot, varied, nil
	}
	x.state[slot] = before | active | seen
	*x.rows.at(slot) = at
	if before&active != 0 && *known == digest {
		return slot, unchanged, nil
	}
	x.before[slot] = *known
	*known = digest
	return slot, changed, nil
}

// find returns the slot of a record that is in the feed, and of which it is known
// which is meant.
func (x *index) find(key string) (slot int, ok bool) {
	slot, ok = x.keys.find(key)
	return slot, ok && x.state[slot]&(seen|twice) == seen
}

// resolve returns the slot of a record that a row refers to: one that is in the
// feed, or one that was known and whose row is missing. It is as it was.
func (x *index) resolve(key string) (slot int, missing, ok bool) {
	slot, ok = x.keys.find(key)
	switch {
	case !ok, x.state[slot]&twice != 0:
		return 0, false, false
	case x.state[slot]&seen != 0:
		return slot, false, true
	case x.state[slot]&was == 0, x.kind == roster.KindSession: // a session has its own rule: its dates hold
		return 0, false, false
	}
	x.state[slot] |= named
	return slot, true, true
}

// revert forgets what the feed says of a record itself: what was known of it goes on.
func (x *index) revert(slot int) {
	if before, changed := x.before[slot]; changed {
		x.digests.at(slot)[roster.Itself] = before
		x.drafts.forget(slot, roster.Itself)
	}
}

// entry returns the entry of a record without saying that it is active.
func (x *index) entry(slot int) roster.Entry {
	return roster.Entry{ID: x.ids[slot], Key: x.keys.at(slot), Digests: *x.digests.at(slot)}
}

// count tells the records that are active from those that are not.
func (x *index) count() Count {
	var c Count
	for slot, s := range x.state {
		switch {
		case s&active != 0:
			c.Active++
		case slot < x.known: // one that the feed says twice is not known yet
			c.Inactive++
		}
	}
	return c
}

// count counts a difference where the row stands.
func (f *FileReport) count(d difference) { f.add(d, 1) }

func (f *FileReport) add(d difference, n int) {
	switch d {
	case added:
		f.Added += n
	case changed:
		f.Changed += n
	case unchanged:
		f.Unchanged += n
	case repeated, varied:
		f.Repeated += n
	case clashing:
		f.Errors += n
	}
}
