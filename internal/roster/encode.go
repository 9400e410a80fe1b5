package roster

import (
	"fmt"
	"strconv"
	"strings"
)

// Records are stored as text that a person can read in any database client:
// the fields of a record joined by the unit separator, the items of a list by
// commas (SDS: a list is comma-separated, so no item holds a comma), and rows of a container by the
// record separator. None of the three can occur in a value: feeds refuse
// control characters. Trailing empty fields are dropped, so that a field added
// later does not change the digest of records that lack it.
const (
	fieldSeparator = "\x1f"
	rowSeparator   = "\x1e"
	listSeparator  = ","
)

// encoder appends fields to a body. It writes a separator only once a
// non-empty field follows, which is what drops the trailing empty ones.
type encoder struct {
	buf     []byte
	pending int
}

func (e *encoder) str(s string) {
	if s != "" {
		e.separate()
		e.buf = append(e.buf, s...)
	}
	e.pending++
}

// separate writes the separators before a field that is not empty.
func (e *encoder) separate() {
	for range e.pending {
		e.buf = append(e.buf, fieldSeparator...)
	}
	e.pending = 0
}

func (e *encoder) list(items []string) { e.str(strings.Join(items, listSeparator)) }

func (e *encoder) date(d Date) {
	if d != 0 {
		e.separate()
		e.buf = d.append(e.buf)
	}
	e.pending++
}

func (e *encoder) num(n int) {
	if n == 0 {
		e.str("")
		return
	}
	e.str(strconv.Itoa(n))
}

// row ends one row of a container and begins the next.
func (e *encoder) row() {
	e.buf = append(e.buf, rowSeparator...)
	e.pending = 0
}

// decoder reads the fields of one row; past the last it reads empty ones.
type decoder struct {
	rest string
	err  error
}

func (d *decoder) str() string {
	field, rest, _ := strings.Cut(d.rest, fieldSeparator)
	d.rest = rest
	return field
}

func (d *decoder) list() []string {
	s := d.str()
	if s == "" {
		return nil
	}
	return strings.Split(s, listSeparator)
}

func (d *decoder) date() Date {
	s := d.str()
	if s == "" {
		return 0
	}
	date, err := ParseDate(s)
	if err != nil && d.err == nil {
		d.err = err
	}
	return date
}

func (d *decoder) num() int {
	s := d.str()
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil && d.err == nil {
		d.err = fmt.Errorf("%q is not a number", s)
	}
	return n
}

// rows splits a container into its rows.
func rows(body string) []string {
	if body == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(body, rowSeparator), rowSeparator)
}
