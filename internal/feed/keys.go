package feed

import (
	"encoding/binary"
	"hash/maphash"
)

// keys numbers keys in the order in which they come: the number of a key is its
// slot. Millions of them are kept, so that what counts is how often memory is
// waited for: once for the table, once for the key itself. A key is always
// compared in full; hashes only say where to look.
type keys struct {
	seed  maphash.Seed
	table []entry // open addressing; its length is a power of two
	// contents holds of each key its slot, in bytesOfSlot, and then its text, in
	// the order of slots.
	contents arena
	places   []place // by slot
	last     int     // the slot that was found last
	inOrder  bool    // it was that of the key before, or the one after
	buf      []byte
}

// entry is where a key is, with the highest bits of its hash before that; 0 where
// there is none.
type entry uint64

const (
	bitsOfPlace = 40
	tagOfEntry  = entry(1<<64 - 1<<bitsOfPlace)
	bytesOfSlot = 4
	leastTable  = 1 << 6
)

// newKeys returns keys with room for so many.
func newKeys(room int) keys {
	k := keys{seed: maphash.MakeSeed(), places: make([]place, 0, room), inOrder: true}
	size := leastTable
	for isFull(room, size) {
		size *= 2
	}
	k.table = make([]entry, size)
	return k
}

// isFull reports whether a table is too small for more than n keys. Beyond three
// quarters, too many keys lie far from where they are looked for.
func isFull(n, size int) bool { return n >= size/4*3 }

func (k *keys) len() int { return len(k.places) }

// at returns the key of a slot.
func (k *keys) at(slot int) string { return string(k.text(slot)) }

// all returns the keys in the order of slots.
func (k *keys) all() []string {
	all := make([]string, k.len())
	for slot := range all {
		all[slot] = k.at(slot)
	}
	return all
}

func (k *keys) text(slot int) []byte { return k.contents.get(k.places[slot])[bytesOfSlot:] }

// find returns the slot of a key.
func (k *keys) find(key string) (slot int, ok bool) {
	slot, ok = k.near(key)
	if !ok {
		slot, _, ok = k.search(key, maphash.String(k.seed, key))
	}
	if ok {
		k.found(slot)
	}
	return slot, ok
}

// put returns the slot of a key, and gives it the next one if it has none.
func (k *keys) put(key string) (slot int, added bool) {
	slot, ok := k.near(key)
	if !ok {
		hash := maphash.String(k.seed, key)
		var free int
		if slot, free, ok = k.search(key, hash); !ok {
			slot = k.add(key, hash, free)
		}
	}
	k.found(slot)
	return slot, !ok
}

// near looks for a key where the last one was found, and right after it: files
// often go through the records in one order. It does so as long as they do.
func (k *keys) near(key string) (slot int, ok bool) {
	if !k.inOrder {
		return 0, false
	}
	for slot := k.last; slot <= k.last+1 && slot < len(k.places); slot++ {
		if string(k.text(slot)) == key {
			return slot, true
		}
	}
	return 0, false
}

func (k *keys) found(slot int) {
	k.inOrder = slot == k.last || slot == k.last+1
	k.last = slot
}

// search returns the slot of a key, or else the free place of the table where it
// belongs.
func (k *keys) search(key string, hash uint64) (slot, free int, ok bool) {
	mask := len(k.table) - 1
	for at := int(hash) & mask; ; at = (at + 1) & mask {
		e := k.table[at]
		if e == 0 {
			return 0, at, false
		}
		if (e^entry(hash))&tagOfEntry != 0 {
			continue
		}
		content := k.contents.get(place(e &^ tagOfEntry))
		if string(content[bytesOfSlot:]) == key {
			return int(binary.LittleEndian.Uint32(content)), 0, true
		}
	}
}

// add gives a key the next slot, and the free place of the table that was found
// for it.
func (k *keys) add(key string, hash uint64, free int) int {
	slot := len(k.places)
	k.buf = append(binary.LittleEndian.AppendUint32(k.buf[:0], uint32(slot)), key...)
	p := k.contents.add(k.buf)
	k.places = append(k.places, p)
	k.table[free] = entry(hash)&tagOfEntry | entry(p)
	if isFull(len(k.places), len(k.table)) {
		k.grow()
	}
	return slot
}

// grow doubles the table.
func (k *keys) grow() {
	k.table = make([]entry, 2*len(k.table))
	mask := len(k.table) - 1
	for slot, p := range k.places {
		hash := maphash.Bytes(k.seed, k.text(slot))
		at := int(hash) & mask
		for k.table[at] != 0 {
			at = (at + 1) & mask
		}
		k.table[at] = entry(hash)&tagOfEntry | entry(p)
	}
}
