package feed

import (
	"cmp"
	"fmt"
	"slices"

	"rollbook/internal/roster"
)

// affiliations gathers the rows of roles.csv, packed, until all of them are
// known: what is compared is all that a person has.
type affiliations struct {
	file  *FileReport
	rows  []affiliationRow
	words words

	orgs, sessions []string              // by slot, once all rows are here
	changed        []int                 // slots of people who had others before
	before         map[int]roster.Digest // of what these had
}

type affiliationRow struct {
	person, org int32 // slots
	line        uint32
	session     int32 // slot, or -1
	role, grade uint16
	primary     uint16
	start, end  roster.Date
}

// words numbers the few different texts that many rows repeat.
type words struct {
	numbers map[string]uint16
	list    []string
	last    uint16 // the one that came last, which often comes again
}

func (w *words) number(s string) uint16 {
	if len(w.list) == 0 || w.list[w.last] != s {
		w.last = w.look(s)
	}
	return w.last
}

func (w *words) look(s string) uint16 {
	if n, ok := w.numbers[s]; ok {
		return n
	}
	if w.numbers == nil {
		w.numbers = map[string]uint16{}
	}
	n := uint16(len(w.list))
	w.numbers[s] = n
	w.list = append(w.list, s)
	return n
}

// Affiliation implements Receiver.
func (l *loader) Affiliation(at Place, person string, row roster.Affiliation) error {
	l.row()
	p, ok := l.require(at, roster.KindPerson, "userSourcedId", person, person)
	if !ok {
		l.affiliationFell(person, row)
		return nil
	}
	org, ok := l.require(at, roster.KindOrg, "orgSourcedId", row.OrgSourcedID, person)
	if !ok {
		l.affiliationFell(person, row)
		return nil
	}
	session := -1
	if s := row.SessionSourcedID; s != "" {
		slot, known := l.knownSession(s)
		if !known { // whether the role holds cannot be known
			l.require(at, roster.KindSession, "sessionSourcedId", s, person)
			l.affiliationFell(person, row)
			return nil
		}
		// One that is missing tonight counts with the dates that it had.
		l.allow(at, roster.KindSession, "sessionSourcedId", s, person)
		session = slot
	}
	a := &l.affiliations
	a.rows = append(a.rows, affiliationRow{
		person: int32(p), org: int32(org), line: uint32(at.Line), session: int32(session),
		role: a.words.number(row.Role), grade: a.words.number(row.Grade), primary: a.words.number(string(row.IsPrimary)),
		start: row.Start, end: row.End,
	})
	return nil
}

// knownSession returns the slot of a session of this feed or of an earlier one.
func (l *loader) knownSession(key string) (slot int, known bool) {
	x := l.indexes[roster.KindSession]
	if x == nil {
		return 0, false
	}
	slot, known = x.keys.find(key)
	return slot, known && (slot < x.known || x.state[slot]&twice == 0)
}

// affiliationFell notes a role of somebody, or at an organization, that is not there.
func (l *loader) affiliationFell(person string, row roster.Affiliation) {
	l.fell(Fallen{Part: Affiliations, Key: person, Words: wordsOf(person, row.OrgSourcedID, row.Role, row.SessionSourcedID)})
}

func (l *loader) unpack(row affiliationRow) roster.Affiliation {
	a := roster.Affiliation{
		OrgSourcedID: l.affiliations.orgs[row.org],
		Role:         l.affiliations.words.list[row.role],
		Grade:        l.affiliations.words.list[row.grade],
		IsPrimary:    roster.Tristate(l.affiliations.words.list[row.primary]),
		Start:        row.start,
		End:          row.end,
	}
	if row.session >= 0 {
		a.SessionSourcedID = l.affiliations.sessions[row.session]
	}
	return a
}

// endAffiliations compares what each person has with what was known.
func (l *loader) endAffiliations() {
	rows := l.affiliations.rows
	slices.SortStableFunc(rows, func(a, b affiliationRow) int { return cmp.Compare(a.person, b.person) })
	l.affiliations.orgs, l.affiliations.sessions = l.keysOf(roster.KindOrg), l.keysOf(roster.KindSession)
	people := l.indexes[roster.KindPerson]
	var has roster.Affiliations
	for slot := range people.keys.len() {
		n := 0
		for n < len(rows) && rows[n].person == int32(slot) {
			n++
		}
		has = has[:0]
		for _, row := range rows[:n] {
			has = l.addAffiliation(has, row)
		}
		rows = rows[n:]
		l.compareAffiliations(people, slot, has)
	}
	l.affiliations.rows = nil
}

