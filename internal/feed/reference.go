package feed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/roster"
)

// reference names a value that refers to nothing: one cause, however many rows
// of whichever files hold it.
type reference struct {
	kind     roster.Kind // of what is missing
	value    string
	severity Severity
	header   string // of a value that is left out: what that costs depends on it
}

// references gathers what refers to nothing.
type references struct {
	found map[reference]*missing
}

// missing is a finding about a reference, until it is known how many rows hold it.
type missing struct {
	Finding
	header string
	value  string
	where  string   // the file that should have it
	zeros  string   // the identifier, where the value lost the zeros it begins with
	files  []string // that hold it, the first first
	kept   string   // what becomes of it
}

// miss counts a row that refers to nothing. kept says of what was known before that
// it goes on.
func (r *references) miss(at Place, header, value, record, kept string, kind roster.Kind, severity Severity) {
	ref := reference{kind: kind, value: value, severity: severity}
	if severity == Warning {
		ref.header = header
	}
	if f := r.found[ref]; f != nil {
		f.Rows++
		if !slices.Contains(f.files, at.File) {
			f.files = append(f.files, at.File)
		}
		return
	}
	r.found[ref] = &missing{kept: kept, header: header, value: value, where: FileOf(kind), files: []string{at.File}, Finding: Finding{
		Severity: severity, Rule: RuleReferenceMissing, File: at.File, Line: at.Line, Column: at.Column(header),
		Record: record, Rows: 1, Message: fmt.Sprintf("%s %q is not in %s", header, value, FileOf(kind)),
	}}
}

// first returns the finding about rows that require what is not there.
func (r *references) first(kind roster.Kind, value string) *missing {
	return r.found[reference{kind: kind, value: value, severity: Error}]
}

