package sds_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"

	"rollbook/internal/feed/sds"
)

// end are the numbers in the records at an archive's end.
type end struct{ entries, length, offset uint64 }

// listOf returns an archive of nothing but a list of empty entries, and of the
// end records that say what is given, be it true or not.
func listOf(entries int, small end, large *end) []byte {
	header := make([]byte, 46)
	copy(header, "PK\x01\x02")
	archive := bytes.Repeat(header, entries)
	if large != nil {
		at := uint64(len(archive))
		record := make([]byte, 56)
		copy(record, "PK\x06\x06")
		for i, n := range []uint64{large.entries, large.entries, large.length, large.offset} {
			binary.LittleEndian.PutUint64(record[24+8*i:], n)
		}
		locator := make([]byte, 20)
		copy(locator, "PK\x06\x07")
		binary.LittleEndian.PutUint64(locator[8:], at)
		binary.LittleEndian.PutUint32(locator[16:], 1)
		archive = append(append(archive, record...), locator...)
	}
	record := make([]byte, 22)
	copy(record, "PK\x05\x06")
	binary.LittleEndian.PutUint16(record[8:], uint16(small.entries))
	binary.LittleEndian.PutUint16(record[10:], uint16(small.entries))
	binary.LittleEndian.PutUint32(record[12:], uint32(small.length))
	binary.LittleEndian.PutUint32(record[16:], uint32(small.offset))
	return append(archive, record...)
}

// counted counts what is read of a file.
type counted struct {
	io.ReaderAt
	bytes int
}

func (c *counted) ReadAt(p []byte, offset int64) (int, error) {
	c.bytes += len(p)
	return c.ReaderAt.ReadAt(p, offset)
}

func TestListOfEntriesIsBounded(t *testing.T) {
	t.Parallel()
	const many = 100_000 // modulo 1<<16: 34,464
	const lying = 1<<16 + 5
	elsewhere := end{math.MaxUint16, math.MaxUint32, math.MaxUint32} // see the large record
	for name, c := range map[string]struct {
		archive []byte
		want    string // in the error
		most    int    // bytes read
	}{
		"more than 65,535, and only the rest is said": {listOf(many, end{many % (1 << 16), many * 46, 0}, nil), "34464 entries", 100 << 10},
		"more than 65,535 and said":                   {listOf(many, elsewhere, &end{many, many * 46, 0}), "100000 entries", 100 << 10},
		"long":                                        {listOf(many, end{5, many * 46, 0}, nil), "list of entries has 4600000 bytes", 100 << 10},
		"long in the large record":                    {listOf(many, elsewhere, &end{5, many * 46, 0}), "list of entries has 4600000 bytes", 100 << 10},
		"a lie about both":                            {listOf(lying, end{5, 230, 0}, nil), "and says otherwise", sds.MaxList + 400<<10},
		"a lie about both in the large record":        {listOf(lying, elsewhere, &end{5, 230, 0}), "and says otherwise", sds.MaxList + 400<<10},
		"two records that differ":                     {listOf(2000, end{2000, 2000 * 46, 0}, &end{5, 230, 0}), "2000 entries, more than 1000, and says otherwise", 300 << 10},
		"short entries":                               {listOf(1001, end{1001, 1001 * 46, 0}, nil), "1001 entries", 100 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := &counted{ReaderAt: bytes.NewReader(c.archive)}
			_, err := sds.ReadEntries(read, int64(len(c.archive)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if read.bytes > c.most {
				t.Errorf("%d bytes were read, want at most %d", read.bytes, c.most)
			}
		})
	}
}

// endless is a file that has only an end.
type endless struct {
	size int64
	end  []byte
}

func (e endless) ReadAt(p []byte, offset int64) (int, error) {
	clear(p)
	from := e.size - int64(len(e.end)) // the end begins here
	for i := range p {
		if at := offset + int64(i) - from; at >= 0 && at < int64(len(e.end)) {
			p[i] = e.end[at]
		}
	}
	if offset+int64(len(p)) > e.size {
		return int(e.size - offset), io.EOF
	}
	return len(p), nil
}

// TestAnnouncedEntriesTakeNoMemory announces so many entries in so large a file
// that the library would make room for them before it read the first.
func TestAnnouncedEntriesTakeNoMemory(t *testing.T) {
	t.Parallel()
	const size = 1 << 50
	at := uint64(size - 98)
	archive := endless{size: size, end: listOf(0, end{math.MaxUint16, math.MaxUint32, math.MaxUint32}, &end{size / 40, 0, at})}
	binary.LittleEndian.PutUint64(archive.end[56+8:], at)
	_, err := sds.ReadEntries(archive, size)
	if err == nil || !strings.Contains(err.Error(), "entries, more than") {
		t.Errorf("got %v, want a refusal of so many entries", err)
	}
}

// FuzzEntries reads any bytes as an archive: what is taken has no more entries
// than a feed may have, and no more is read than the limit, whatever the
// records at the end say.
func FuzzEntries(f *testing.F) {
	f.Add([]byte("PK\x05\x06"))
	f.Add(listOf(3, end{3, 138, 0}, nil))
	f.Add(listOf(3, end{math.MaxUint16, math.MaxUint32, math.MaxUint32}, &end{3, 138, 0}))
	f.Add(listOf(2000, end{3, 138, 0}, nil))
	f.Add(append(listOf(3, end{3, 138, 0}, nil), "PK\x05\x06 and more"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		read := &counted{ReaderAt: bytes.NewReader(data)}
		reader, err := sds.ReadEntries(read, int64(len(data)))
		if read.bytes > 2*sds.MaxList {
			t.Errorf("%d bytes were read", read.bytes)
		}
		if err != nil {
			return
		}
		if len(reader.File) > sds.MaxEntries {
			t.Errorf("%d entries were taken", len(reader.File))
		}
		if _, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err != nil {
			t.Errorf("the library does not read it: %v", err)
		}
	})
}
