package plan

import (
	"encoding/binary"
	"errors"
	"slices"

	"rollbook/internal/roster"
)

// People is a set of people, sorted by ID.
type People []roster.ID

var errPeople = errors.New("a remembered list of people is damaged")

// Encode appends the set to buf, packed as differences.
func (p People) Encode(buf []byte) []byte {
	var last roster.ID
	for _, id := range p {
		buf = binary.AppendUvarint(buf, uint64(id-last))
		last = id
	}
	return buf
}

// DecodePeople reads what Encode wrote.
func DecodePeople(body []byte) (People, error) { return appendPeople(nil, body) }

// appendPeople appends the people of another set.
func appendPeople(p People, body []byte) (People, error) {
	var last roster.ID
	for len(body) > 0 {
		n, size := binary.Uvarint(body)
		if size <= 0 || n > uint64(^roster.ID(0)-last) {
			return nil, errPeople
		}
		last += roster.ID(n)
		p = append(p, last)
		body = body[size:]
	}
	return p, nil
}

// minus returns who is in p and not in other.
func (p People) minus(other People) People {
	var rest People
	for _, id := range p {
		if _, found := slices.BinarySearch(other, id); !found {
			rest = append(rest, id)
		}
	}
	return rest
}

// and returns who is in both.
func (p People) and(other People) People {
	var both People
	for _, id := range p {
		if _, found := slices.BinarySearch(other, id); found {
			both = append(both, id)
		}
	}
	return both
}

// Without returns who is in p and not in other, which need not be sorted.
func (p People) Without(other People) People {
	if len(other) == 0 {
		return p
	}
	sorted := slices.Clone(other)
	slices.Sort(sorted)
	return p.minus(sorted)
}

// After returns the set once some were added and some removed.
func (p People) After(add, remove People) People {
	all := append(p.minus(remove), add...)
	slices.Sort(all)
	return slices.Compact(all)
}