// keysOf returns the keys of a kind by slot, none where the feed has no such part.
func (l *loader) keysOf(kind roster.Kind) []string {
	if x := l.indexes[kind]; x != nil {
		return x.keys.all()
	}
	return nil
}

// addAffiliation adds a row to those of its person, unless they hold it.
func (l *loader) addAffiliation(has roster.Affiliations, row affiliationRow) roster.Affiliations {
	a := l.unpack(row)
	for _, other := range has {
		if other.Same(a) {
			person := l.indexes[roster.KindPerson].keys.at(int(row.person))
			l.repeatedRow(Affiliations, l.affiliations.file, int(row.line), person)
			return has
		}
	}
	return append(has, a)
}

func (l *loader) compareAffiliations(people *index, slot int, has roster.Affiliations) {
	before := people.digests.at(slot)[roster.AffiliationsPart]
	file := l.affiliations.file
	switch {
	case len(has) == 0 && before == (roster.Digest{}):
		return
	case l.opts.check:
		file.Added += len(has)
		return
	}
	has.Sort()
	l.buf = has.Encode(l.buf[:0])
	digest := roster.Sum(l.buf)
	if digest == before {
		file.Unchanged += len(has)
		return
	}
	if before == (roster.Digest{}) {
		l.keepNew(people, slot, roster.AffiliationsPart, digest, l.buf)
		file.Added += len(has)
		return
	}
	l.keep(people, slot, roster.AffiliationsPart, digest, l.buf)
	l.affiliations.changed = append(l.affiliations.changed, slot)
	l.affiliations.before[slot] = before
}

// mergeAffiliations lays what people have over what they had.
func (l *loader) mergeAffiliations(people *index) error {
	if l.fallen.standing(Affiliations) {
		err := l.eachAffiliations(people, func(slot int, had, has roster.Affiliations) {
			for _, old := range had {
				if slices.ContainsFunc(has, old.Same) {
					l.fallen.mend(Affiliations, untold, int32(slot), old.Frozen)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	var buf []byte
	return l.eachAffiliations(people, func(slot int, had, has roster.Affiliations) {
		merged := l.merge(slot, had, has)
		digest := merged.Digest()
		buf = merged.Encode(buf[:0])
		l.keep(people, slot, roster.AffiliationsPart, digest, buf)
		people.drafts.differ(slot, roster.AffiliationsPart, digest != l.affiliations.before[slot])
	})
}

// eachAffiliations calls visit with what each person had who has others now, and what
// he or she has.
func (l *loader) eachAffiliations(people *index, visit func(slot int, had, has roster.Affiliations)) error {
	return l.contents(people, slices.Clone(l.affiliations.changed), func(slot int, known roster.Contents) error {
		had, err := roster.DecodeAffiliations(known[roster.AffiliationsPart])
		if err != nil {
			return fmt.Errorf("user %s: %w", people.keys.at(slot), err)
		}
		has, err := roster.DecodeAffiliations(people.kept(slot, roster.AffiliationsPart))
		if err != nil {
			return fmt.Errorf("user %s: %w", people.keys.at(slot), err)
		}
		visit(slot, had, has)
		return nil
	})
}

// merge returns what a person has now with what they had before, and counts what
// differs.
func (l *loader) merge(slot int, before, has roster.Affiliations) roster.Affiliations {
	f := l.affiliations.file
	merged := slices.Clone(has)
	matched := make([]bool, len(has))
	for _, old := range before {
		i := slices.IndexFunc(has, old.Same)
		if i < 0 {
			merged = append(merged, l.missing(slot, old, len(has) > 0))
			continue
		}
		matched[i] = true
		if old == has[i] {
			f.Unchanged++
		} else {
			f.Changed++
		}
	}
	for _, m := range matched {
		if !m {
			f.Added++
		}
	}
	merged.Sort()
	return merged
}

// missing returns what becomes of an affiliation that the feed lacks. Where a row fell
// that may be it, it is unknown whether it goes on: one that tells no person may be
// that of anybody who has no other left.
func (l *loader) missing(slot int, old roster.Affiliation, others bool) roster.Affiliation {
	var since roster.FeedNumber
	if l.fallen.any(Affiliations) {
		told := others || old.Ended != 0
		since = l.fallen.excuse(Affiliations, untold, int32(slot), told, old.Frozen)
	}
	if since != 0 {
		old.Ended, old.Frozen = 0, since
		l.report.Frozen.Affiliations.note(since)
		return old
	}
	old.Frozen = 0
	if old.Ended == 0 {
		l.affiliations.file.Deactivated++
		old.Ended = l.opts.Number
	}
	return old
}
