package feed

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"

	"rollbook/internal/roster"
)

// orgs are the organizations of the feed, kept until all of them are known:
// they may name parents that come later.
type orgs struct {
	rows []orgRow
	keys map[string]bool
}

type orgRow struct {
	roster.Org
	line         int
	parentColumn int
}

// Org implements Receiver.
func (l *loader) Org(at Place, row roster.Org) error {
	l.row()
	l.orgs.keys[row.SourcedID] = true
	l.orgs.rows = append(l.orgs.rows, orgRow{row, at.Line, at.Column("parentSourcedId")})
	return nil
}

// endOrgs compares the organizations.
func (l *loader) endOrgs() error {
	for _, row := range l.orgs.rows {
		at := Place{File: Orgs.File(), Line: row.line, Column: func(string) int { return row.parentColumn }}
		if parent := row.ParentSourcedID; parent != "" && !l.orgs.keys[parent] &&
			!l.allow(at, roster.KindOrg, "parentSourcedId", parent, row.SourcedID) {
			row.ParentSourcedID = ""
		}
		l.buf = row.Encode(l.buf[:0])
		if err := l.take(at, roster.KindOrg, row.SourcedID, l.identity(row.Name, row.Type), l.buf); err != nil {
			return err
		}
	}
	l.orgs = orgs{}
	return nil
}

// Session implements Receiver.
func (l *loader) Session(at Place, row roster.Session) error {
	l.row()
	l.buf = row.Encode(l.buf[:0])
	return l.take(at, roster.KindSession, row.SourcedID, l.identity(row.Start.String(), row.End.String()), l.buf)
}

// Course implements Receiver.
func (l *loader) Course(at Place, row roster.Course) error {
	l.row()
	if _, ok := l.require(at, roster.KindOrg, "orgSourcedId", row.OrgSourcedID, row.SourcedID); !ok {
		l.hang(roster.KindCourse, row.SourcedID, roster.KindOrg, row.OrgSourcedID)
		l.fell(Fallen{Part: Courses, Key: row.SourcedID, Words: wordsOf(row.SourcedID, row.OrgSourcedID, row.Title)})
		return nil
	}
	if year := row.SchoolYearSourcedID; year != "" && !l.allow(at, roster.KindSession, "schoolYearSourcedId", year, row.SourcedID) {
		row.SchoolYearSourcedID = ""
	}
	l.buf = row.Encode(l.buf[:0])
	return l.take(at, roster.KindCourse, row.SourcedID, l.identity(row.Title, row.OrgSourcedID), l.buf)
}

// Class implements Receiver.
func (l *loader) Class(at Place, row roster.Class) error {
	l.row()
	if _, ok := l.require(at, roster.KindOrg, "orgSourcedId", row.OrgSourcedID, row.SourcedID); !ok {
		l.hang(roster.KindClass, row.SourcedID, roster.KindOrg, row.OrgSourcedID)
		l.fell(Fallen{Part: Classes, Key: row.SourcedID, Words: wordsOf(row.SourcedID, row.OrgSourcedID, row.Title)})
		return nil
	}
	l.checkTitle(at, row)
	// One that is missing is kept all the same: a class whose session cannot be read
	// is not a class without a session, which takes place all year.
	for _, session := range row.SessionSourcedIDs {
		l.allow(at, roster.KindSession, "sessionSourcedIds", session, row.SourcedID)
	}
	if course := row.CourseSourcedID; course != "" && !l.allow(at, roster.KindCourse, "courseSourcedId", course, row.SourcedID) {
		row.CourseSourcedID = ""
	}
	l.buf = row.Encode(l.buf[:0])
	return l.take(at, roster.KindClass, row.SourcedID, l.identity(row.Title, row.OrgSourcedID), l.buf)
}

// hang marks a row as dropped together with what it refers to: what in turn
// refers to it has the same cause.
func (l *loader) hang(kind roster.Kind, key string, on roster.Kind, value string) {
	x := l.indexes[kind]
	if _, ok := x.find(key); ok {
		return
	}
	if c := l.causeOf(on, value); c != nil {
		x.dropped[key] = c
		return
	}
	// Rows that refer to the same nothing have one finding, which names the first.
	first := l.references.first(on, value)
	shared := l.drop(x, first.File, first.Record)
	shared.kept = ""
	x.dropped[key] = shared
}

// Person implements Receiver.
func (l *loader) Person(at Place, row roster.Person) error {
	l.row()
	password := row.Password
	if password != "" {
		row.Password = l.opts.Vault.Code(password)
	}
	l.buf = row.Encode(l.buf[:0])
	digest := l.sum(l.buf)
	sight := sighting{l.identity(row.Username, row.GivenName, row.FamilyName), int32(at.Line)}
	slot, d, err := l.indexes[roster.KindPerson].take(row.SourcedID, digest, sight)
	if err != nil {
		return err
	}
	if d != repeated {
		l.checkUserName(at, row, slot)
	}
	if d == added || d == changed {
		if password != "" {
			sealed, err := l.opts.Vault.Seal(password)
			if err != nil {
				return fmt.Errorf("seal a password: %w", err)
			}
			row.Password = sealed
			l.buf = row.Encode(l.buf[:0])
		}
	}
	return l.hand(at, roster.KindPerson, slot, d, digest, l.buf)
}

// sum returns the digest of a content. A check compares with nothing that was kept,
// but only rows of one feed: a hash will do.
func (l *loader) sum(content []byte) roster.Digest {
	if l.opts.check {
		var digest roster.Digest
		binary.LittleEndian.PutUint64(digest[:], maphash.Bytes(l.seed, content))
		return digest
	}
	return roster.Sum(content)
}

// take compares a row with what was known of its record.
func (l *loader) take(at Place, kind roster.Kind, key string, identity uint64, body []byte) error {
	digest := l.sum(body)
	slot, d, err := l.indexes[kind].take(key, digest, sighting{identity, int32(at.Line)})
	if err != nil {
		return err
	}
	return l.hand(at, kind, slot, d, digest, body)
}

// hand counts a difference and keeps what is new or changed.
func (l *loader) hand(at Place, kind roster.Kind, slot int, d difference, digest roster.Digest, body []byte) error {
	x := l.indexes[kind]
	switch d {
	case clashing:
		l.clash(at, x, slot)
		return nil
	case repeated:
		l.repeatedRow(l.part, l.file, at.Line, x.keys.at(slot))
		return nil
	case varied:
		l.vary(at, x, slot, body)
	case added, changed:
		l.keepNew(x, slot, roster.Itself, digest, body)
	case unchanged:
	}
	l.file.count(d)
	return nil
}

// vary takes a row of a record that says something else than an earlier one, and
// not that it is another record. Exports write a class once for each of its terms.
func (l *loader) vary(at Place, x *index, slot int, body []byte) {
	if !l.opts.check {
		x.again[slot] = append(x.again[slot], slices.Clone(body))
	}
	if x.kind == roster.KindClass {
		return
	}
	l.file.Warnings++
	key := x.keys.at(slot)
	l.repeats.Add(Finding{
		Severity: Warning, Rule: RuleDuplicate, File: at.File, Line: at.Line, Column: at.Column("sourcedId"),
		Record: key, Rows: 1,
		Message: fmt.Sprintf("line %d says something else of sourcedId %q; what differs stays as it was", x.rows.at(slot).line, key),
		Hint:    "Remove one of the two rows from the export.",
	})
}
