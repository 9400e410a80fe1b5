package terminal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"rollbook/internal/terminal"
)

func TestText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want string }{
		"plain":          {"Reading 3 - Whitfield", "Reading 3 - Whitfield"},
		"empty":          {"", ""},
		"letters":        {"Zoë Ångström 李娜 Αθηνά", "Zoë Ångström 李娜 Αθηνά"},
		"quotes":         {`role "pupil"`, `role "pupil"`},
		"backslash":      {`a\nb`, `a\nb`},
		"escape code":    {"a\x1b[2Jb", `"a\x1b[2Jb"`},
		"line feed":      {"p-1\nfindings  none", `"p-1\nfindings  none"`},
		"return":         {"p-1\rp-2", `"p-1\rp-2"`},
		"tab":            {"a\tb", `"a\tb"`},
		"NUL":            {"a\x00b", `"a\x00b"`},
		"C1":             {"a\u009b2Jb", `"a\u009b2Jb"`},
		"bidi":           {"a\u202egpj.exe", `"a\u202egpj.exe"`},
		"isolate":        {"a\u2066b", `"a\u2066b"`},
		"line separator": {"a\u2028b", `"a\u2028b"`},
		"no width":       {"a\u200bb", `"a\u200bb"`},
		"not UTF-8":      {"a\x9bb", `"a\x9bb"`},
		"quote inside":   {"a\"\nb", `"a\"\nb"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := terminal.Text(c.value); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

type named string

func TestPrintfQuotesWhateverIsText(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2J\nb"
	var out bytes.Buffer
	err := terminal.Printf(&out, "%s|%s|%v|%v|%-3s|%d|%.2f|%t|%v\n",
		hostile, named(hostile), errors.New(hostile), []string{hostile}, "c", 4, 0.5, true, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	const quoted = `"a\x1b[2J\nb"`
	want := quoted + "|" + quoted + "|" + quoted + `|"[a\x1b[2J\nb]"|c  |4|0.50|true|1m0s` + "\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

// Whatever a value is, it stays in its line and moves nothing.
func TestTextIsPrintable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		got := terminal.Text(value)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q of %q", got, value)
		}
	})
}
