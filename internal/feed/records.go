package feed

import (
	"fmt"

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
	if l.orgs.keys[row.SourcedID] {
		l.repeatedKey(at, row.SourcedID)
		return nil
	}
	l.orgs.keys[row.SourcedID] = true
	l.orgs.rows = append(l.orgs.rows, orgRow{row, at.Line, at.Column("parentSourcedId")})
	return nil
}

// endOrgs compares the organizations.
func (l *loader) endOrgs() error {
	for _, row := range l.orgs.rows {
		at := Place{File: Orgs.File(), Line: row.line, Column: func(string) int { return row.parentColumn }}
		if parent := row.ParentSourcedID; parent != "" && !l.orgs.keys[parent] {
			if l.causeOf(roster.KindOrg, parent) == nil {
				l.file.Warnings++
				l.references.miss(at, "parentSourcedId", parent, row.SourcedID, Orgs.File(), Warning)
			}
			row.ParentSourcedID = ""
		}
		l.buf = row.Encode(l.buf[:0])
		if err := l.take(at, roster.KindOrg, row.SourcedID, l.buf); err != nil {
			return err
		}
	}
	l.orgs = orgs{}
	return l.deactivateUnseen(roster.KindOrg)
}

// Session implements Receiver.
func (l *loader) Session(at Place, row roster.Session) error {
	l.row()
	l.buf = row.Encode(l.buf[:0])
	return l.take(at, roster.KindSession, row.SourcedID, l.buf)
}

// Course implements Receiver.
func (l *loader) Course(at Place, row roster.Course) error {
	l.row()
	if _, ok := l.require(at, roster.KindOrg, "orgSourcedId", row.OrgSourcedID, row.SourcedID); !ok {
		l.hang(roster.KindCourse, row.SourcedID, roster.KindOrg, row.OrgSourcedID)
		return nil
	}
	if year := row.SchoolYearSourcedID; year != "" && !l.allow(at, roster.KindSession, "schoolYearSourcedId", year, row.SourcedID) {
		row.SchoolYearSourcedID = ""
	}
	l.buf = row.Encode(l.buf[:0])
	return l.take(at, roster.KindCourse, row.SourcedID, l.buf)
}

// Class implements Receiver.
func (l *loader) Class(at Place, row roster.Class) error {
	l.row()
	if _, ok := l.require(at, roster.KindOrg, "orgSourcedId", row.OrgSourcedID, row.SourcedID); !ok {
		l.hang(roster.KindClass, row.SourcedID, roster.KindOrg, row.OrgSourcedID)
		return nil
	}
	// One that is missing is kept all the same: a class whose session cannot be read
	// is not a class without a session, which takes place all year.
	for _, session := range row.SessionSourcedIDs {
		l.allow(at, roster.KindSession, "sessionSourcedIds", session, row.SourcedID)
	}
	if course := row.CourseSourcedID; course != "" && !l.allow(at, roster.KindCourse, "courseSourcedId", course, row.SourcedID) {
		row.CourseSourcedID = ""
	}
	l.buf = row.Encode(l.buf[:0])
	return l.take(at, roster.KindClass, row.SourcedID, l.buf)
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
	first := l.references.first(fileOf(kind), "orgSourcedId", value)
	x.dropped[key] = l.drop(x, fileOf(kind), first)
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
	slot, d, err := l.indexes[roster.KindPerson].take(row.SourcedID, digest)
	if err != nil {
		return err
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

// sum returns the digest of a content. A check, which compares with nothing,
// needs none.
func (l *loader) sum(content []byte) roster.Digest {
	if l.opts.check {
		return roster.Digest{}
	}
	return roster.Sum(content)
}

// take compares a row with what was known of its record.
func (l *loader) take(at Place, kind roster.Kind, key string, body []byte) error {
	digest := l.sum(body)
	slot, d, err := l.indexes[kind].take(key, digest)
	if err != nil {
		return err
	}
	return l.hand(at, kind, slot, d, digest, body)
}

// hand counts a difference and hands on what is new or changed, or keeps it
// where more of it is to come.
func (l *loader) hand(at Place, kind roster.Kind, slot int, d difference, digest roster.Digest, body []byte) error {
	x := l.indexes[kind]
	if d == repeated {
		l.repeatedKey(at, x.keys.at(slot))
		return nil
	}
	l.file.count(d)
	switch {
	case d == unchanged:
		return nil
	case kind.Parts() > 1:
		l.keep(x, slot, roster.Itself, digest, body)
		return nil
	}
	return l.changes.Put(l.ctx, roster.Record{
		Kind: kind, ID: x.ids[slot], Key: x.keys.at(slot), Digests: roster.Digests{digest}, Active: true, Body: body,
	})
}

// repeatedKey finds a row whose identifier was in the file before: the first
// row counts, because it is the one that other rows were checked against.
func (l *loader) repeatedKey(at Place, key string) {
	l.file.Errors++
	l.repeats.Add(Finding{
		Severity: Error, Rule: RuleDuplicate, File: at.File, Line: at.Line, Column: at.Column("sourcedId"),
		Record: key, Rows: 1,
		Message: fmt.Sprintf("sourcedId %q was used by an earlier row of this file; this row is dropped", key),
		Hint:    "Give each record an identifier of its own, or remove the second row.",
	})
}
