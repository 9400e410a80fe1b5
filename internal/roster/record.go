package roster

import (
	"crypto/sha256"
	"encoding/hex"
)

// Kind says what a Record holds.
type Kind uint8

// The kinds of record, in the order in which a feed states them: a record only
// refers to records of earlier kinds, or of its own.
const (
	KindOrg          Kind = iota + 1 // an Org
	KindSession                      // a Session
	KindCourse                       // a Course
	KindPerson                       // a Person
	KindAffiliations                 // all affiliations of a person
	KindDetails                      // demographics, flags and contacts of a person
	KindClass                        // a Class
	KindRoll                         // all enrollments of a class
)

// Kinds returns all kinds in order.
func Kinds() []Kind {
	return []Kind{KindOrg, KindSession, KindCourse, KindPerson, KindAffiliations, KindDetails, KindClass, KindRoll}
}

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
	case KindAffiliations:
		return "roles"
	case KindDetails:
		return "details"
	case KindClass:
		return "class"
	case KindRoll:
		return "enrollments"
	}
	return "unknown"
}

// ID numbers a record within its source and kind. It is given once, when the
// record is first seen, and never again to another; records that hang on a
// person or a class (affiliations, details, rolls) have that one's ID.
type ID uint32

// Digest identifies the content of a Record: two records of one kind and key
// with equal digests say the same. It is the first half of a SHA-256, so that
// nobody can make two contents that collide to hide a change.
type Digest [16]byte

// Sum returns the digest of a canonical content.
func Sum(content []byte) Digest {
	full := sha256.Sum256(content)
	return Digest(full[:16])
}

// String returns the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Record is one container of what a school says, the unit that is compared,
// stored and skipped: an organization, or a class, or all enrollments of a
// class. Body is its canonical content as the kind's Encode method writes it.
type Record struct {
	Kind   Kind
	ID     ID
	Key    string // the sourcedId that the school gave it; for what hangs on a person or class, that one's
	Digest Digest // of what is active in Body
	Active bool   // false once a complete feed no longer mentions it
	Body   []byte
}

// Entry is a Record without its body: enough to see whether it changed.
type Entry struct {
	ID     ID
	Key    string
	Digest Digest
	Active bool
}
