package sds

import (
	"bufio"
	"io"
)

// position is a place in a file; both count from 1, columns in bytes.
type position struct{ line, column int }

func (p position) before(q position) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

// quoteScan follows quotes through a file a second time, to find the one that
// is to blame for what the CSV reader stumbled over later.
type quoteScan struct {
	in     *bufio.Reader
	at     position
	open   bool
	opened position // of the last quote that opened a value
	ended  bool     // the file has nothing more
}

// scanQuotes reads a file up to a place. Rows before the offset are sound, so
// quotes are followed from there only.
func scanQuotes(from io.Reader, offset int64, until position) *quoteScan {
	s := &quoteScan{in: bufio.NewReader(from), at: position{1, 1}}
	for ; offset > 0 && !s.ended; offset-- {
		s.next()
	}
	for fieldStart := true; s.at.before(until) && !s.ended; {
		at := s.at
		c := s.next()
		switch {
		case c == '"' && s.open && s.peek() == '"':
			s.next()
		case c == '"' && s.open:
			s.open = false
		case c == '"' && fieldStart:
			s.open, s.opened = true, at
		}
		fieldStart = !s.open && (c == ',' || c == '\n')
	}
	s.peek()
	return s
}

func (s *quoteScan) next() byte {
	c, err := s.in.ReadByte()
	s.ended = err != nil
	if s.at.column++; c == '\n' {
		s.at = position{s.at.line + 1, 1}
	}
	return c
}

func (s *quoteScan) peek() byte {
	p, err := s.in.Peek(1)
	if s.ended = err != nil; s.ended {
		return 0
	}
	return p[0]
}
