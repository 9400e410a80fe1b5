package feed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// reference names a value that refers to nothing: one cause, however many rows
// hold it.
type reference struct {
	file, header, value string
}

// references gathers what refers to nothing.
type references struct {
	found map[reference]*Finding
}

// miss counts a row that refers to nothing.
func (r *references) miss(at Place, header, value, record, where string, severity Severity) {
	ref := reference{at.File, header, value}
	if f := r.found[ref]; f != nil {
		f.Rows++
		return
	}
	r.found[ref] = &Finding{
		Severity: severity, Rule: RuleReferenceMissing, File: at.File, Line: at.Line, Column: at.Column(header),
		Record: record, Rows: 1, Message: fmt.Sprintf("%s %q is not in %s", header, value, where),
	}
}

// first returns what names the first row that refers to nothing by a value.
func (r *references) first(file, header, value string) string {
	return r.found[reference{file, header, value}].Record
}

// findings returns what was gathered, in the order of the places.
func (r *references) findings() []Finding {
	all := make([]*Finding, 0, len(r.found))
	for ref, f := range r.found {
		f.finish(ref.header)
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var list Bounded
	for _, f := range all {
		list.Add(*f)
	}
	return list.Findings()
}

// finish words what is known only in the end: how many rows it costs, and what to do.
func (f *Finding) finish(header string) {
	lost := "the value is left out"
	switch {
	case f.Severity == Error:
		lost = "the row is dropped"
	case header == "sessionSourcedIds":
		lost = "the session counts with the dates that it had, and where it never had any, the class waits for it"
	case header == "sessionSourcedId":
		lost = "the session counts with the dates that it had, if it had any"
	}
	if f.Rows > 1 {
		f.Message += fmt.Sprintf(" (%d rows, first here)", f.Rows)
	}
	f.Message += "; " + lost
	f.Hint = "Both files must come from the same export. If the record is missing on purpose, leave out the rows that refer to it."
}

// cause is a row that was dropped, with what hangs on it.
type cause struct {
	file    string
	key     string
	hanging [partCount]int
}

// Drop implements Receiver.
func (l *loader) Drop(part Part, key string) error {
	kind, ok := kindOf(part)
	if !ok || key == "" {
		return nil
	}
	x, err := l.index(kind)
	if err != nil {
		return err
	}
	l.drop(x, part.File(), key)
	return nil
}

func (l *loader) drop(x *index, file, key string) *cause {
	c := x.dropped[key]
	if c == nil {
		c = &cause{file: file, key: key}
		x.dropped[key] = c
		l.causes = append(l.causes, c)
	}
	return c
}

// require looks up what a row must refer to. Where it is not there, the row is
// dropped: hung on the row that was dropped before it, or with a finding.
func (l *loader) require(at Place, kind roster.Kind, header, value, record string) (slot int, ok bool) {
	slot, c, ok := l.lookUp(kind, value)
	if ok {
		return slot, true
	}
	l.file.Errors++
	if c == nil {
		l.references.miss(at, header, value, record, fileOf(kind), Error)
		return 0, false
	}
	c.hanging[l.part]++
	return 0, false
}

// allow looks up what a row may refer to. Where it is not there, the value is
// dropped; one whose row was dropped before has its finding there.
func (l *loader) allow(at Place, kind roster.Kind, header, value, record string) bool {
	_, c, ok := l.lookUp(kind, value)
	if ok {
		return true
	}
	if c == nil {
		l.file.Warnings++
		l.references.miss(at, header, value, record, fileOf(kind), Warning)
	}
	return false
}

func (l *loader) lookUp(kind roster.Kind, value string) (slot int, c *cause, ok bool) {
	x := l.indexes[kind]
	if x == nil {
		return 0, nil, false
	}
	slot, ok = x.find(value)
	if ok {
		return slot, nil, true
	}
	return 0, x.dropped[value], false
}

// causeOf returns the dropped row that a reference hangs on, or nil.
func (l *loader) causeOf(kind roster.Kind, value string) *cause {
	if x := l.indexes[kind]; x != nil {
		return x.dropped[value]
	}
	return nil
}

// nameWhatHangs adds to the findings of dropped rows what went with them. A
// row that shares its finding with others is not named by it; what hangs on
// such a row is told with the first finding of its file that rows share.
func (l *loader) nameWhatHangs() {
	byRow, shared := map[[2]string]*Finding{}, map[string]*Finding{}
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		if f.Severity != Error {
			continue
		}
		row := [2]string{f.File, f.Record}
		byRow[row] = cmp.Or(byRow[row], f)
		if f.Rows > 1 {
			shared[f.File] = cmp.Or(shared[f.File], f)
		}
	}
	hanging := map[*Finding]cause{}
	for _, c := range l.causes {
		if f := cmp.Or(byRow[[2]string{c.file, c.key}], shared[c.file]); f != nil {
			hanging[f] = hanging[f].with(c)
		}
	}
	for f, c := range hanging {
		if s := c.String(); s != "" {
			f.Message += "; with it go " + s
		}
	}
}

// with returns a cause on which hangs what hangs on either.
func (c cause) with(other *cause) cause {
	for part, n := range other.hanging {
		c.hanging[part] += n
	}
	return c
}

// String lists what hangs on a dropped row: "1 row of roles.csv and 7 of enrollments.csv".
func (c cause) String() string {
	var parts []string
	for part, n := range c.hanging {
		if n == 0 {
			continue
		}
		noun := "rows"
		if n == 1 {
			noun = "row"
		}
		parts = append(parts, fmt.Sprintf("%d %s of %s", n, noun, Part(part).File()))
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// fileOf names the file that holds the records of a kind.
func fileOf(kind roster.Kind) string {
	for part := range partCount {
		if k, ok := kindOf(part); ok && k == kind {
			return part.File()
		}
	}
	return ""
}

// File returns the name that School Data Sync gives the file of a part.
func (p Part) File() string {
	return [partCount]string{
		"orgs.csv", "academicSessions.csv", "courses.csv", "users.csv", "roles.csv", "classes.csv",
		"enrollments.csv", "demographics.csv", "userFlags.csv", "relationships.csv",
	}[p]
}
