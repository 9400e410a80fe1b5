package odata

import (
	"net/url"
	"strings"
)

// Segment is one step of a path: a name, perhaps with a key or arguments in
// parentheses.
type Segment struct {
	Name   string // unescaped, in the letter case of the request
	Parens bool   // the name was followed by parentheses
	HasKey bool   // and there was a key in them
	Key    string
	Args   []Arg // or arguments
}

// Arg is an argument of a function: its name, and its value as it was written.
type Arg struct{ Name, Value string }

const (
	maxPath     = 4096 // bytes
	maxSegments = 24
)

// ParsePath splits an escaped path into its segments. Empty ones are passed
// over, so that a doubled or trailing slash does no harm.
func ParsePath(escaped string) ([]Segment, error) {
	if len(escaped) > maxPath {
		return nil, BadRequest(InnerInvalidFormat, "", "The path is longer than %d bytes.", maxPath)
	}
	if strings.Trim(escaped, "/") == "" {
		return nil, nil
	}
	segments := make([]Segment, 0, 8)
	for len(escaped) > 0 {
		end := segmentEnd(escaped)
		raw := escaped[:end]
		escaped = strings.TrimPrefix(escaped[end:], "/")
		if raw == "" {
			continue
		}
		s, err := parseSegment(raw)
		if err != nil {
			return nil, err
		}
		if segments = append(segments, s); len(segments) > maxSegments {
			return nil, BadRequest(InnerInvalidFormat, "", "The path has more than %d segments.", maxSegments)
		}
	}
	return segments, nil
}

// segmentEnd returns where the first segment ends: at a slash that is not in a
// quoted key.
func segmentEnd(escaped string) int {
	quoted, parens := false, false
	for i := 0; i < len(escaped); i++ {
		switch escaped[i] {
		case '(':
			parens = true
		case '\'':
			quoted = parens && !quoted
		case '%':
			if parens && strings.HasPrefix(escaped[i:], "%27") {
				quoted = !quoted
			}
		case '/':
			if !quoted || !closesLater(escaped[i:]) {
				return i
			}
		}
	}
	return len(escaped)
}

// closesLater reports whether a quote that is open is closed at all.
func closesLater(rest string) bool {
	return strings.Contains(rest, "')") || strings.Contains(rest, "%27)")
}

func parseSegment(raw string) (Segment, error) {
	text, err := url.PathUnescape(raw)
	if err != nil {
		return Segment{}, BadRequest(InnerInvalidFormat, "", "The path segment '%s' is not properly escaped.", raw)
	}
	if !isText(text) {
		return Segment{}, BadRequest(InnerInvalidFormat, "", "The path segment '%s' is not UTF-8, or has a NUL in it.", raw)
	}
	open := strings.IndexByte(text, '(')
	if open <= 0 || !strings.HasSuffix(text, ")") {
		return Segment{Name: text}, nil
	}
	s := Segment{Name: text[:open], Parens: true}
	return s, s.parseParens(strings.TrimSpace(text[open+1 : len(text)-1]))
}

func (s *Segment) parseParens(inside string) error {
	for rest := inside; rest != ""; {
		end := argumentEnd(rest)
		name, value, named := strings.Cut(rest[:end], "=")
		if strings.HasPrefix(rest, "'") {
			named = false
		}
		if !named {
			if len(rest) != end || len(s.Args) > 0 {
				return BadRequest(InnerInvalidFormat, "", "The segment '%s' has more than one key.", s.Name)
			}
			s.HasKey = true
			s.Key = Unquote(rest)
			return nil
		}
		s.Args = append(s.Args, Arg{strings.TrimSpace(name), strings.TrimSpace(value)})
		rest = strings.TrimPrefix(rest[end:], ",")
	}
	if len(s.Args) == 1 && strings.EqualFold(s.Args[0].Name, "id") {
		s.HasKey, s.Key, s.Args = true, Unquote(s.Args[0].Value), nil
	}
	return nil
}

// argumentEnd returns where the first of several arguments ends: at a comma
// outside of quotes.
func argumentEnd(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return i
		}
	}
	return len(s)
}

// Unquote returns what stands between single quotes, with doubled quotes made
// single, and anything else as it is.
func Unquote(s string) string {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}

// canonicalKey returns a key as it is stored: GUIDs are in lower case, however
// a client writes them.
func canonicalKey(key string) string {
	if isGUID(key) {
		return strings.ToLower(key)
	}
	return key
}
