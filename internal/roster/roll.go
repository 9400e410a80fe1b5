package roster

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Enrollment is a person's role in a class (SDS: enrollments.csv).
type Enrollment struct {
	Person ID
	Role   string     // RefSectionRole
	Since  FeedNumber // the feed that first held it
	Ended  FeedNumber // the feed that first lacked it; 0 while it is active
	Frozen FeedNumber // since when it is unknown whether it goes on; 0 where it is known
}

// Compare orders enrollments by person and role, which tell those of one class apart.
func (e Enrollment) Compare(other Enrollment) int {
	return cmp.Or(cmp.Compare(e.Person, other.Person), cmp.Compare(e.Role, other.Role))
}

// Roll is all enrollments that a class has or had, sorted, each person and
// role once.
type Roll []Enrollment

// Sort orders the roll as it is stored.
func (r Roll) Sort() { slices.SortFunc(r, Enrollment.Compare) }

// A roll is by far the most numerous thing in a roster, so it is packed: the
// names of the roles that occur in it, then for each enrollment the person as
// difference to the one before, the role's place in that list, since and
// ended, all as unsigned varints. 30 students take about 150 bytes. The role of
// one that is frozen has its place beyond the list, and since when comes last.

// Encode appends the packed roll to buf. The roll must be sorted.
func (r Roll) Encode(buf []byte) []byte {
	var names []string
	for _, e := range r {
		if !slices.Contains(names, e.Role) {
			names = append(names, e.Role)
		}
	}
	slices.Sort(names)
	buf = binary.AppendUvarint(buf, uint64(len(names)))
	for _, name := range names {
		buf = binary.AppendUvarint(buf, uint64(len(name)))
		buf = append(buf, name...)
	}
	buf = binary.AppendUvarint(buf, uint64(len(r)))
	var last ID
	for _, e := range r {
		buf = binary.AppendUvarint(buf, uint64(e.Person-last))
		role := slices.Index(names, e.Role)
		if e.Frozen != 0 {
			role += len(names)
		}
		buf = binary.AppendUvarint(buf, uint64(role))
		buf = binary.AppendUvarint(buf, uint64(e.Since))
		buf = binary.AppendUvarint(buf, uint64(e.Ended))
		if e.Frozen != 0 {
			buf = binary.AppendUvarint(buf, uint64(e.Frozen))
		}
		last = e.Person
	}
	return buf
}

// Digest identifies who is in the class in which role now, as far as that is
// known. When somebody came, and who was there before, is not part of it: a feed
// cannot say that.
func (r Roll) Digest() Digest {
	content := make([]byte, 0, 8*len(r))
	for _, e := range r {
		if e.Ended == 0 {
			content = binary.AppendUvarint(content, uint64(e.Person))
			content = append(content, e.Role...)
			if e.Frozen != 0 {
				content = append(content, fieldSeparator...)
				content = binary.AppendUvarint(content, uint64(e.Frozen))
			}
			content = append(content, rowSeparator...)
		}
	}
	return Sum(content)
}

var errRoll = errors.New("a stored roll is damaged")

// DecodeRoll reads what Encode wrote, into the space of reuse if it has any.
// Nothing is the roll of a class that never had anybody.
func DecodeRoll(body []byte, reuse Roll) (Roll, error) {
	if len(body) == 0 {
		return reuse[:0], nil
	}
	d := varints{rest: body}
	names := make([]string, d.count())
	for i := range names {
		names[i] = d.text()
	}
	roll := reuse[:0]
	var last ID
	for range d.count() {
		last += ID(d.next())
		role := d.next()
		frozen := role >= uint64(len(names))
		if frozen {
			role -= uint64(len(names))
		}
		if role >= uint64(len(names)) {
			return nil, errRoll
		}
		e := Enrollment{Person: last, Role: names[role], Since: FeedNumber(d.next()), Ended: FeedNumber(d.next())}
		if frozen {
			if e.Frozen = FeedNumber(d.next()); e.Frozen == 0 {
				return nil, errRoll
			}
		}
		roll = append(roll, e)
	}
	if d.bad || len(d.rest) > 0 {
		return nil, errRoll
	}
	return roll, nil
}

// varints reads unsigned varints and remembers whether one was damaged.
type varints struct {
	rest []byte
	bad  bool
}

func (v *varints) next() uint64 {
	n, size := binary.Uvarint(v.rest)
	if size <= 0 {
		v.bad, v.rest = true, nil
		return 0
	}
	v.rest = v.rest[size:]
	return n
}

// count reads a length; one that the rest cannot hold is damage, not a reason to allocate.
func (v *varints) count() int {
	n := v.next()
	if n > uint64(len(v.rest)) {
		v.bad, v.rest = true, nil
		return 0
	}
	return int(n)
}

func (v *varints) text() string {
	n := v.count()
	s := string(v.rest[:n])
	v.rest = v.rest[n:]
	return s
}
