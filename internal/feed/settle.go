package feed

import (
	"fmt"
	"slices"

	"rollbook/internal/roster"
)

// settle decides about the records of a kind of which the rows alone do not: those
// that the feed lacks, and those of which it has several rows.
func (l *loader) settle(x *index) error {
	if err := l.mendRecords(x); err != nil {
		return err
	}
	var look []int // slots of which the known content is needed
	for slot := range x.keys.len() {
		switch s := x.state[slot]; {
		case s&twice != 0:
			x.revert(slot)
			if x.state[slot] = s &^ (active | seen); l.keepKnown(x, slot) {
				look = append(look, slot)
			}
		case s&seen != 0 && len(x.again[slot]) == 0:
		case s&(seen|was) == seen|was && x.kind == roster.KindPerson:
			// Rows say different things of somebody who was known, who stays as before.
			x.revert(slot)
			x.state[slot] = s&^(active|seen) | named
			look = append(look, slot)
		case s&seen != 0:
			look = append(look, slot)
		case s&was == 0:
		case x.told(slot) || l.fallen.any(partOf(x.kind)):
			if x.state[slot] &^= active; l.keepKnown(x, slot) {
				look = append(look, slot)
			}
		default:
			x.state[slot] &^= active
			l.fileFor(x.kind).Deactivated++
		}
	}
	if l.opts.check {
		return nil
	}
	return l.look(x, look)
}

// mendRecords notes which records are back that were frozen for a row that told none.
func (l *loader) mendRecords(x *index) error {
	part := partOf(x.kind)
	if !freezes(x.kind) || !l.fallen.standing(part) {
		return nil
	}
	var back []int
	for slot := range x.before {
		if x.state[slot]&seen != 0 {
			back = append(back, slot)
		}
	}
	return l.contents(x, back, func(_ int, contents roster.Contents) error {
		since, _, err := frozen(x.kind, contents[roster.Itself])
		l.fallen.mend(part, untold, untold, since)
		return err
	})
}

// keepKnown keeps a record as it was that was known before, as far as that takes no
// look at what was known. It reports whether it does.
func (l *loader) keepKnown(x *index, slot int) (look bool) {
	switch {
	case x.state[slot]&was == 0, x.kind == roster.KindSession: // of a session that is not active, the dates hold
	case freezes(x.kind):
		return true
	case x.told(slot):
		x.state[slot] |= active
	default:
		l.fileFor(x.kind).Deactivated++
	}
	return false
}

// told reports whether the feed tells of a record that it does not hold: other rows
// name it, or those that are its own fell.
func (x *index) told(slot int) bool {
	return x.state[slot]&(named|twice) != 0 || x.dropped[x.keys.at(slot)] != nil
}

// freezes reports whether something in a directory depends on a record of the kind,
// so that it is marked as long as it cannot be read.
func freezes(kind roster.Kind) bool { return kind == roster.KindPerson || kind == roster.KindClass }

// look decides about records whose known content is needed for it.
func (l *loader) look(x *index, slots []int) error {
	var known []int
	for _, slot := range slots {
		if slot < x.known {
			known = append(known, slot)
		} else if err := l.join(x, slot, nil); err != nil {
			return err
		}
	}
	return l.contents(x, known, func(slot int, contents roster.Contents) error {
		if x.state[slot]&seen != 0 {
			return l.join(x, slot, slices.Clone(contents[roster.Itself]))
		}
		return l.freeze(x, slot, contents[roster.Itself])
	})
}

// freeze keeps a record as it was, if there is a reason to, and marks it.
func (l *loader) freeze(x *index, slot int, known []byte) error {
	since, mark, err := frozen(x.kind, known)
	if err != nil {
		return fmt.Errorf("%s %s: %w", x.kind, x.keys.at(slot), err)
	}
	was := since
	switch {
	case !x.told(slot):
		since = l.fallen.excuse(partOf(x.kind), untold, untold, false, was)
	case since == 0:
		since = l.opts.Number
	}
	if since == 0 {
		l.fileFor(x.kind).Deactivated++
		return nil
	}
	x.state[slot] |= active
	l.report.Frozen.of(x.kind).note(since)
	content := known
	if since != was {
		content = mark(since)
	}
	l.set(x, slot, content)
	return nil
}

