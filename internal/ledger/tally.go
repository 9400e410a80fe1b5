package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
)

// Tally numbers the changes of a plan while it is made, counts them, and works out
// the hashes of its parts.
type Tally struct {
	Counts Counts
	last   Change
	parts  map[string]*partTally
}

type partTally struct {
	counts Counts
	hash   hash.Hash
}

// Add takes a change, and returns it with its number, and its digest. Waves must not
// go back.
func (t *Tally) Add(c Change) (Change, Digest, error) {
	if c.Wave < t.last.Wave {
		return c, Digest{}, fmt.Errorf("a change of wave %d was planned after one of wave %d", c.Wave, t.last.Wave)
	}
	c.Seq = t.last.Seq + 1
	t.last = c
	if t.parts == nil {
		t.parts = map[string]*partTally{}
	}
	p := t.parts[c.Part]
	if p == nil {
		p = &partTally{hash: sha256.New()}
		t.parts[c.Part] = p
	}
	digest := c.Digest()
	p.hash.Write(digest[:])
	p.counts.Add(c)
	t.Counts.Add(c)
	return c, digest, nil
}

// Parts returns the parts of the plan in the order of their keys, in a state.
func (t *Tally) Parts(s State) []Part {
	var parts []Part
	for _, key := range slices.Sorted(maps.Keys(t.parts)) {
		p := t.parts[key]
		parts = append(parts, Part{Key: key, State: s, Hash: hex.EncodeToString(p.hash.Sum(nil)), Counts: p.counts})
	}
	return parts
}
