package feed

import (
	"cmp"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// details gathers the rows of demographics.csv, userFlags.csv and
// relationships.csv by person, until all three are known.
type details struct {
	files  map[Part]*FileReport
	people map[int32]*roster.Details // by the person's slot
}

func (l *loader) detailsOf(at Place, person string) *roster.Details {
	l.row()
	slot, ok := l.require(at, roster.KindPerson, "userSourcedId", person, person)
	if !ok {
		return nil
	}
	d := l.details.people[slot]
	if d == nil {
		d = &roster.Details{}
		l.details.people[slot] = d
	}
	return d
}

// Demographics implements Receiver.
func (l *loader) Demographics(at Place, person string, row roster.Demographics) error {
	d := l.detailsOf(at, person)
	switch {
	case d == nil:
	case d.Demographics != nil:
		l.repeatedKey(at, person)
	default:
		d.Demographics = &row
	}
	return nil
}

// Flag implements Receiver.
func (l *loader) Flag(at Place, person, flag string) error {
	d := l.detailsOf(at, person)
	switch {
	case d == nil:
	case slices.Contains(d.Flags, flag):
		l.repeatedRow(Flags, l.file, at.Line, person)
	default:
		d.Flags = append(d.Flags, flag)
	}
	return nil
}

// Contact implements Receiver.
func (l *loader) Contact(at Place, person string, row roster.Contact) error {
	d := l.detailsOf(at, person)
	if d == nil {
		return nil
	}
	if _, ok := l.require(at, roster.KindPerson, "relationshipUserSourcedId", row.PersonSourcedID, person); !ok {
		return nil
	}
	if slices.Contains(d.Contacts, row) {
		l.repeatedRow(Contacts, l.file, at.Line, person)
		return nil
	}
	d.Contacts = append(d.Contacts, row)
	return nil
}

// endDetails compares what is said of each person with what was.
func (l *loader) endDetails() error {
	if len(l.details.files) == 0 {
		return nil
	}
	known, err := l.containers(roster.KindDetails, roster.KindPerson)
	if err != nil {
		return err
	}
	people := l.indexes[roster.KindPerson]
	for slot := range people.keys {
		now := l.details.people[int32(slot)]
		if now == nil && !known[slot].known {
			continue
		}
		if now == nil {
			now = &roster.Details{}
		}
		if err := l.compareDetails(people.ids[slot], people.keys[slot], now, known[slot]); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) compareDetails(id roster.ID, key string, now *roster.Details, known container) error {
	slices.Sort(now.Flags)
	slices.SortFunc(now.Contacts, func(a, b roster.Contact) int {
		return cmp.Or(strings.Compare(a.PersonSourcedID, b.PersonSourcedID), strings.Compare(a.Relationship, b.Relationship))
	})
	l.buf = now.Encode(l.buf[:0])
	digest := roster.Sum(l.buf)
	var before roster.Details
	if known.known {
		body, err := l.known.Body(l.ctx, roster.KindDetails, id)
		if err != nil {
			return err
		}
		if before, err = roster.DecodeDetails(body); err != nil {
			return err
		}
	}
	l.countDetails(before, *now)
	if known.known && digest == known.digest {
		return nil
	}
	return l.changes.Put(l.ctx, roster.Record{
		Kind: roster.KindDetails, ID: id, Key: key, Digest: digest, Active: len(l.buf) > 0, Body: l.buf,
	})
}

// countDetails counts what differs, file by file.
func (l *loader) countDetails(before, now roster.Details) {
	if f := l.details.files[Demographics]; f != nil {
		was, is := encoded(before.Demographics), encoded(now.Demographics)
		switch {
		case is == "" && was != "":
			f.Deactivated++
		case is != "" && was == "":
			f.Added++
		case is != was:
			f.Changed++
		case is != "":
			f.Unchanged++
		}
	}
	countItems(l.details.files[Flags], before.Flags, now.Flags)
	countItems(l.details.files[Contacts], before.Contacts, now.Contacts)
}

func encoded(d *roster.Demographics) string {
	if d == nil {
		return ""
	}
	return string(roster.Details{Demographics: d}.Encode(nil))
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