// findings returns what was gathered, in the order of the places.
func (r *references) findings(indexes []*index) []Finding {
	all := r.withoutZeros(indexes)
	otherCase := r.otherCase(indexes)
	for ref, f := range r.found {
		f.finish()
		if key := otherCase[ref]; key != "" {
			f.Hint = fmt.Sprintf("%s has %q: capital letters matter in identifiers.", f.where, key)
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *missing) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var list Bounded
	for _, f := range all {
		list.Add(f.Finding)
	}
	return list.Findings()
}

// finish words what is known only in the end: how many rows it costs, and what to do.
func (f *missing) finish() {
	lost := "the value is left out"
	switch {
	case f.kept != "":
		lost = f.kept
	case f.Severity == Error:
		lost = "the row is dropped"
	case f.header == "sessionSourcedIds":
		lost = "the session counts with the dates that it had, and where it never had any, the class waits for it"
	case f.header == "sessionSourcedId":
		lost = "the session counts with the dates that it had, if it had any"
	}
	switch {
	case len(f.files) > 1:
		f.Message += fmt.Sprintf(" (%d rows of %s, first here)", f.Rows, strings.Join(f.files, ", "))
	case f.Rows > 1:
		f.Message += fmt.Sprintf(" (%d rows, first here)", f.Rows)
	}
	f.Message += "; " + lost
	f.Hint = "Both files must come from the same export. If the record is missing on purpose, leave out the rows that refer to it."
	if f.header == "sessionSourcedIds" && strings.ContainsAny(f.value, ";|") {
		f.Hint = "It seems to be a list: the sessions of a list are separated by a comma, and the list stands in quotation marks."
	}
}

// withoutZeros makes one finding for each column of numbers that lost the zeros they
// begin with, as they do in a spreadsheet, and forgets the others about them.
func (r *references) withoutZeros(indexes []*index) []*missing {
	type column struct {
		kind         roster.Kind
		file, header string
	}
	columns := map[column]*missing{}
	full := map[roster.Kind]map[string]string{}
	var all []*missing
	for ref, f := range r.found {
		if strings.Trim(ref.value, "0123456789") != "" || indexes[ref.kind] == nil {
			continue
		}
		if full[ref.kind] == nil {
			full[ref.kind] = indexes[ref.kind].withZeros()
		}
		key, lost := full[ref.kind][ref.value]
		if !lost {
			continue
		}
		delete(r.found, ref)
		at := column{ref.kind, f.File, f.header}
		switch c := columns[at]; {
		case c == nil:
			f.zeros = key
			columns[at] = f
			all = append(all, f)
		case f.Line < c.Line:
			f.Rows += c.Rows
			f.zeros = key
			*c = *f
		default:
			c.Rows += f.Rows
		}
	}
	for _, f := range all {
		f.Message = fmt.Sprintf("%s %q has lost the zeros that it begins with: %s has %q", f.header, f.value, f.where, f.zeros)
		f.finish()
		f.Hint = "A spreadsheet drops them. Export the file again, and do not save it in a spreadsheet; or format the column as text there before the file is read."
	}
	return all
}

// otherCase returns the identifiers that differ from a missing one in case alone.
func (r *references) otherCase(indexes []*index) map[reference]string {
	missing := map[roster.Kind]map[string][]reference{}
	for ref := range r.found {
		if missing[ref.kind] == nil {
			missing[ref.kind] = map[string][]reference{}
		}
		folded := strings.ToLower(ref.value)
		missing[ref.kind][folded] = append(missing[ref.kind][folded], ref)
	}
	other := map[reference]string{}
	for kind, values := range missing {
		if indexes[kind] == nil {
			continue
		}
		for _, key := range indexes[kind].keys.all() {
			for _, ref := range values[strings.ToLower(key)] {
				if key != ref.value {
					other[ref] = key
				}
			}
		}
	}
	return other
}

// withZeros returns the keys that begin with zeros, by what is left without them.
func (x *index) withZeros() map[string]string {
	full := map[string]string{}
	for _, key := range x.keys.all() {
		if short := strings.TrimLeft(key, "0"); short != key {
			full[short] = key
		}
	}
	return full
}

// cause is a row that was dropped, with what hangs on it.
type cause struct {
	file    string
	key     string
	kept    string         // what becomes of the record, where it was known
	hanging [partCount]int // rows that go with it
	waiting [partCount]int // rows that refer to it, and stay
}

// Drop implements Receiver.
func (l *loader) Drop(row Fallen) error {
	kind, keyed := kindOf(row.Part)
	if keyed {
		x, err := l.index(kind)
		if err != nil {
			return err
		}
		if row.Key != "" {
			l.drop(x, row.Part.File(), row.Key)
		}
	}
	l.fell(row)
	return nil
}

func (l *loader) drop(x *index, file, key string) *cause {
	c := x.dropped[key]
	if c == nil {
		c = &cause{file: file, key: key}
		if slot, ok := x.keys.find(key); ok && x.state[slot]&was != 0 {
			c.kept = keptAs(x.kind)
		}
		x.dropped[key] = c
		l.causes = append(l.causes, c)
	}
	return c
}

// require looks up what a row must refer to. Where it is not there, the row is
// dropped: hung on the row that was dropped before it, or with a finding. A record
// that was known and whose row is missing goes on as it was, and is told.
func (l *loader) require(at Place, kind roster.Kind, header, value, record string) (slot int, ok bool) {
	slot, c, ok := l.lookUp(at, kind, header, value, record)
	if ok {
		return slot, true
	}
	l.file.Errors++
	if c == nil {
		l.references.miss(at, header, value, record, "", kind, Error)
		return 0, false
	}
	c.hanging[l.part]++
	return 0, false
}

// allow looks up what a row may refer to. Where it is not there, the value is
// dropped; one whose row was dropped before has its finding there.
func (l *loader) allow(at Place, kind roster.Kind, header, value, record string) bool {
	_, c, ok := l.lookUp(at, kind, header, value, record)
	if ok {
		return true
	}
	if c != nil {
		c.waiting[l.part]++
		return false
	}
	l.file.Warnings++
	l.references.miss(at, header, value, record, "", kind, Warning)
	return false
}

func (l *loader) lookUp(at Place, kind roster.Kind, header, value, record string) (slot int, c *cause, ok bool) {
	x := l.indexes[kind]
	if x == nil {
		return 0, nil, false
	}
	slot, missing, ok := x.resolve(value)
	if !ok {
		return 0, x.dropped[value], false
	}
	if missing && x.dropped[value] == nil {
		l.references.miss(at, header, value, record, keptAs(kind), kind, Error)
	}
	return slot, nil, true
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
			if f.Rows == 1 && c.kept != "" {
				f.Message += "; " + c.kept
			}
		}
	}
	for f, c := range hanging {
		if s := rowsOf(c.hanging); s != "" {
			f.Message += "; with it go " + s
		}
		if s := rowsOf(c.waiting); s != "" {
			f.Message += "; it is missed by " + s
		}
	}
}

// with returns a cause on which hangs what hangs on either.
func (c cause) with(other *cause) cause {
	for part := range c.hanging {
		c.hanging[part] += other.hanging[part]
		c.waiting[part] += other.waiting[part]
	}
	return c
}

// rowsOf lists rows of parts: "1 row of roles.csv and 7 rows of enrollments.csv".
func rowsOf(counts [partCount]int) string {
	var parts []string
	for part, n := range counts {
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

// FileOf returns the name of the file that holds the records of a kind.
func FileOf(kind roster.Kind) string { return partOf(kind).File() }

// File returns the name that School Data Sync gives the file of a part.
func (p Part) File() string {
	return [partCount]string{
		"orgs.csv", "academicSessions.csv", "courses.csv", "users.csv", "roles.csv", "classes.csv",
		"enrollments.csv", "demographics.csv", "userFlags.csv", "relationships.csv",
	}[p]
}
