package sds

import (
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
)

const (
	maxID   = 255  // bytes of an identifier
	maxText = 4096 // bytes of a text
)

// id returns an identifier (SDS: Unique ID, compared with case).
func (r *row) id(column int) string {
	v := r.value(column)
	if len(v) > maxID {
		r.tooLong(column, len(v), maxID)
		return ""
	}
	return v
}

func (r *row) text(column int) string {
	v := r.value(column)
	if len(v) > maxText {
		r.tooLong(column, len(v), maxText)
		return ""
	}
	return v
}

func (r *row) tooLong(column, got, most int) {
	r.wrong(column, "", func() (string, string) {
		return fmt.Sprintf("%s is %d bytes long; at most %d are allowed", r.header(column), got, most),
			"Check that the column holds what its header says and that no quotation mark is missing."
	})
}

// ids returns a list of identifiers.
func (r *row) ids(column int) []string {
	var ids []string
	for item := range listItems(r.value(column)) {
		if len(item) > maxID {
			r.tooLong(column, len(item), maxID)
		} else if !slices.Contains(ids, item) {
			ids = append(ids, item)
		}
	}
	return ids
}

// code returns a code in the spelling of its list.
func (r *row) code(column int, list string) string {
	v := r.value(column)
	last := &r.last[column]
	if v == "" || v == last.value {
		if v == "" {
			return ""
		}
		return last.code
	}
	code, ok := r.table.lists.Canonical(list, v)
	if !ok {
		r.unknownCode(column, list, v)
		return ""
	}
	*last = lastCode{value: v, code: code}
	return code
}

// codes returns a list of codes, which is not to be changed: rows with the same
// value share it.
func (r *row) codes(column int, list string) []string {
	v := r.value(column)
	if v == "" {
		return nil
	}
	if codes, ok := r.sound[column][v]; ok {
		return codes
	}
	var codes []string
	sound := true
	for item := range listItems(v) {
		code, ok := r.table.lists.Canonical(list, item)
		if !ok {
			r.unknownCode(column, list, item)
			sound = false
		} else if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if sound {
		r.remember(column, v, codes)
	}
	return codes
}

// mostRemembered bounds how many lists of codes are remembered for a column.
const mostRemembered = 1000

// remember keeps the codes of a value in which there is nothing to find.
func (r *row) remember(column int, v string, codes []string) {
	if r.sound[column] == nil {
		r.sound[column] = map[string][]string{}
	}
	if len(r.sound[column]) < mostRemembered {
		r.sound[column][strings.Clone(v)] = codes // not with the memory of its row
	}
}

func (r *row) unknownCode(column int, list, v string) {
	required := r.table.file.columns[column].fells()
	r.problem(feed.RuleCodeUnknown, column, shorten(strings.ToLower(v)), required, func() (string, string) {
		return fmt.Sprintf("%s %q is not in the list %s", r.header(column), shorten(v), list),
			codeHint(v, r.table.lists.Codes(list))
	})
}

// codeHint names the code that was probably meant, and what there is.
func codeHint(v string, codes []string) string {
	hint := "Use one of: " + strings.Join(codes, ", ") + "."
	if code, ok := closest(v, codes); ok {
		return fmt.Sprintf("Is %s meant? %s", code, hint)
	}
	return hint
}

// email returns an address in lower case.
func (r *row) email(column int) string {
	v := r.value(column)
	if v == "" {
		return ""
	}
	email, ok := parseEmail(v)
	if !ok {
		r.wrong(column, "", func() (string, string) {
			return fmt.Sprintf("%s %q is not an e-mail address", r.header(column), shorten(v)),
				"It must look like name@example.org: one address, without a name around it."
		})
	}
	return email
}

// phone returns a number in the form of E.164.
func (r *row) phone(column int) string {
	v := r.value(column)
	if v == "" || isE164(v) {
		return v
	}
	r.wrong(column, "", func() (string, string) {
		return fmt.Sprintf("%s %q is not a phone number in international form", r.header(column), shorten(v)),
			"Write a plus sign, the country code and digits only: +15551234567."
	})
	return ""
}

func (r *row) boolean(column int) roster.Tristate {
	v := r.value(column)
	switch {
	case v == "":
		return roster.Unset
	case isOneOf(v, "true", "1", "yes", "y", "t"):
		return roster.True
	case isOneOf(v, "false", "0", "no", "n", "f"):
		return roster.False
	}
	r.wrong(column, shorten(strings.ToLower(v)), func() (string, string) {
		return fmt.Sprintf("%s %q is neither true nor false", r.header(column), shorten(v)),
			"Write true or false."
	})
	return roster.Unset
}

// isOneOf reports whether a value is one of several words, in any case.
func isOneOf(v string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(v, word) })
}

func (r *row) date(column int) roster.Date {
	v := r.value(column)
	if v == "" {
		return 0
	}
	date, ok := parseDate(v)
	if !ok {
		form, hint := dateHint(v)
		r.wrong(column, form, func() (string, string) {
			return fmt.Sprintf("%s %q is not a date of the form YYYY-MM-DD", r.header(column), shorten(v)), hint
		})
	}
	return date
}

// year returns a school year, named by the year in which it ends.
func (r *row) year(column int) int {
	v := r.value(column)
	if v == "" {
		return 0
	}
	year, ok := parseYear(v)
	if !ok {
		r.wrong(column, shorten(strings.ToLower(v)), func() (string, string) {
			return fmt.Sprintf("%s %q is not a year of the form YYYY", r.header(column), shorten(v)),
				"Write the year in which the school year ends: 2027 for 2026-2027."
		})
	}
	return year
}

// nameless warns of a person without a name, where the file has names.
func (r *row) nameless(p roster.Person) {
	const family, given = 2, 3
	column := given
	if p.FamilyName == "" {
		column = family
	}
	if p.FamilyName != "" && p.GivenName != "" || r.table.index[column] < 0 {
		return
	}
	r.problem(feed.RuleValueRequired, column, "", false, func() (string, string) {
		return fmt.Sprintf("%s is empty", r.header(column)), "Fill it in where the data comes from: an account that is made without it is shown without it."
	})
}

// reversed notes where a period ends before it begins.
func (r *row) reversed(start, end int, from, to roster.Date) {
	if from == 0 || to == 0 || from <= to {
		return
	}
	required := r.table.file.columns[end].fells()
	r.problem(feed.RulePeriodReversed, end, "", required, func() (string, string) {
		return fmt.Sprintf("%s %s is before %s %s", r.header(end), to, r.header(start), from),
			"Correct one of the two dates; perhaps they were swapped."
	})
}