// set says what a record itself is in the end.
func (l *loader) set(x *index, slot int, content []byte) {
	before, differed := x.before[slot]
	if !differed {
		before = x.digests.at(slot)[roster.Itself]
	}
	digest := roster.Sum(content)
	l.keep(x, slot, roster.Itself, digest, content)
	x.drafts.differ(slot, roster.Itself, digest != before || slot >= x.known)
}

// frozen returns since when a record is as it was, and what marks it otherwise.
func frozen(kind roster.Kind, itself []byte) (since roster.FeedNumber, mark func(roster.FeedNumber) []byte, err error) {
	if kind == roster.KindPerson {
		p, err := roster.DecodePerson("", itself)
		return p.Frozen, func(since roster.FeedNumber) []byte {
			p.Frozen = since
			return p.Encode(nil)
		}, err
	}
	c, err := roster.DecodeClass("", itself)
	return c.Frozen, func(since roster.FeedNumber) []byte {
		c.Frozen = since
		return c.Encode(nil)
	}, err
}

// join makes one record of several rows: the order of rows decides nothing. Rows of
// a class that differ in its sessions make up a class with all of them. known is what
// was known of the record, nil for nothing.
func (l *loader) join(x *index, slot int, known []byte) error {
	first := known
	if x.drafts.has(slot, roster.Itself) {
		first = x.kept(slot, roster.Itself)
	}
	all := append([][]byte{slices.Clone(first)}, x.again[slot]...)
	slices.SortFunc(all, slices.Compare)
	switch x.kind {
	case roster.KindClass:
		return l.joinClass(x, slot, all)
	case roster.KindPerson:
		return l.joinPerson(x, slot, all, known)
	case roster.KindOrg, roster.KindSession, roster.KindCourse:
	}
	l.set(x, slot, all[0])
	return nil
}

// joinPerson keeps what the rows of a person disagree on as it was known, and leaves
// it out where it was not.
func (l *loader) joinPerson(x *index, slot int, rows [][]byte, known []byte) error {
	var joined roster.Person
	was, err := roster.DecodePerson("", known)
	if err != nil {
		return fmt.Errorf("user %s: %w", x.keys.at(slot), err)
	}
	for i, body := range rows {
		p, err := roster.DecodePerson("", body)
		if err != nil {
			return fmt.Errorf("user %s: %w", x.keys.at(slot), err)
		}
		if i == 0 {
			joined = p
		}
		for _, values := range [][3]*string{
			{&joined.Email, &p.Email, &was.Email}, {&joined.Phone, &p.Phone, &was.Phone}, {&joined.SMS, &p.SMS, &was.SMS},
			{&joined.ActiveDirectoryMatchID, &p.ActiveDirectoryMatchID, &was.ActiveDirectoryMatchID},
			{&joined.Password, &p.Password, &was.Password},
		} {
			if *values[0] != *values[1] {
				*values[0] = *values[2]
			}
		}
	}
	l.set(x, slot, joined.Encode(nil))
	return nil
}

// joinClass makes a class of its rows that is in the sessions of all.
func (l *loader) joinClass(x *index, slot int, rows [][]byte) error {
	var joined roster.Class
	var sessions []string
	for i, body := range rows {
		class, err := roster.DecodeClass("", body)
		if err != nil {
			return fmt.Errorf("class %s: %w", x.keys.at(slot), err)
		}
		if i == 0 {
			joined = class
		}
		sessions = append(sessions, class.SessionSourcedIDs...)
	}
	slices.Sort(sessions)
	joined.SessionSourcedIDs = slices.Compact(sessions)
	l.set(x, slot, joined.Encode(nil))
	return nil
}
