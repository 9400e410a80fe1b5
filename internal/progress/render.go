package progress

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// renderer writes progress. What it cannot write is lost: the work goes on.
type renderer interface {
	progress(stage)
	end(stage)
}

func newRenderer(w io.Writer, mode Mode) renderer {
	switch mode {
	case Terminal:
		return &line{w: w}
	case JSON:
		return objects{w}
	case Plain:
	}
	return lines{w}
}

// line is one line of a terminal.
type line struct {
	w     io.Writer
	width int // of what stands there, in characters
}

func (l *line) progress(s stage) {
	const usual = 79 // a full line would wrap on some terminals
	limit := usual
	if w, ok := l.w.(interface{ Width() int }); ok {
		limit = w.Width() - 1
	}
	text := []rune(describe(s))
	text = text[:min(len(text), max(limit, 0))]
	l.overwrite(string(text))
}

// end leaves an empty line: what has come of the stage is in the report.
func (l *line) end(stage) {
	l.overwrite("")
	_, _ = io.WriteString(l.w, "\r")
}

func (l *line) overwrite(text string) {
	width := utf8.RuneCountInString(text)
	_, _ = io.WriteString(l.w, "\r"+text+strings.Repeat(" ", max(0, l.width-width)))
	l.width = width
}

// lines is for logs, and output that goes into a file.
type lines struct{ w io.Writer }

func (l lines) progress(s stage) { _, _ = fmt.Fprintln(l.w, describe(s)) }

func (l lines) end(s stage) {
	s.total = 0 // it is over: neither a share nor the time left means anything
	_, _ = fmt.Fprintln(l.w, describe(s)+", done")
}

// objects is for programs.
type objects struct{ w io.Writer }

type object struct {
	Stage   string   `json:"stage"`
	Count   int64    `json:"count"`
	Total   int64    `json:"total,omitzero"`
	Seconds float64  `json:"seconds"`
	Rate    float64  `json:"rate"`           // a second
	Left    *float64 `json:"left,omitempty"` // seconds
	Done    bool     `json:"done"`
}

func (o objects) progress(s stage) { o.write(s, false) }
func (o objects) end(s stage)      { o.write(s, true) }

func (o objects) write(s stage, done bool) {
	object := object{
		Stage: s.name, Count: s.count, Total: s.total, Done: done,
		Seconds: tenths(s.elapsed.Seconds()), Rate: tenths(s.rate()),
	}
	if left, ok := s.left(); ok && !done {
		seconds := tenths(left.Seconds())
		object.Left = &seconds
	}
	if text, err := json.Marshal(object); err == nil {
		_, _ = o.w.Write(append(text, '\n'))
	}
}

func tenths(f float64) float64 { return math.Round(f*10) / 10 }

// describe says how far a stage has come: Read, 45 %, 3,400,000 of 7,500,000,
// 620,000/s, 7 s left.
func describe(s stage) string {
	parts := []string{s.name}
	switch {
	case s.total > 0:
		parts = append(parts, fmt.Sprintf("%d %%", 100*min(s.count, s.total)/s.total), grouped(s.count)+" of "+grouped(s.total))
	case s.count > 0:
		parts = append(parts, grouped(s.count))
	}
	if s.count > 0 {
		parts = append(parts, grouped(int64(s.rate()))+"/s")
	}
	if left, ok := s.left(); ok {
		return strings.Join(append(parts, duration(left)+" left"), ", ")
	}
	return strings.Join(append(parts, duration(s.elapsed)), ", ")
}

// grouped writes a number with a comma before every third digit.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// duration writes a time in its two largest units.
func duration(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
}
