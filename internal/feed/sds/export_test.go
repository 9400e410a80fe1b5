package sds

import (
	"errors"
	"io"
	"math"
)

// What the tests of the parsers need.
var (
	ParseDate  = parseDate
	ParseEmail = parseEmail
	ParseYear  = parseYear
	IsE164     = isE164
	DateHint   = dateHint
	ListItems  = listItems
	Closest    = closest
	Shorten    = shorten

	ReadEntries = readEntries
)

// The limits of ReadEntries.
const (
	MaxEntries = maxEntries
	MaxList    = maxList
)

// MaxRow is how many bytes a row may have.
const MaxRow = maxRow

// NewGuard returns the reader that checks bytes, and what tells whether it saw
// what may be a control character.
func NewGuard(from io.Reader) (io.Reader, func() bool) {
	g := &guard{from: from, rowStart: math.MaxInt64}
	return g, func() bool { return g.unusual }
}

// EncodingPlace returns where a file stops being UTF-8.
func EncodingPlace(err error) (line, column int, ok bool) {
	e, ok := errors.AsType[*encodingError](err)
	if !ok {
		return 0, 0, false
	}
	return e.line, e.column, true
}
