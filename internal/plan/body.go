package plan

import (
	"encoding/binary"
	"errors"

	"rollbook/internal/roster"
)

var errBody = errors.New("its body ends early")

// AppendBody appends what the journal keeps of an effect beside its kind and
// what it is about: every text after its length, every list after its number of
// elements.
func (e Effect) AppendBody(dst []byte) []byte {
	dst = appendText(dst, e.Anchor)
	dst = appendText(dst, e.ObjectID)
	for _, properties := range []Properties{e.Properties, e.Was} {
		dst = binary.AppendUvarint(dst, uint64(len(properties)))
		for _, p := range properties {
			dst = appendText(appendText(dst, short(p.Name)), p.Value)
		}
	}
	for _, people := range []People{e.AddOwners, e.AddMembers, e.RemoveOwners, e.RemoveMembers} {
		dst = binary.AppendUvarint(dst, uint64(len(people)))
		dst = people.Encode(dst)
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(text)))
	return append(dst, text...)
}

// decodeBody fills in what AppendBody wrote.
func (e *Effect) decodeBody(body string) error {
	r := bodyReader{rest: body}
	e.Anchor, e.ObjectID = r.text(), r.text()
	e.Properties, e.Was = r.properties(), r.properties()
	e.AddOwners, e.AddMembers, e.RemoveOwners, e.RemoveMembers = r.people(), r.people(), r.people(), r.people()
	if r.rest != "" {
		r.damaged = true
	}
	if r.damaged {
		return errBody
	}
	return nil
}

// bodyReader reads a body from its front. Once it is damaged it reads nothing.
type bodyReader struct {
	rest    string
	damaged bool
}

// number reads a number of which each unit takes at least a byte, or any number.
func (r *bodyReader) number() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.rest, r.damaged = "", true
	return 0
}

// upTo reads a number that is no larger than another.
func (r *bodyReader) upTo(most uint64) uint64 {
	n := r.number()
	if n > most {
		r.rest, r.damaged = "", true
		return 0
	}
	return n
}

// count reads the length of what follows, which cannot be longer than the rest.
func (r *bodyReader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.rest, r.damaged = "", true
		return 0
	}
	return int(n)
}

func (r *bodyReader) text() string {
	n := r.count()
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

func (r *bodyReader) properties() Properties {
	n := r.count()
	if n == 0 {
		return nil
	}
	properties := make(Properties, n)
	for i := range properties {
		properties[i] = Property{long(r.text()), r.text()}
	}
	return properties
}

func (r *bodyReader) people() People {
	n := r.count()
	if n == 0 {
		return nil
	}
	people := make(People, n)
	var last roster.ID
	for i := range people {
		last += roster.ID(r.upTo(uint64(^roster.ID(0) - last)))
		people[i] = last
	}
	return people
}
