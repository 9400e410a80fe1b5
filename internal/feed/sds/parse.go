package sds

import (
	"iter"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// hasControl reports whether a value holds a control character.
func hasControl(v string) bool { return strings.IndexFunc(v, unicode.IsControl) >= 0 }

// listItems yields the items of a list, without blanks around them; empty ones
// are skipped (SDS: a list is comma-separated inside one quoted field).
func listItems(v string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for item := range strings.SplitSeq(v, ",") {
			if item = strings.TrimSpace(item); item != "" && !yield(item) {
				return
			}
		}
	}
}

// parseEmail returns an address in lower case (RFC 5322 §3.4.1). The addresses
// that nearly everyone has are recognized without the full grammar.
func parseEmail(v string) (string, bool) {
	const longest = 320 // RFC 3696 §3: 64 before the at sign, 255 after it
	if len(v) > longest {
		return "", false
	}
	if !ordinaryEmail(v) {
		a, err := mail.ParseAddress(v)
		if err != nil || a.Address != v || hasControl(v) || strings.ContainsFunc(v, unicode.IsSpace) {
			return "", false
		}
	}
	return strings.ToLower(v), true
}

func ordinaryEmail(v string) bool {
	local, domain, ok := strings.Cut(v, "@")
	return ok && dotted(local, "_-+'") && dotted(domain, "-")
}

// dotted reports whether s is labels of letters, digits and extra characters
// with single dots between them.
func dotted(s, extra string) bool {
	before := byte('.')
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.' && before != '.':
		case strings.IndexByte(extra, c) >= 0 && c != '.':
		default:
			return false
		}
		before = c
	}
	return before != '.'
}

// isE164 reports whether v is a plus sign and 2 to 15 digits, not beginning
// with 0 (ITU-T E.164).
func isE164(v string) bool {
	if len(v) < len("+12") || len(v) > len("+123456789012345") || v[0] != '+' || v[1] == '0' {
		return false
	}
	return digits(v[1:])
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// parseDate reads 2026-08-15, 20260815, and the day of an ISO 8601 date and
// time as it is written there.
func parseDate(v string) (roster.Date, bool) {
	if len(v) == len("20260815") && digits(v) {
		v = v[:4] + "-" + v[4:6] + "-" + v[6:]
	}
	if len(v) > len("2026-08-15") {
		if !isTimestamp(v) {
			return 0, false
		}
		v = v[:len("2026-08-15")]
	}
	date, err := roster.ParseDate(v)
	return date, err == nil
}

func isTimestamp(v string) bool {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		if _, err := time.Parse(layout, v); err == nil {
			return true
		}
	}
	return false
}

// dateHint recognizes other forms of a date. The form names the cause: a column
// in that form is one problem, however many rows have it.
func dateHint(v string) (form, hint string) {
	const write = "Write year, month and day with hyphens, for example 2026-08-15."
	for _, f := range []struct{ layout, name string }{
		{"1/2/2006", "MM/DD/YYYY"}, {"2/1/2006", "DD/MM/YYYY"}, {"1/2/06", "MM/DD/YY"}, {"2/1/06", "DD/MM/YY"},
		{"2.1.2006", "DD.MM.YYYY"}, {"2.1.06", "DD.MM.YY"}, {"2-1-2006", "DD-MM-YYYY"}, {"1-2-2006", "MM-DD-YYYY"},
		{"2006/1/2", "YYYY/MM/DD"}, {"2006.1.2", "YYYY.MM.DD"}, {"2006-1-2", "YYYY-M-D"},
		{"Jan 2, 2006", "month in words"}, {"2 Jan 2006", "month in words"}, {"2-Jan-06", "month in words"},
	} {
		if _, err := time.Parse(f.layout, v); err == nil {
			return f.name, "The dates seem to be in the form " + f.name + ". " + write
		}
	}
	if len(v) == len("46249") && digits(v) {
		return "number", "It seems to be the number that a spreadsheet uses for a day: format the column as a date. " + write
	}
	if len(v) == len("2026-02-30") && strings.Count(v, "-") == 2 {
		return "", "The calendar has no such day. " + write
	}
	return "", write
}

func parseYear(v string) (int, bool) {
	if len(v) != len("2027") || !digits(v) {
		return 0, false
	}
	year := 0
	for i := range len(v) {
		year = year*10 + int(v[i]-'0')
	}
	return year, year >= 1900 && year <= 2200
}

// shorten cuts a value to a length that can be shown.
func shorten(v string) string {
	const most = 80
	if len(v) <= most {
		return v
	}
	cut := most
	for cut > 0 && v[cut]&0xc0 == 0x80 {
		cut--
	}
	return v[:cut] + "…"
}

// closest returns the one code that is nearest to a value, if one is near.
func closest(v string, codes []string) (string, bool) {
	best, at := "", 3
	for _, code := range codes {
		if d := vocab.Distance(v, code); d < at && d < len(code)/2 {
			best, at = code, d
		}
	}
	return best, best != ""
}
