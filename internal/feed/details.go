package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// details gathers the rows of demographics.csv, userFlags.csv and
// relationships.csv by the person's slot, until all three are known. Where a
// school says demographics it says them of nearly everybody: they are packed.
type details struct {
	files        map[Part]*FileReport
	contents     arena
	demographics []place // encoded
	flags        map[int][]string
	contacts     map[int][]roster.Contact
	changed      []int // slots of people of whom something else was said before
}

// Demographics implements Receiver.
func (l *loader) Demographics(at Place, person string, row roster.Demographics) error {
	l.row()
	slot, ok := l.require(at, roster.KindPerson, "userSourcedId", person, person)
	if !ok {
		return nil
	}
	d := &l.details
	if d.demographics == nil {
		d.demographics = make([]place, l.indexes[roster.KindPerson].keys.len())
	}
	l.buf = roster.Details{Demographics: &row}.Encode(l.buf[:0])
	if d.demographics[slot] == 0 {
		d.demographics[slot] = d.contents.add(l.buf)
		return nil
	}
	l.repeatedRow(Demographics, l.file, at.Line, person)
	if bytes.Compare(l.buf, d.contents.get(d.demographics[slot])) < 0 { // the order of rows decides nothing
		d.demographics[slot] = d.contents.add(l.buf)
	}
	return nil
}

// Flag implements Receiver.
func (l *loader) Flag(at Place, person, flag string) error {
	l.row()
	slot, ok := l.require(at, roster.KindPerson, "userSourcedId", person, person)
	switch flags := l.details.flags; {
	case !ok:
	case slices.Contains(flags[slot], flag):
		l.repeatedRow(Flags, l.file, at.Line, person)
	default:
		flags[slot] = append(flags[slot], flag)
	}
	return nil
}

// Contact implements Receiver.
func (l *loader) Contact(at Place, person string, row roster.Contact) error {
	l.row()
	slot, ok := l.require(at, roster.KindPerson, "userSourcedId", person, person)
	if !ok {
		return nil
	}
	if _, ok := l.require(at, roster.KindPerson, "relationshipUserSourcedId", row.PersonSourcedID, person); !ok {
		return nil
	}
	contacts := l.details.contacts
	if slices.Contains(contacts[slot], row) {
		l.repeatedRow(Contacts, l.file, at.Line, person)
		return nil
	}
	contacts[slot] = append(contacts[slot], row)
	return nil
}

// of returns what the feed says of a person: the demographics encoded, the rest.
func (d *details) of(slot int) (demographics []byte, rest roster.Details) {
	if d.demographics != nil {
		demographics = d.contents.get(d.demographics[slot])
	}
	rest = roster.Details{Flags: d.flags[slot], Contacts: d.contacts[slot]}
	slices.Sort(rest.Flags)
	slices.SortFunc(rest.Contacts, compareContacts)
	return demographics, rest
}

func compareContacts(a, b roster.Contact) int {
	return cmp.Or(strings.Compare(a.PersonSourcedID, b.PersonSourcedID), strings.Compare(a.Relationship, b.Relationship))
}

// endDetails compares what is said of each person with what was.
func (l *loader) endDetails() {
	if len(l.details.files) == 0 {
		return
	}
	people := l.indexes[roster.KindPerson]
	digests := l.digestsOfDetails(people)
	for slot := range people.keys.len() {
		l.compareDetails(people, slot, digests[slot])
	}
}

// digestsOfDetails returns the digests of what is said of people, which a check
// does not need.
func (l *loader) digestsOfDetails(people *index) []roster.Digest {
	digests := make([]roster.Digest, people.keys.len())
	if l.opts.check {
		return digests
	}
	inParallel(len(digests), func(from, to int) {
		var buf []byte
		for slot := from; slot < to; slot++ {
			demographics, rest := l.details.of(slot)
			buf = rest.Encode(append(buf[:0], demographics...))
			if len(buf) > 0 || people.digests.at(slot)[roster.DetailsPart] != (roster.Digest{}) {
				digests[slot] = roster.Sum(buf)
			}
		}
	})
	return digests
}

func (l *loader) compareDetails(people *index, slot int, digest roster.Digest) {
	demographics, rest := l.details.of(slot)
	before := people.digests.at(slot)[roster.DetailsPart]
	switch {
	case digest == before && !l.opts.check:
		l.countDetails(demographics, demographics, rest, rest)
		return
	case before == (roster.Digest{}):
		l.countDetails(nil, demographics, roster.Details{}, rest)
	default:
		l.details.changed = append(l.details.changed, slot)
	}
	if !l.opts.check {
		l.buf = rest.Encode(append(l.buf[:0], demographics...))
		l.keepNew(people, slot, roster.DetailsPart, digest, l.buf)
	}
}

// countChangedDetails counts what differs of people of whom something else was
// said before.
func (l *loader) countChangedDetails(people *index) error {
	return l.contents(people, l.details.changed, func(slot int, known roster.Contents) error {
		had, err := roster.DecodeDetails(known[roster.DetailsPart])
		if err != nil {
			return fmt.Errorf("user %s: %w", people.keys.at(slot), err)
		}
		var was []byte
		if had.Demographics != nil {
			was = roster.Details{Demographics: had.Demographics}.Encode(nil)
		}
		demographics, rest := l.details.of(slot)
		l.countDetails(was, demographics, had, rest)
		return nil
	})
}

// countDetails counts what differs, file by file.
func (l *loader) countDetails(was, is []byte, before, now roster.Details) {
	if f := l.details.files[Demographics]; f != nil {
		switch {
		case len(is) == 0 && len(was) > 0:
			f.Deactivated++
		case len(is) > 0 && len(was) == 0:
			f.Added++
		case !bytes.Equal(is, was):
			f.Changed++
		case len(is) > 0:
			f.Unchanged++
		}
	}
	countItems(l.details.files[Flags], before.Flags, now.Flags)
	countItems(l.details.files[Contacts], before.Contacts, now.Contacts)
}

// countItems counts rows that have no content beyond being there.
func countItems[T comparable](f *FileReport, before, now []T) {
	if f == nil {
		return
	}
	for _, item := range now {
		if slices.Contains(before, item) {
			f.Unchanged++
		} else {
			f.Added++
		}
	}
	for _, item := range before {
		if !slices.Contains(now, item) {
			f.Deactivated++
		}
	}
}
