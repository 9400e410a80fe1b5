package sds

import (
	"fmt"
	"strings"

	"rollbook/internal/feed"
)

// row is the row that is being checked. There is one for a file, used again for
// every row, so that checking a sound row allocates nothing.
type row struct {
	table   *table
	tally   *tally
	place   feed.Place
	batch   *batch
	span    span
	dropped bool   // a required value is missing or wrong
	noted   *noted // the finding about this row being dropped; nil where it is one of many

	// last is, for each column of codes, the value seen last with its code:
	// most rows repeat the one before.
	last []lastCode
	// sound are, for each column of lists of codes, values with their codes.
	sound []map[string][]string
}

type lastCode struct{ value, code string }

func newRow(t *table) *row {
	r := &row{table: t, tally: newTally(), last: make([]lastCode, len(t.file.columns)), sound: make([]map[string][]string, len(t.file.columns))}
	r.place = feed.Place{File: t.file.name, Column: r.columnUnder}
	return r
}

// takeAll checks the rows of a batch and hands them on.
func (r *row) takeAll(to feed.Receiver) error {
	for _, s := range r.batch.rows {
		if err := r.take(s, to); err != nil {
			return err
		}
	}
	return nil
}

// take checks one row and hands it on, or names it as dropped.
func (r *row) take(s span, to feed.Receiver) error {
	if r.batch.blank(s) {
		return nil // spreadsheets leave rows of commas behind
	}
	r.span, r.dropped, r.noted, r.place.Line = s, false, nil, s.line
	if s.end-s.start != len(r.table.header) {
		r.wrongCount()
	} else if err := r.table.file.emit(r, to); err != nil {
		return err
	}
	if !r.dropped {
		return nil
	}
	return to.Drop(r.fallen())
}

// fallen returns what a row that is dropped still tells.
func (r *row) fallen() feed.Fallen {
	values := r.batch.fields[r.span.start:r.span.end]
	fallen := feed.Fallen{
		Part: r.table.file.part, Shifted: len(values) != len(r.table.header), Words: strings.Join(values, "\x1f"),
	}
	fallen.Key = r.readable(r.table.file.key)
	if fallen.Part == feed.Enrollments {
		fallen.Class = r.readable(classColumn)
	}
	return fallen
}

// readable returns the identifier in a column, "" where it cannot be one.
func (r *row) readable(column int) string {
	if v := r.raw(column); len(v) <= maxID && !hasControl(v) {
		return v
	}
	return ""
}

// raw returns the value of a column without the blanks around it.
func (r *row) raw(column int) string {
	i := r.table.index[column]
	if i < 0 || r.span.start+i >= r.span.end {
		return ""
	}
	v := r.batch.fields[r.span.start+i]
	if v == "" || plain(v[0]) && plain(v[len(v)-1]) {
		return v
	}
	return strings.TrimSpace(v)
}

// plain reports whether a byte can neither be nor begin nor end a blank.
func plain(c byte) bool { return c > ' ' && c < 0x7f }

// value returns the value of a column, or "" with a finding where it is
// required and empty, or holds what no value may hold.
func (r *row) value(column int) string {
	v := r.raw(column)
	if v == "" {
		if r.table.file.columns[column].required {
			r.empty(column)
		}
		return ""
	}
	if r.batch.inspect && hasControl(v) {
		r.control(column, v)
		return ""
	}
	if len(v) <= longestPlaceholder && isPlaceholder(v) && !r.table.file.columns[column].surname {
		r.placeholder(column, v)
		return ""
	}
	return v
}

// longestPlaceholder is the length of the longest of what exports write for nothing.
const longestPlaceholder = len("(null)")

// isPlaceholder reports whether a value is what exports write for no value. Null is
// also a surname, and None one.
func isPlaceholder(v string) bool {
	switch v {
	case "NULL", "null", "(null)", "(NULL)", "N/A", "n/a", "#N/A", "NaN", `\N`:
		return true
	}
	return false
}

