package feed

import (
	"fmt"
	"hash/maphash"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rollbook/internal/roster"
)

// clash is what becomes known of rows of one sourcedId that say it is two.
type clash struct {
	finding Finding
	lines   []int
}

// identity hashes who or what a row says that its record is: two rows of one
// sourcedId that differ in it are two records. Case and blanks around it do not count.
func (l *loader) identity(parts ...string) uint64 {
	buf := l.folded[:0]
	for _, part := range parts {
		part = strings.TrimSpace(part)
		for i := range len(part) {
			c := part[i]
			if c >= 0x80 {
				buf = append(buf, strings.Map(unicode.ToLower, part[i:])...)
				break
			}
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			buf = append(buf, c)
		}
		buf = append(buf, 0)
	}
	l.folded = buf
	return maphash.Bytes(l.seed, buf)
}

// clash takes a row that says that its record is another one than an earlier row
// does. Nobody can know which of the two is meant by it, so neither counts.
func (l *loader) clash(at Place, x *index, slot int) {
	c := x.clashes[slot]
	if c == nil {
		first := int(x.rows.at(slot).line)
		c = &clash{lines: []int{first}, finding: Finding{
			Severity: Error, Rule: RuleDuplicate, File: at.File, Line: at.Line, Column: at.Column("sourcedId"),
			Record: x.keys.at(slot), Rows: 1,
		}}
		x.clashes[slot] = c
		x.state[slot] |= twice
		l.file.add(l.first(x, slot), -1)
		l.drop(x, at.File, x.keys.at(slot))
		l.fellTwice(x, slot)
	}
	l.fellTwice(x, slot)
	c.finding.Rows++
	c.lines = append(c.lines, at.Line)
}

// fellTwice notes one of the rows of a record that the feed says is two.
func (l *loader) fellTwice(x *index, slot int) {
	l.fell(Fallen{Part: l.part, Key: x.keys.at(slot), Words: x.keys.at(slot)})
	l.file.Errors++
}

// first returns what the first row of a record was counted as.
func (l *loader) first(x *index, slot int) difference {
	if slot >= x.known {
		return added
	}
	if _, differs := x.before[slot]; differs {
		return changed
	}
	return unchanged
}

// worded returns the finding of a clash with what is known only in the end.
func (c *clash) worded(kind roster.Kind, key string, known bool) Finding {
	f := c.finding
	lines := make([]string, 0, len(c.lines))
	for i, line := range c.lines {
		if i == mostLinesNamed {
			lines = append(lines, fmt.Sprintf("%d more", len(c.lines)-i))
			break
		}
		lines = append(lines, strconv.Itoa(line))
	}
	last := len(lines) - 1
	f.Message = fmt.Sprintf("sourcedId %q is that of different records on the lines %s and %s; nobody can know which is meant, so neither counts, nor do rows that refer to it",
		key, strings.Join(lines[:last], ", "), lines[last])
	if known {
		f.Message += "; " + keptAs(kind)
	}
	f.Hint = "Give each record an identifier of its own."
	if looksSpoilt(key) {
		f.Hint = spoiltHint
	}
	return f
}

const mostLinesNamed = 5

// keptAs says what becomes of a record that cannot be read.
func keptAs(kind roster.Kind) string {
	switch {
	case kind == roster.KindSession:
		return "the session counts with the dates that it had"
	case kind == roster.KindPerson:
		return "the user stays as before"
	}
	return fmt.Sprintf("the %s stays as it was", kind)
}

// A spreadsheet shows a number of more than eleven digits as one with an exponent,
// and saves what it shows: the identifier is lost.
var spoiltNumber = regexp.MustCompile(`^[0-9]([.,][0-9]+)?E[+-][0-9]+$`)

const spoiltHint = "A spreadsheet has turned long numbers into ones with an exponent, and what they were is lost. Export the file again, and do not save it in a spreadsheet; or format the column as text there before the file is read."

// looksSpoilt reports whether an identifier looks like a number that a spreadsheet
// has rounded.
func looksSpoilt(key string) bool { return strings.Contains(key, "E") && spoiltNumber.MatchString(key) }

// spoilt reports whether the key of a record is one that a spreadsheet made: it
// looks like it, and no earlier feed had it.
func spoilt(x *index, slot int) bool { return slot >= x.known && looksSpoilt(x.keys.at(slot)) }

// tellClashes makes the findings of records that the feed says are two.
func (l *loader) tellClashes() {
	for _, x := range l.indexes {
		if x == nil {
			continue
		}
		slots := make([]int, 0, len(x.clashes))
		for slot := range x.clashes {
			slots = append(slots, slot)
		}
		slices.Sort(slots)
		for _, slot := range slots {
			l.repeats.Add(x.clashes[slot].worded(x.kind, x.keys.at(slot), x.state[slot]&was != 0))
		}
	}
}

// tellSpoilt takes back records whose identifier a spreadsheet has spoilt.
func (l *loader) tellSpoilt(x *index, file string) {
	for slot := x.known; slot < x.keys.len(); slot++ {
		if !spoilt(x, slot) {
			continue
		}
		key := x.keys.at(slot)
		l.fell(Fallen{Part: l.part, Words: key})
		if x.state[slot]&twice != 0 {
			continue
		}
		x.state[slot] |= twice
		l.file.add(added, -1)
		l.file.Errors++
		l.drop(x, file, key)
		l.repeats.Add(Finding{
			Severity: Error, Rule: RuleValueInvalid, File: file, Line: int(x.rows.at(slot).line), Record: key, Rows: 1,
			Message: fmt.Sprintf("sourcedId %q is a number that a spreadsheet has rounded; the row is dropped", key), Hint: spoiltHint,
		})
	}
}
