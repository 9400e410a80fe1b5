package sds_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/feed/sds"
	"rollbook/internal/roster"
)

func TestDates(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]roster.Date{
		"2026-08-15": 20260815, "20260815": 20260815, "2026-08-15T00:00:00Z": 20260815,
		"2026-08-15T23:30:00-07:00": 20260815, "2026-08-15T07:00:00.000Z": 20260815, "2026-08-15T07:00:00": 20260815,
		"2028-02-29": 20280229,
		"2026-02-29": 0, "2026-8-15": 0, "08/15/2026": 0, "2026-08-15T": 0, "2026-08-15 noon": 0, "46249": 0,
		"20261301": 0, "２０２６-08-15": 0, "": 0,
	} {
		got, ok := sds.ParseDate(v)
		if got != want || ok != (want != 0) {
			t.Errorf("ParseDate(%q) = %d, %t, want %d", v, got, ok, want)
		}
	}
}

func TestDateHints(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]string{
		"08/15/2026": "MM/DD/YYYY", "15/08/2026": "DD/MM/YYYY", "8/5/26": "MM/DD/YY", "15.08.2026": "DD.MM.YYYY",
		"2026/08/15": "YYYY/MM/DD", "2026-8-5": "YYYY-M-D", "15-Aug-26": "month in words", "46249": "number", "soon": "",
	} {
		form, hint := sds.DateHint(v)
		if form != want || !strings.Contains(hint, "2026-08-15") {
			t.Errorf("DateHint(%q) = %q, %q, want %q", v, form, hint, want)
		}
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]string{
		"Pat.O'Neil+home@School.EXAMPLE": "pat.o'neil+home@school.example",
		"zoé@école.example":              "zoé@école.example", "a@localhost": "a@localhost",
		"pat": "", "pat@": "", "@school.example": "", "pat@school..example": "", ".pat@school.example": "",
		"Pat <pat@school.example>": "", "<pat@school.example>": "", "a@b.example,c@d.example": "", "pat @school.example": "",
		"mailto:pat@school.example": "", "pat@school.example.": "",
	} {
		got, ok := sds.ParseEmail(v)
		if got != want || ok != (want != "") {
			t.Errorf("ParseEmail(%q) = %q, %t, want %q", v, got, ok, want)
		}
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]bool{
		"+15551234567": true, "+12": true, "+123456789012345": true,
		"": false, "+1": false, "+1234567890123456": false, "15551234567": false, "+05551234567": false,
		"+1 555 123 4567": false, "+1555١٢٣": false,
	} {
		if got := sds.IsE164(v); got != want {
			t.Errorf("IsE164(%q) = %t, want %t", v, got, want)
		}
	}
}

func TestYears(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]int{"2027": 2027, "27": 0, "2026-2027": 0, "0999": 0, "9999": 0, "20x7": 0} {
		if got, ok := sds.ParseYear(v); ok != (want != 0) || ok && got != want {
			t.Errorf("ParseYear(%q) = %d, %t, want %d", v, got, ok, want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for v, want := range map[string][]string{"": nil, "a": {"a"}, " a , b,,": {"a", "b"}, ",": nil, "a b,c": {"a b", "c"}} {
		if diff := cmp.Diff(want, slices.Collect(sds.ListItems(v))); diff != "" {
			t.Errorf("items of %q (-want +got):\n%s", v, diff)
		}
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	codes := []string{"student", "teacher", "aide", "teacherAssistant"}
	for v, want := range map[string]string{"Teachr": "teacher", "students": "student", "wizard": "", "ai": "", "": "", "techer": "teacher"} {
		if got, _ := sds.Closest(v, codes); got != want {
			t.Errorf("Closest(%q) = %q, want %q", v, got, want)
		}
	}
}

func FuzzParsers(f *testing.F) {
	for _, v := range []string{"2026-08-15", "20260815", "2026-08-15T00:00:00Z", "pat@school.example", "+15551234567", "a, b,,c", "8/15/26"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if date, ok := sds.ParseDate(v); ok {
			if again, ok := sds.ParseDate(date.String()); !ok || again != date {
				t.Errorf("ParseDate(%q) = %d, which reads back as %d", v, date, again)
			}
		}
		if email, ok := sds.ParseEmail(v); ok {
			again, ok := sds.ParseEmail(email)
			if !ok || again != email || strings.ContainsFunc(email, unicode.IsSpace) || !strings.Contains(email, "@") {
				t.Errorf("ParseEmail(%q) = %q, which reads back as %q", v, email, again)
			}
		}
		if sds.IsE164(v) && strings.Trim(v, "+0123456789") != "" {
			t.Errorf("IsE164(%q)", v)
		}
		for item := range sds.ListItems(v) {
			if item == "" || item != strings.TrimSpace(item) || strings.Contains(item, ",") {
				t.Errorf("item %q of %q", item, v)
			}
		}
		if short := sds.Shorten(v); utf8.ValidString(v) && (!utf8.ValidString(short) || len(short) > 90) {
			t.Errorf("Shorten(%q) = %q", v, short)
		}
		sds.DateHint(v)
		sds.Closest(v, []string{"student", "teacher"})
	})
}
