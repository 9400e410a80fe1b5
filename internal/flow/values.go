package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rollbook/internal/vocab"
)

// maxName is the longest display name and vendor, in characters (industryData:
// sourceSystemDefinition and others, displayName).
const maxName = 100

func requireName(name string) error {
	if strings.TrimSpace(name) == "" {
		return invalid("displayName", "displayName is required")
	}
	return nil
}

func checkName(name string) error {
	if err := requireName(name); err != nil {
		return err
	}
	return checkLength("displayName", name)
}

func checkLength(target, value string) error {
	if n := utf8.RuneCountInString(value); n > maxName {
		return invalid(target, "%s has %d characters, and may have %d", target, n, maxName)
	}
	return nil
}

// canonical brings a code into the spelling of its list.
func canonical(lists *vocab.Lists, listType, target string, value *ReferenceValue) error {
	if value.Code == "" {
		return invalid(target+"/code", "%s needs a code of %s: %s", target, listType, listed(lists.Codes(listType)))
	}
	code, ok := lists.Canonical(listType, value.Code)
	if !ok {
		return invalid(target+"/code", "%q is not a code of %s%s", value.Code, listType, suggest(value.Code, lists.Codes(listType)))
	}
	value.Code = code
	return nil
}

// canonicalAll brings a collection of codes into the spelling of their list. It
// replaces the collection, which may be the caller's.
func canonicalAll(lists *vocab.Lists, listType, target string, values *[]ReferenceValue) error {
	*values = slices.Clone(*values)
	for i := range *values {
		value := &(*values)[i]
		code, ok := lists.Canonical(listType, value.Code)
		if !ok {
			return canonical(lists, listType, fmt.Sprintf("%s/%d", target, i), value)
		}
		value.Code = code
	}
	return nil
}

// choose brings a value into the spelling of one of the allowed ones.
func choose(target string, value *string, allowed ...string) error {
	i := slices.IndexFunc(allowed, func(a string) bool { return strings.EqualFold(a, *value) })
	if i >= 0 {
		*value = allowed[i]
		return nil
	}
	return invalid(target, "%q is not allowed for %s%s", *value, target, suggest(*value, allowed))
}

// chooseAll does so for a collection, which it replaces.
func chooseAll(target string, values *[]string, allowed ...string) error {
	*values = slices.Clone(*values)
	for i := range *values {
		if err := choose(target, &(*values)[i], allowed...); err != nil {
			return choose(fmt.Sprintf("%s/%d", target, i), &(*values)[i], allowed...)
		}
	}
	return nil
}

func checkRoleGroup(target string, id *string) error {
	return choose(target, id, vocab.Staff, vocab.Students)
}

// parseDate checks that a value is a date, YYYY-MM-DD.
func parseDate(target, value string) error {
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		return invalid(target, "%s is %q, and must be a date as in 2026-09-01", target, value)
	}
	return nil
}

// suggest says what would do: the codes that are nearly spelled like the value,
// and all of them.
func suggest(value string, codes []string) string {
	near := slices.DeleteFunc(slices.Clone(codes), func(code string) bool {
		return vocab.Distance(value, code) > 2
	})
	switch {
	case len(near) == 0 || len(near) > few:
		return "; it may be " + listed(codes)
	case len(near) == len(codes):
		return "; did you mean " + quoted(near) + "?"
	}
	return "; did you mean " + quoted(near) + "? It may be " + listed(codes)
}

// few is how many codes stand in quotes, with "or" between them.
const few = 8

// listed names all codes of a list, which is one that only the system adds to.
func listed(codes []string) string {
	if len(codes) <= few {
		return quoted(codes)
	}
	return strings.Join(codes, ", ")
}

func quoted(values []string) string {
	q := make([]string, len(values))
	for i, v := range values {
		q[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(q, " or ")
}
