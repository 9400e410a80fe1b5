package sds

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"
)

// maxRow is how many bytes a row may have. Without a limit a quote that is
// never closed would take the rest of the file into memory.
const maxRow = 1 << 20

var errRowTooLong = errors.New("a row is too long")

// encodingError says that a file is not UTF-8.
type encodingError struct {
	line, column int
	first        byte // the byte that does not fit
	utf16        bool
}

func (e *encodingError) Error() string {
	return fmt.Sprintf("invalid UTF-8 at line %d, column %d", e.line, e.column)
}

const byteOrderMark = "\xef\xbb\xbf"

// guard checks bytes on their way to the CSV reader, in whole chunks, which is
// far cheaper than value by value: that they are UTF-8, that no row is endless,
// and whether values must be looked at for control characters at all. It drops
// a byte order mark.
type guard struct {
	from io.Reader
	// rowStart is the offset of the row that is being read; the reader of rows keeps it.
	rowStart int64

	offset    int64 // of what was handed on
	started   bool
	lines     int   // line ends before offset
	lineStart int64 // offset of the beginning of the line at offset
	tail      []byte
	err       error
	inLine    bool // the last byte did not end a line

	// quoted and unusual say what has occurred so far: a quote, a character
	// that may be a control character.
	quoted, unusual bool
}

// Read implements io.Reader.
func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if g.offset-g.rowStart > maxRow {
		g.err = errRowTooLong
		return 0, g.err
	}
	n, err := g.from.Read(p)
	if !g.started && (n > 0 || err != nil) {
		n, err = g.start(p, n, err)
	}
	valid := g.checkUTF8(p[:n], err != nil)
	g.look(p[:valid])
	if g.err == nil {
		g.err = err
	}
	return valid, g.err
}

// start reads enough to recognize a byte order mark and UTF-16. buf holds n
// bytes already.
func (g *guard) start(p []byte, n int, err error) (int, error) {
	g.started = true
	for n < 4 && err == nil && len(p) >= 4 {
		var more int
		more, err = g.from.Read(p[n:])
		n += more
	}
	head := p[:n]
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) ||
		len(head) >= 4 && (head[0] == 0 && head[2] == 0 || head[1] == 0 && head[3] == 0) {
		g.err = &encodingError{line: 1, column: 1, first: head[0], utf16: true}
		return 0, err
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		n = copy(p, head[len(byteOrderMark):])
	}
	return n, err
}

// checkUTF8 returns how many bytes of p are valid, and notes where the first
// invalid one is. A character may be split between two chunks; its first bytes
// are kept in tail.
func (g *guard) checkUTF8(p []byte, last bool) int {
	start := 0
	for len(g.tail) > 0 && start < len(p) && !utf8.FullRune(g.tail) {
		g.tail = append(g.tail, p[start])
		start++
	}
	if len(g.tail) > 0 && (last || utf8.FullRune(g.tail)) {
		if r, size := utf8.DecodeRune(g.tail); r == utf8.RuneError && size == 1 {
			g.refuse(p, start-len(g.tail), g.tail[0])
			return 0
		}
		g.tail = g.tail[:0]
	}
	if len(g.tail) > 0 {
		return len(p)
	}
	rest := p[start:]
	cut := len(rest)
	if !last {
		cut -= unfinished(rest)
	}
	if utf8.Valid(rest[:cut]) {
		g.tail = append(g.tail, rest[cut:]...)
		return len(p)
	}
	bad := start + firstInvalid(rest[:cut])
	g.refuse(p, bad, p[bad])
	return bad
}

// refuse notes the place of the byte at index i of p; i may lie before p.
func (g *guard) refuse(p []byte, i int, first byte) {
	e := &encodingError{line: 1 + g.lines, column: int(g.offset-g.lineStart) + i + 1, first: first}
	if i > 0 {
		if nl := bytes.LastIndexByte(p[:i], '\n'); nl >= 0 {
			e.line += bytes.Count(p[:i], []byte("\n"))
			e.column = i - nl
		}
	}
	g.err = e
}

// unfinished returns how many bytes at the end of p begin a character that p
// does not finish.
func unfinished(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if c := p[len(p)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

func firstInvalid(p []byte) int {
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(p)
}

// look counts lines and notes what occurs in a chunk that is handed on.
func (g *guard) look(p []byte) {
	newlines := bytes.Count(p, []byte("\n"))
	if newlines > 0 {
		g.lines += newlines
		g.lineStart = g.offset + int64(bytes.LastIndexByte(p, '\n')) + 1
	}
	g.offset += int64(len(p))
	if len(p) > 0 {
		g.inLine = p[len(p)-1] != '\n'
	}
	if !g.quoted {
		g.quoted = bytes.IndexByte(p, '"') >= 0
	}
	if !g.unusual {
		// 0xc2 begins the control characters beyond ASCII. A return that is not
		// before a line end counts as a control character; one at the end of a
		// chunk may be taken for such a one, which only costs time.
		g.unusual = bytes.IndexByte(p, 0x7f) >= 0 || bytes.IndexByte(p, 0xc2) >= 0 ||
			countControls(p) != newlines+bytes.Count(p, []byte("\r\n"))
	}
}

// countControls counts the bytes below 0x20, eight at a time: adding 0x60 to
// the low seven bits carries into the high bit exactly where they are 0x20 or more.
func countControls(p []byte) int {
	const high, low, add = 0x8080808080808080, 0x7f7f7f7f7f7f7f7f, 0x6060606060606060
	n := 0
	for ; len(p) >= 8; p = p[8:] {
		x := binary.LittleEndian.Uint64(p)
		n += bits.OnesCount64(^((x&low + add) | x) & high)
	}
	for _, c := range p {
		if c < 0x20 {
			n++
		}
	}
	return n
}
