package tables

import (
	"hash/maphash"
	"math/bits"
)

// key stands for an ID, an anchor or a name: 128 bits of hash, which in practice
// no two texts share, take half the memory of the text. None is zero.
type key [2]uint64

type hasher [2]maphash.Seed

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) key(text string) key {
	return key{maphash.String(h[0], text), maphash.String(h[1], text) | 1}
}

// places leads from keys to nums. Every membership that is written is looked up
// here, somewhere in tens of megabytes: a key and its num lie beside each other,
// so that finding one takes one trip to memory where Go's map takes three.
type places struct {
	entries []place // at most three in four are taken
	taken   int
}

type place struct {
	key key   // zero in a place that is free
	num int64 // 0 where no object is found by this key any more
}

const fewPlaces = 64

func newPlaces(size int64) *places {
	return &places{entries: make([]place, max(fewPlaces, size+size/2))}
}

// get returns where a key leads, and whether it is in here at all.
func (p *places) get(k key) (num int64, ok bool) {
	e := &p.entries[p.at(k)]
	return e.num, e.key == k
}

// set makes a key lead to num, or with 0 nowhere.
func (p *places) set(k key, num int64) {
	if 4*p.taken >= 3*len(p.entries) {
		p.grow()
	}
	e := &p.entries[p.at(k)]
	if e.key != k {
		p.taken++
	}
	*e = place{k, num}
}

// at returns where a key is, or the free place that it would take.
func (p *places) at(k key) int {
	high, _ := bits.Mul64(k[0], uint64(len(p.entries)))
	i := int(high)
	for p.entries[i].key != k && p.entries[i].key != (key{}) {
		if i++; i == len(p.entries) {
			i = 0
		}
	}
	return i
}

func (p *places) grow() {
	old := p.entries
	p.entries = make([]place, 2*len(old))
	for _, e := range old {
		if e.key != (key{}) {
			p.entries[p.at(e.key)] = e
		}
	}
}

// follow takes over what was written.
func (p *places) follow(written *places) {
	for _, e := range written.entries {
		if e.key != (key{}) {
			p.set(e.key, e.num)
		}
	}
}
