package roster

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// Kind says what a Record holds.
type Kind uint8

// The kinds of record, in the order in which a feed states them: a record only
// refers to records of earlier kinds, or of its own.
const (
	KindOrg     Kind = iota + 1 // an Org
	KindSession                 // a Session
	KindCourse                  // a Course
	KindPerson                  // a Person, with their Affiliations and Details
	KindClass                   // a Class, with its Roll
)

// Kinds returns all kinds in order.
func Kinds() []Kind { return []Kind{KindOrg, KindSession, KindCourse, KindPerson, KindClass} }

// String returns the kind's name as findings and reports write it.
func (k Kind) String() string {
	switch k {
	case KindOrg:
		return "org"
	case KindSession:
		return "academicSession"
	case KindCourse:
		return "course"
	case KindPerson:
		return "user"
	case KindClass:
		return "class"
	}
	return "unknown"
}

// The parts of a record. Every kind has the first; they are compared one by
// one, as each comes from a file of its own.
const (
	Itself           = 0 // the Org, Session, Course, Person or Class
	AffiliationsPart = 1 // of a Person
	DetailsPart      = 2 // of a Person
	RollPart         = 1 // of a Class
	mostParts        = 3
)

// Parts returns how many parts a record of the kind has.
func (k Kind) Parts() int {
	switch k {
	case KindPerson:
		return DetailsPart + 1
	case KindClass:
		return RollPart + 1
	default: // the others are one part
	}
	return Itself + 1
}

// ID numbers a record within its source system and kind. It is given once, when
// a stream first says the record, is that of all streams that say it, and is never
// given to another.
type ID uint32

// Digest identifies the content of a part: two with equal digests say the
// same. It is the first half of a SHA-256, so that nobody can make two contents
// that collide to hide a change. The zero Digest is that of a part that is not
// there.
type Digest [16]byte

// Sum returns the digest of a canonical content.
func Sum(content []byte) Digest {
	full := sha256.Sum256(content)
	return Digest(full[:16])
}

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Digests are those of the parts of a record.
type Digests [mostParts]Digest

// Record is one container of what a school says, the unit that is compared,
// stored and skipped: an organization, or a class with all its enrollments.
type Record struct {
	Kind    Kind
	ID      ID
	Key     string // the sourcedId that the school gave it
	Digests Digests
	Active  bool       // false once no stream mentions it
	Feed    FeedNumber // that changed it last; 0 in a feed that is not stored
	Body    []byte     // its parts, joined
}

// Entry is a Record without its body: enough to see whether it changed.
type Entry struct {
	ID      ID
	Key     string
	Digests Digests
	Active  bool
}

// Contents are the contents of the parts of a record, each as the Encode method
// of what it holds writes it.
type Contents [mostParts][]byte

// partSeparator stands between parts. Only the last part of a record may be
// other than text, so splitting at the first few is safe.
const partSeparator = '\x1d'

// Join appends the body of a record of a kind to buf.
func (c Contents) Join(kind Kind, buf []byte) []byte {
	for i := range kind.Parts() {
		if i > 0 {
			buf = append(buf, partSeparator)
		}
		buf = append(buf, c[i]...)
	}
	return buf
}

// Split returns the parts of the record, which share its body's memory.
func (r Record) Split() Contents {
	var c Contents
	rest, last := r.Body, r.Kind.Parts()-1
	for part := range last {
		end := bytes.IndexByte(rest, partSeparator)
		if end < 0 {
			c[part] = rest
			return c
		}
		c[part], rest = rest[:end], rest[end+1:]
	}
	c[last] = rest
	return c
}
