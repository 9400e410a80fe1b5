package feed

import (
	"cmp"
	"fmt"
	"slices"

	"rollbook/internal/roster"
)

// rolls gathers the rows of enrollments.csv, packed, until all of them are
// known: what is compared is a whole class. At 7.5 million rows this is what a
// feed needs most memory for, hence slots instead of texts, and chunks that
// never move.
type rolls struct {
	file   *FileReport
	chunks [][]enrollmentRow
	count  int
	roles  words

	lastClass string // rows of one class mostly follow each other
	lastSlot  int
	changed   []int                 // slots of classes that had other people before
	before    map[int]roster.Digest // of who was in these
	ended     int                   // enrollments that this feed ended
	returned  int                   // enrollments that had ended and are back
}

type enrollmentRow struct {
	class, person int32 // slots
	line          uint32
	role          uint16
}

const enrollmentsInChunk = 1 << 16

// Enrollment implements Receiver.
func (l *loader) Enrollment(at Place, class, person, role string) error {
	l.row()
	r := &l.rolls
	if class != r.lastClass || class == "" {
		slot, ok := l.require(at, roster.KindClass, "classSourcedId", class, class)
		if !ok {
			l.fell(Fallen{Part: Enrollments, Class: class, Key: person, Words: wordsOf(class, person, role)})
			return nil
		}
		r.lastClass, r.lastSlot = class, slot
	}
	p, ok := l.require(at, roster.KindPerson, "userSourcedId", person, class)
	if !ok {
		l.fell(Fallen{Part: Enrollments, Class: class, Key: person, Words: wordsOf(class, person, role)})
		return nil
	}
	if r.count%enrollmentsInChunk == 0 {
		r.chunks = append(r.chunks, make([]enrollmentRow, 0, enrollmentsInChunk))
	}
	last := len(r.chunks) - 1
	r.chunks[last] = append(r.chunks[last], enrollmentRow{int32(r.lastSlot), int32(p), uint32(at.Line), r.roles.number(role)})
	r.count++
	return nil
}

// byClass returns the rows in the order of their classes' slots, and where in
// it each class begins. It gives up the chunks.
func (r *rolls) byClass(classes int) (rows []enrollmentRow, begin []int) {
	begin = make([]int, classes+1)
	for _, chunk := range r.chunks {
		for _, row := range chunk {
			begin[row.class+1]++
		}
	}
	for i := range classes {
		begin[i+1] += begin[i]
	}
	next := slices.Clone(begin)
	rows = make([]enrollmentRow, r.count)
	for i, chunk := range r.chunks {
		for _, row := range chunk {
			rows[next[row.class]] = row
			next[row.class]++
		}
		r.chunks[i] = nil
	}
	r.chunks = nil
	return rows, begin
}

// endRolls compares who is in each class with who was.
func (l *loader) endRolls() {
	classes := l.indexes[roster.KindClass]
	rows, begin := l.rolls.byClass(classes.keys.len())
	digests := l.digestsOfRolls(rows, begin)
	var roll roster.Roll
	for slot := range classes.keys.len() {
		rows := rows[begin[slot]:begin[slot+1]]
		n := l.countRows(rows)
		switch before := classes.digests.at(slot)[roster.RollPart]; {
		case n == 0 && before == (roster.Digest{}):
		case l.opts.check:
			l.rolls.file.Added += n
		case digests[slot] == before:
			l.rolls.file.Unchanged += n
		default:
			roll = l.roll(rows, roll[:0])
			l.keepRoll(classes, slot, roll, digests[slot])
		}
	}
}

// digestsOfRolls sorts the rows of each class, and returns the digests of the
// rolls, which a check does not need.
func (l *loader) digestsOfRolls(rows []enrollmentRow, begin []int) []roster.Digest {
	digests := make([]roster.Digest, len(begin)-1)
	inParallel(len(digests), func(from, to int) {
		var roll roster.Roll
		for slot := from; slot < to; slot++ {
			rows := rows[begin[slot]:begin[slot+1]]
			slices.SortStableFunc(rows, enrollmentRow.compare)
			if !l.opts.check {
				roll = l.roll(rows, roll[:0])
				digests[slot] = roll.Digest()
			}
		}
	})
	return digests
}

func (r enrollmentRow) compare(other enrollmentRow) int {
	if r.person != other.person {
		return int(r.person) - int(other.person)
	}
	return int(r.role) - int(other.role)
}

// repeats reports whether a row says what the one before says.
func (r enrollmentRow) repeats(before enrollmentRow) bool {
	return r.person == before.person && r.role == before.role
}

// roll returns the enrollments of one class, sorted, each once. The rows are sorted.
func (l *loader) roll(rows []enrollmentRow, roll roster.Roll) roster.Roll {
	people, names := l.indexes[roster.KindPerson], l.rolls.roles.list
	for i, row := range rows {
		if i == 0 || !row.repeats(rows[i-1]) {
			roll = append(roll, roster.Enrollment{
				Person: people.ids[row.person], Role: names[row.role], Since: l.opts.Number,
			})
		}
	}
	roll.Sort()
	return roll
}

// countRows counts the sorted rows of a class, without those that repeat others.
func (l *loader) countRows(rows []enrollmentRow) int {
	n := len(rows)
	for i := 1; i < len(rows); i++ {
		if rows[i].repeats(rows[i-1]) {
			n--
			person := l.indexes[roster.KindPerson].keys.at(int(rows[i].person))
			l.repeatedRow(Enrollments, l.rolls.file, int(rows[i].line), person)
		}
	}
	return n
}

