package roster

import (
	"fmt"
	"time"
)

// Date is a day of the calendar without a time zone, as year·10000 +
// month·100 + day, so that dates compare as numbers. The zero Date is "none".
type Date int32

// NewDate returns the day, or an error where the calendar has no such day.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || t.Month() != month || t.Day() != day || year < 1 || year > 9999 {
		return 0, fmt.Errorf("%04d-%02d-%02d is not a day of the calendar", year, month, day)
	}
	return Date(year*10000 + int(month)*100 + day), nil
}

// DateOf returns the day that t falls on in a time zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date(y*10000 + int(m)*100 + d)
}

// ParseDate reads a day in the form 2026-11-23 (ISO 8601).
func ParseDate(s string) (Date, error) {
	if len(s) != len("2026-11-23") || s[4] != '-' || s[7] != '-' {
		return 0, fmt.Errorf("%q is not a date of the form YYYY-MM-DD", s)
	}
	var n [3]int
	for i, part := range [3]string{s[:4], s[5:7], s[8:]} {
		for _, c := range []byte(part) {
			if c < '0' || c > '9' {
				return 0, fmt.Errorf("%q is not a date of the form YYYY-MM-DD", s)
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	return NewDate(n[0], time.Month(n[1]), n[2])
}

// String returns the day in the form 2026-11-23, and "" for no day.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return string(d.append(make([]byte, 0, len("2026-11-23"))))
}

// append appends the day as String has it: feeds hold millions of days.
func (d Date) append(buf []byte) []byte {
	digit := func(n Date) byte { return byte('0' + n%10) }
	return append(buf,
		digit(d/10000000), digit(d/1000000), digit(d/100000), digit(d/10000), '-',
		digit(d/1000), digit(d/100), '-',
		digit(d/10), digit(d))
}

// Add returns the day so many days later, or before where that is below 0. No day stays
// none.
func (d Date) Add(days int) Date {
	if d == 0 || days == 0 {
		return d
	}
	t := time.Date(int(d/10000), time.Month(d/100%100), int(d%100)+days, 0, 0, 0, 0, time.UTC)
	return DateOf(t, time.UTC)
}

// Within reports whether d lies between start and end, both included. An
// absent bound does not bound.
func (d Date) Within(start, end Date) bool {
	return (start == 0 || start <= d) && (end == 0 || d <= end)
}