// placeholder notes a value that stands for none.
func (r *row) placeholder(column int, v string) {
	r.problem(feed.RuleValueInvalid, column, v, r.table.file.columns[column].required, func() (string, string) {
		return fmt.Sprintf("%s is %q, which exports write where there is no value", r.header(column), v),
			"Leave the value empty, or fill it in where the data comes from."
	})
}

// columnUnder is the Column of a feed.Place.
func (r *row) columnUnder(header string) int {
	for i, c := range r.table.file.columns {
		if c.name == header {
			return r.column(i)
		}
	}
	return 0
}

// column returns where the value of a column begins in its line, or 0.
func (r *row) column(column int) int {
	i := r.table.index[column]
	if i < 0 || r.span.start+i >= r.span.end {
		return 0
	}
	if r.span.columns >= 0 {
		return int(r.batch.columns[r.span.columns+i])
	}
	at := 1
	for _, v := range r.batch.fields[r.span.start : r.span.start+i] {
		at += len(v) + len(",")
	}
	return at
}

// name is what names the row in a finding.
func (r *row) name() string {
	var parts []string
	for _, column := range r.table.file.naming {
		if v := r.raw(column); v != "" {
			if len(v) > maxID {
				v = shorten(v)
			}
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, "/")
}

// problem notes a problem with the value of a column. Where the value must be,
// the row is dropped, and has one finding however much is wrong with it, so that
// the rows of all findings add up. The text is made only where the cause is new.
func (r *row) problem(rule feed.Rule, column int, detail string, required bool, text func() (message, hint string)) {
	c := cause{rule: rule, column: column, detail: detail}
	severity := feed.Warning
	if required {
		severity = feed.Error
		if r.dropped {
			r.alsoWrong(text)
			return
		}
		r.dropped = true
	}
	if r.tally.again(c) {
		return
	}
	message, hint := text()
	f := feed.Finding{
		Severity: severity, Rule: rule, File: r.table.file.name, Line: r.span.line, Record: r.name(),
		Message: message, Hint: hint, Rows: 1,
	}
	if column >= 0 {
		f.Column = r.column(column)
	}
	if kept := r.tally.note(c, f); required {
		r.noted = kept
	}
}

// alsoWrong adds to the finding of a row what else is wrong with it.
func (r *row) alsoWrong(text func() (message, hint string)) {
	if r.noted != nil {
		message, _ := text()
		r.noted.also += ", and " + message
	}
}

// wrong notes a value that is not of its column's type.
func (r *row) wrong(column int, detail string, text func() (message, hint string)) {
	r.problem(feed.RuleValueInvalid, column, detail, r.table.file.columns[column].fells(), text)
}

func (r *row) header(column int) string { return r.table.file.columns[column].name }

func (r *row) empty(column int) {
	r.problem(feed.RuleValueRequired, column, "", true, func() (string, string) {
		return fmt.Sprintf("%s is empty", r.header(column)),
			"Fill it in where the data comes from: a row without it cannot be used."
	})
}

// wrongCount notes a row with more or fewer values than the header.
func (r *row) wrongCount() {
	const noColumn = -1
	r.problem(feed.RuleColumnCount, noColumn, "", true, func() (string, string) {
		got, want := r.span.end-r.span.start, len(r.table.header)
		message := fmt.Sprintf("the row has %d values and the header has %d", got, want)
		if got > want {
			return message, "A value with a comma in it must be in quotation marks."
		}
		return message, "A comma is missing."
	})
}

// control notes a control character. A line break costs the row in any column:
// it is nearly always two rows run together (SDS: line breaks inside values are
// not accepted).
func (r *row) control(column int, v string) {
	if strings.ContainsAny(v, "\n\r") {
		r.problem(feed.RuleValueInvalid, column, "", true, func() (string, string) {
			return fmt.Sprintf("%s has a line break in it", r.header(column)),
				"Remove the line break from the value, and check that no quotation mark is missing near it."
		})
		return
	}
	r.wrong(column, "", func() (string, string) {
		return fmt.Sprintf("%s has a control character in it: %q", r.header(column), shorten(v)),
			"Remove the invisible character from the value; it was probably pasted in."
	})
}