// keepRoll keeps who is in a class that is new or had other people before.
func (l *loader) keepRoll(classes *index, slot int, roll roster.Roll, digest roster.Digest) {
	if classes.digests.at(slot)[roster.RollPart] == (roster.Digest{}) {
		l.rolls.file.Added += len(roll)
	} else {
		l.rolls.changed = append(l.rolls.changed, slot)
	}
	l.buf = roll.Encode(l.buf[:0])
	before := classes.digests.at(slot)[roster.RollPart]
	l.keep(classes, slot, roster.RollPart, digest, l.buf)
	if before == (roster.Digest{}) {
		classes.drafts.differ(slot, roster.RollPart, true)
	} else {
		l.rolls.before[slot] = before
	}
}

// mergeRolls lays who is in classes over who was.
func (l *loader) mergeRolls(classes *index) error {
	if l.fallen.standing(Enrollments) {
		if err := l.eachRoll(classes, l.rolls.mend(l)); err != nil {
			return err
		}
	}
	var buf []byte
	return l.eachRoll(classes, func(slot int, was, now roster.Roll) {
		merged := l.rolls.merge(l, slot, was, now)
		digest := merged.Digest()
		buf = merged.Encode(buf[:0])
		l.keep(classes, slot, roster.RollPart, digest, buf)
		classes.drafts.differ(slot, roster.RollPart, digest != l.rolls.before[slot])
	})
}

// eachRoll calls visit with who was in each class that had other people, and who is.
func (l *loader) eachRoll(classes *index, visit func(slot int, was, now roster.Roll)) error {
	var was, now roster.Roll
	return l.contents(classes, slices.Clone(l.rolls.changed), func(slot int, known roster.Contents) (err error) {
		if was, err = roster.DecodeRoll(known[roster.RollPart], was); err != nil {
			return fmt.Errorf("class %s: %w", classes.keys.at(slot), err)
		}
		if now, err = roster.DecodeRoll(classes.kept(slot, roster.RollPart), now); err != nil {
			return fmt.Errorf("class %s: %w", classes.keys.at(slot), err)
		}
		visit(slot, was, now)
		return nil
	})
}

// mend notes what is back that was frozen, before anything is excused.
func (r *rolls) mend(l *loader) func(slot int, was, now roster.Roll) {
	return func(slot int, was, now roster.Roll) {
		for len(was) > 0 && len(now) > 0 {
			switch order := r.order(was, now); {
			case order < 0:
				was = was[1:]
			case order > 0:
				now = now[1:]
			default:
				l.fallen.mend(Enrollments, int32(slot), l.slotOf(was[0].Person), was[0].Frozen)
				was, now = was[1:], now[1:]
			}
		}
	}
}

// merge returns who is in a class now with who was before, and counts what
// differs. Somebody who comes back goes on where they left.
func (r *rolls) merge(l *loader, slot int, before, now roster.Roll) roster.Roll {
	merged := make(roster.Roll, 0, len(now)+len(before))
	readable := now
	for len(before) > 0 || len(now) > 0 {
		switch order := r.order(before, now); {
		case order < 0:
			merged, before = append(merged, r.missing(l, slot, before[0], readable)), before[1:]
		case order > 0:
			r.file.Added++
			merged, now = append(merged, now[0]), now[1:]
		default:
			old := before[0]
			if old.Ended == 0 {
				r.file.Unchanged++
			} else {
				r.file.Changed++
				r.returned++
			}
			merged = append(merged, roster.Enrollment{Person: old.Person, Role: old.Role, Since: old.Since})
			before, now = before[1:], now[1:]
		}
	}
	return merged
}

// missing returns what becomes of an enrollment that the feed lacks. Where a row fell
// that may be it, it is unknown whether it goes on.
func (r *rolls) missing(l *loader, slot int, old roster.Enrollment, now roster.Roll) roster.Enrollment {
	if l.fallen.any(Enrollments) && l.indexes[roster.KindClass].state[slot]&active != 0 {
		_, other := slices.BinarySearchFunc(now, old.Person, func(e roster.Enrollment, p roster.ID) int { return cmp.Compare(e.Person, p) })
		exact := other || old.Ended != 0
		if since := l.fallen.excuse(Enrollments, int32(slot), l.slotOf(old.Person), exact, old.Frozen); since != 0 {
			if old.Ended != 0 {
				r.returned++
			}
			old.Ended, old.Frozen = 0, since
			l.report.Frozen.Enrollments.note(since)
			return old
		}
	}
	old.Frozen = 0
	if old.Ended == 0 {
		old.Ended = l.opts.Number
		r.ended++
		r.file.Deactivated++
	}
	return old
}

// slotOf returns the slot of the person with an ID.
func (l *loader) slotOf(person roster.ID) int32 {
	if l.slots == nil {
		l.slots = map[roster.ID]int32{}
		for slot, id := range l.indexes[roster.KindPerson].ids {
			l.slots[id] = int32(slot)
		}
	}
	slot, ok := l.slots[person]
	if !ok {
		return unknown
	}
	return slot
}

// order says whose next enrollment comes first.
func (*rolls) order(before, now roster.Roll) int {
	switch {
	case len(now) == 0:
		return -1
	case len(before) == 0:
		return 1
	}
	return before[0].Compare(now[0])
}

// repeatedRow finds a row that says what an earlier one said, word for word.
func (l *loader) repeatedRow(part Part, file *FileReport, line int, record string) {
	file.Repeated++
	file.Warnings++
	l.repeats.Add(Finding{
		Severity: Warning, Rule: RuleDuplicate, File: part.File(), Line: line, Record: record, Rows: 1,
		Message: "an earlier row says the same; this one is ignored",
		Hint:    "Nothing is lost. Remove the repeated rows from the export to silence this.",
	})
}
