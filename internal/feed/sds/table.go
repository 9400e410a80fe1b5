package sds

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"rollbook/internal/feed"
	"rollbook/internal/vocab"
)

const readBuffer = 64 << 10

// table splits one file into rows.
type table struct {
	file     *file
	open     func() (io.ReadCloser, error)
	lists    *vocab.Lists
	from     io.ReadCloser
	guard    *guard
	csv      *csv.Reader
	header   []string
	index    []int // for each column of the file its place in the header, or -1
	warnings []feed.Finding
	line     int // of the last row, 0 before the header
}

// newTable opens a file and reads its header. It returns a refusal where the
// header cannot be used.
func newTable(file *file, open func() (io.ReadCloser, error), lists *vocab.Lists) (*table, error) {
	from, err := open()
	if err != nil {
		return nil, unopened(file, err)
	}
	t := &table{file: file, open: open, lists: lists, from: from, guard: &guard{from: from}}
	t.csv = csv.NewReader(bufio.NewReaderSize(t.guard, readBuffer))
	t.csv.ReuseRecord = true
	t.csv.FieldsPerRecord = -1
	if err := t.readHeader(); err != nil {
		from.Close()
		return nil, err
	}
	return t, nil
}

// unopened tells damage, which is the feed's fault, from a disk that fails.
func unopened(file *file, err error) error {
	if !isDamage(err) {
		return fmt.Errorf("open %s: %w", file.name, err)
	}
	return refuse(feed.Finding{
		Rule: feed.RuleFileUnreadable, File: file.name, Message: "the file cannot be unpacked: " + err.Error(),
		Hint: "The archive may have been cut off on its way. Make it again and send it again.",
	})
}

// Close closes the file.
func (t *table) Close() error { return t.from.Close() }

func (t *table) readHeader() error {
	header, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return refuse(feed.Finding{
			Rule: feed.RuleFileEmpty, File: t.file.name, Message: "the file is empty: it has not even a header",
			Hint: "Export it again. A file that is not needed is left out altogether.",
		})
	}
	if err != nil {
		return t.broken(err)
	}
	t.header = slices.Clone(header)
	t.line, _ = t.csv.FieldPos(0)
	return t.matchHeader()
}

// cutOff refuses a file whose last line has no end and cannot be read: it was cut off
// in the middle of a row, and nobody knows how many rows came after it.
func (t *table) cutOff(r *row) error {
	if !t.guard.inLine || !r.dropped {
		return nil
	}
	return refuse(feed.Finding{
		Rule: feed.RuleFileCutOff, File: t.file.name, Line: r.span.line,
		Message: "the file ends in the middle of this row",
		Hint:    "It was cut off on its way, or the export did not finish. Export it again.",
	})
}

// broken turns an error of the CSV reader into a refusal, unless it is not the
// file's fault.
func (t *table) broken(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return t.brokenQuote(e)
	}
	if e, ok := errors.AsType[*encodingError](err); ok {
		return refuse(e.finding(t.file.name))
	}
	if errors.Is(err, errRowTooLong) {
		return t.endless()
	}
	if isDamage(err) {
		return refuse(feed.Finding{
			Rule: feed.RuleFileUnreadable, File: t.file.name, Line: t.line,
			Message: "the file cannot be unpacked beyond this line: " + err.Error(),
			Hint:    "The archive was damaged or cut off on its way. Make it again and send it again.",
		})
	}
	return fmt.Errorf("read %s: %w", t.file.name, err)
}

// brokenQuote refuses a file for a quote. Where the reader stumbles over a quote
// lines after the one that opened the value, the culprit is the opening one.
func (t *table) brokenQuote(e *csv.ParseError) error {
	at := position{e.Line, e.Column}
	if errors.Is(e.Err, csv.ErrQuote) {
		scan, err := t.scanQuotes(at)
		if err != nil {
			return err
		}
		if scan.open && (scan.ended || scan.opened.line != at.line) {
			return refuse(t.unterminated(scan.opened))
		}
	}
	return refuse(feed.Finding{
		Rule: feed.RuleQuoteMisplaced, File: t.file.name, Line: at.line, Column: at.column,
		Message: "there is a quotation mark inside a value",
		Hint:    `Put the whole value in quotation marks and double those inside it: "Room ""B""".`,
	})
}

func (t *table) unterminated(at position) feed.Finding {
	return feed.Finding{
		Rule: feed.RuleQuoteUnterminated, File: t.file.name, Line: at.line, Column: at.column,
		Message: "a quotation mark is opened here and not closed on the same line",
		Hint:    "Close the value with a second quotation mark, or remove this one.",
	}
}

// endless refuses a file for a row beyond the limit, which is nearly always a
// quote that is not closed.
func (t *table) endless() error {
	scan, err := t.scanQuotes(position{line: math.MaxInt})
	if err != nil {
		return err
	}
	if scan.open {
		return refuse(t.unterminated(scan.opened))
	}
	return refuse(feed.Finding{
		Rule: feed.RuleFileUnreadable, File: t.file.name, Line: t.line + 1,
		Message: fmt.Sprintf("the row that begins here is longer than %d bytes", maxRow),
		Hint:    "The lines may lack their line ends. Export the file again with line ends LF or CRLF.",
	})
}

// scanQuotes reads the file again from the row that failed up to a place, which
// is cheap enough for what happens once.
func (t *table) scanQuotes(until position) (*quoteScan, error) {
	from, err := t.open()
	if err != nil {
		return nil, unopened(t.file, err)
	}
	defer from.Close()
	again := &guard{from: from, rowStart: math.MaxInt64}
	return scanQuotes(io.LimitReader(again, t.guard.offset), t.guard.rowStart, until), nil
}

// finding explains what a person must do about the encoding.
func (e *encodingError) finding(file string) feed.Finding {
	f := feed.Finding{
		Rule: feed.RuleEncodingInvalid, File: file, Line: e.line, Column: e.column,
		Message: fmt.Sprintf("the file is not UTF-8: the byte %02X does not fit here", e.first),
		Hint:    "Save it as UTF-8; in Excel: Save As, CSV UTF-8.",
	}
	switch {
	case e.utf16:
		f.Message = "the file is in UTF-16 and not in UTF-8"
		f.Hint = `Save it as UTF-8; in Excel choose "CSV UTF-8" and not "Unicode Text".`
	case e.first >= 0x80:
		f.Hint = fmt.Sprintf("It seems to be in Windows-1252 or Latin-1, where that byte is %q. %s", windows1252(e.first), f.Hint)
	}
	return f
}

// windows1252 returns the character of a byte in Windows-1252.
func windows1252(c byte) rune {
	const from80 = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ"
	if c >= 0x80 && c < 0xa0 {
		return []rune(from80)[c-0x80]
	}
	return rune(c)
}
