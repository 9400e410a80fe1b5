package plan

import (
	"encoding/binary"
	"errors"
	"math"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Sheet is lines of one phase that follow each other, as the journal keeps them:
// a plan has as many as a district has people, and is only ever read from some
// line on.
type Sheet struct {
	Last  int64  // the number of its last line
	Lines int    // how many there are
	Body  []byte // of each line the kind, the source, the object, and its body after its length
}

// sheetSize is how many bytes make a sheet full.
const sheetSize = 64 << 10

var errSheet = errors.New("a sheet of the journal is damaged")

// add appends the line of an effect.
func (s *Sheet) add(seq int64, e Effect, body []byte) {
	if s.Body == nil {
		s.Body = make([]byte, 0, sheetSize+sheetSize/16)
	}
	s.Last, s.Lines = seq, s.Lines+1
	s.Body = binary.AppendUvarint(s.Body, uint64(e.Kind))
	s.Body = binary.AppendUvarint(s.Body, uint64(e.Source))
	s.Body = binary.AppendUvarint(s.Body, uint64(e.Object))
	s.Body = binary.AppendUvarint(s.Body, uint64(len(body)))
	s.Body = append(s.Body, body...)
}

// Unpack returns the lines of the sheet.
func (s Sheet) Unpack() ([]Line, error) {
	r := bodyReader{rest: string(s.Body)}
	var lines []Line
	for r.rest != "" {
		lines = append(lines, Line{
			Kind: directory.EffectKind(r.upTo(math.MaxUint8)), Source: int(r.upTo(math.MaxInt32)),
			Object: roster.ID(r.upTo(math.MaxUint32)), Body: r.text(),
		})
	}
	if r.damaged || len(lines) != s.Lines {
		return nil, errSheet
	}
	for i := range lines {
		lines[i].Seq = s.Last - int64(len(lines)-1-i)
	}
	return lines, nil
}
