package sds_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"rollbook/internal/feed/sds"
)

// readers are ways in which the same bytes may arrive.
func readers() map[string]func(io.Reader) io.Reader {
	same := func(r io.Reader) io.Reader { return r }
	return map[string]func(io.Reader) io.Reader{
		"whole": same, "byte by byte": iotest.OneByteReader, "halves": iotest.HalfReader, "end with data": iotest.DataErrReader,
	}
}

func TestGuardStopsAtTheFirstInvalidByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := "id," + strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"a", "b,c", "\n", "é", "漢", "😀", "\r\n", "\"", "\u0092", "\x00", "\x7f", "\xe9", "\xc3", "\xf0\x9f", "\x80",
		})).Draw(t, "content"), "")
		valid, line, column := firstInvalid(content)
		for name, arrive := range readers() {
			guard, unusual := sds.NewGuard(arrive(strings.NewReader(content)))
			got, err := io.ReadAll(guard)
			gotLine, gotColumn, invalid := sds.EncodingPlace(err)
			if invalid != (valid < len(content)) || gotLine != line || gotColumn != column {
				t.Errorf("%s: %q is invalid at %d:%d, want %d:%d (%v)", name, content, gotLine, gotColumn, line, column, err)
			}
			if !strings.HasPrefix(content, string(got)) || !invalid && len(got) != len(content) {
				t.Errorf("%s: %q came out as %q", name, content, got)
			}
			if !invalid && hasControl(content) && !unusual() {
				t.Errorf("%s: the control character of %q was not seen", name, content)
			}
		}
	})
}

// firstInvalid returns how many bytes are UTF-8, and the place of the first
// that is not, or no place.
func firstInvalid(s string) (valid, line, column int) {
	line, column = 1, 1
	for valid < len(s) {
		r, size := utf8.DecodeRuneInString(s[valid:])
		if r == utf8.RuneError && size == 1 {
			return valid, line, column
		}
		valid, column = valid+size, column+size
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return valid, 0, 0
}

// hasControl reports whether a file has a control character that is no line end.
func hasControl(s string) bool {
	return strings.ContainsFunc(strings.NewReplacer("\r\n", "", "\n", "").Replace(s), unicode.IsControl)
}

func TestGuardDropsTheByteOrderMark(t *testing.T) {
	t.Parallel()
	for name, arrive := range readers() {
		for _, content := range []string{"", "a", "ab", "sourcedId\n", "\ufeff"} {
			guard, _ := sds.NewGuard(arrive(bytes.NewReader([]byte("\ufeff" + content))))
			if got, err := io.ReadAll(guard); string(got) != content || err != nil {
				t.Errorf("%s: %q came out as %q (%v)", name, content, got, err)
			}
		}
	}
}
