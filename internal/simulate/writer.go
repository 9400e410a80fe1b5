package simulate

import (
	"io"
	"strings"
)

// writer writes rows of CSV. The first failure is kept and told by flush.
type writer struct {
	to    io.Writer
	buf   []byte
	begun bool // the row has a field
	rows  int
	err   error
}

const flushAt = 64 << 10

func newWriter(to io.Writer, header string) *writer {
	return &writer{to: to, buf: append(make([]byte, 0, flushAt+4096), header+"\n"...)}
}

// comma begins a field.
func (w *writer) comma() {
	if w.begun {
		w.buf = append(w.buf, ',')
	}
	w.begun = true
}

// text writes a field, in quotes where it needs them.
func (w *writer) text(v string) {
	w.comma()
	if !strings.ContainsAny(v, "\",") {
		w.buf = append(w.buf, v...)
		return
	}
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, strings.ReplaceAll(v, `"`, `""`)...)
	w.buf = append(w.buf, '"')
}

// row writes a row of fields.
func (w *writer) row(fields ...string) {
	for _, v := range fields {
		w.text(v)
	}
	w.end()
}

// end ends a row.
func (w *writer) end() {
	w.buf = append(w.buf, '\n')
	w.begun = false
	w.rows++
	if len(w.buf) >= flushAt {
		w.write()
	}
}

func (w *writer) write() {
	if w.err == nil {
		_, w.err = w.to.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

func (w *writer) flush() error {
	w.write()
	return w.err
}
