package sds

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits on the list of entries at an archive's end (APPNOTE: central
// directory), which the library keeps in memory whole. That of a feed with all
// files has about a thousand bytes.
const (
	maxEntries = 1000
	maxList    = 1 << 20 // bytes
)

// The records that say how long the list is: their signatures, and how many
// bytes they have (APPNOTE 4.3.14 to 4.3.16).
const (
	endSignature       = "PK\x05\x06"
	locator64Signature = "PK\x06\x07"
	end64Signature     = "PK\x06\x06"

	endSize       = 22
	locator64Size = 20
	end64Size     = 56

	maxComment = 1<<16 - 1 // bytes behind the end record
)

// excess says that the list of an archive is longer than that of any feed.
type excess struct{ what string }

func (e *excess) Error() string { return e.what }

// readEntries reads the list of an archive's entries within the limits. How long
// it is to be is looked at before any of it is read; since that may be a lie,
// what the library reads of it is counted as well.
func readEntries(file io.ReaderAt, size int64) (*zip.Reader, error) {
	entries, length, err := announced(file, size)
	switch {
	case err != nil:
		return nil, err
	case entries > maxEntries:
		return nil, &excess{fmt.Sprintf("the archive has %d entries, more than %d", entries, maxEntries)}
	case length > maxList:
		return nil, &excess{fmt.Sprintf("the archive's list of entries has %d bytes, more than %d", length, maxList)}
	}
	// Besides the list the library reads the end twice, and one entry.
	metered := &meteredReader{file: file, left: maxList + 4*maxComment}
	reader, err := zip.NewReader(metered, size)
	if metered.spent {
		return nil, &excess{fmt.Sprintf("the archive's list of entries has more than %d bytes, and says otherwise", maxList)}
	}
	if err != nil {
		return nil, err
	}
	if n := len(reader.File); n > maxEntries {
		return nil, &excess{fmt.Sprintf("the archive has %d entries, more than %d, and says otherwise", n, maxEntries)}
	}
	metered.whole = true
	return reader, nil
}

// announced returns how many entries an archive says it has, and how many bytes
// their list. It finds the records as the library does.
func announced(file io.ReaderAt, size int64) (entries, length uint64, err error) {
	tail := make([]byte, min(size, endSize+maxComment))
	if len(tail) < endSize {
		return 0, 0, zip.ErrFormat
	}
	start := size - int64(len(tail))
	if _, err := file.ReadAt(tail, start); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, err
	}
	at := bytes.LastIndex(tail[:len(tail)-endSize+len(endSignature)], []byte(endSignature))
	if at < 0 {
		return 0, 0, zip.ErrFormat
	}
	if entries, length, ok := announced64(file, start+int64(at)); ok {
		return entries, length, nil
	}
	end := tail[at:]
	return uint64(binary.LittleEndian.Uint16(end[10:])), uint64(binary.LittleEndian.Uint32(end[12:])), nil
}

// announced64 returns the same from the record that archives have whose numbers
// do not fit into the end record, if there is one before that.
func announced64(file io.ReaderAt, end int64) (entries, length uint64, ok bool) {
	locator := recordAt(file, end-locator64Size, locator64Size, locator64Signature)
	if locator == nil {
		return 0, 0, false
	}
	record := recordAt(file, int64(binary.LittleEndian.Uint64(locator[8:])), end64Size, end64Signature)
	if record == nil {
		return 0, 0, false
	}
	return binary.LittleEndian.Uint64(record[32:]), binary.LittleEndian.Uint64(record[40:]), true
}

// recordAt returns the record at an offset, nil where there is none.
func recordAt(file io.ReaderAt, offset int64, size int, signature string) []byte {
	record := make([]byte, size)
	if offset < 0 {
		return nil
	}
	if n, _ := file.ReadAt(record, offset); n < size || string(record[:len(signature)]) != signature {
		return nil
	}
	return record
}

// meteredReader reads a number of bytes of a file and then no more, until the
// whole file is given free.
type meteredReader struct {
	file  io.ReaderAt
	left  int64
	spent bool
	whole bool
}

// ReadAt implements io.ReaderAt.
func (m *meteredReader) ReadAt(p []byte, offset int64) (int, error) {
	if m.whole {
		return m.file.ReadAt(p, offset)
	}
	if int64(len(p)) > m.left {
		m.spent = true
		return 0, errors.New("the list of entries is too long")
	}
	m.left -= int64(len(p))
	return m.file.ReadAt(p, offset)
}
