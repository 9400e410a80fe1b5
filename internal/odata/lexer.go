package odata

import (
	"fmt"
	"strconv"
	"strings"
)

// tokenKind says what a token of a condition is.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenLiteral
	tokenOpen
	tokenClose
	tokenComma
)

type token struct {
	kind   tokenKind
	offset int
	text   string // of a name
	value  Value  // of a literal
}

// lexer splits a condition into tokens.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() (token, error) {
	for l.at < len(l.text) && (l.text[l.at] == ' ' || l.text[l.at] == '\t') {
		l.at++
	}
	if l.at == len(l.text) {
		return token{kind: tokenEnd, offset: l.at}, nil
	}
	t := token{offset: l.at}
	switch c := l.text[l.at]; c {
	case '(', ')', ',':
		l.at++
		t.kind = map[byte]tokenKind{'(': tokenOpen, ')': tokenClose, ',': tokenComma}[c]
		return t, nil
	case '\'':
		return l.quoted(t)
	}
	return l.word(t)
}

// quoted reads a string; a doubled quote in it stands for one.
func (l *lexer) quoted(t token) (token, error) {
	var b strings.Builder
	for i := l.at + 1; i < len(l.text); i++ {
		if l.text[i] != '\'' {
			b.WriteByte(l.text[i])
			continue
		}
		if i+1 < len(l.text) && l.text[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		l.at = i + 1
		t.kind, t.value = tokenLiteral, Text(b.String())
		return t, nil
	}
	return t, filterError(t.offset, "a string that begins here has no closing quote")
}

func (l *lexer) word(t token) (token, error) {
	end := l.at
	for end < len(l.text) && !strings.ContainsRune(" \t(),'", rune(l.text[end])) {
		end++
	}
	word := l.text[l.at:end]
	l.at = end
	if v, ok := bareLiteral(word); ok {
		t.kind, t.value = tokenLiteral, v
		return t, nil
	}
	if !isName(word) {
		return t, filterError(t.offset, "'%s' is neither a name nor a value; strings stand in single quotes", word)
	}
	t.kind, t.text = tokenName, word
	return t, nil
}

// bareLiteral reads a value that stands without quotes.
func bareLiteral(word string) (Value, bool) {
	switch strings.ToLower(word) {
	case "null":
		return Null(), true
	case "true", "false":
		return Bool(strings.EqualFold(word, "true")), true
	}
	c := word[0]
	if c != '-' && (c < '0' || c > '9') && !isGUID(word) {
		return Value{}, false
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		return Int(n), true
	}
	if isGUID(word) {
		return Text(strings.ToLower(word)), true
	}
	if !strings.Contains(word, "T") {
		if day, ok := parseDate(word); ok {
			return Date(day), true
		}
	}
	if t, ok := parseTime(word); ok {
		return Time(t), true
	}
	f, err := strconv.ParseFloat(word, 64)
	return float(f), err == nil
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return true
}

// isName reports whether a word can be the path of a property: displayName, year/code.
func isName(word string) bool {
	for i, c := range []byte(word) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		inner := c >= '0' && c <= '9' || c == '/' || c == '.' || c == '@' || c == '$'
		if !letter && (i == 0 || !inner) {
			return false
		}
	}
	return word != ""
}

func filterError(offset int, format string, args ...any) error {
	return BadRequest(InnerInvalidQuery, "$filter", "Invalid $filter at character %d: %s.", offset+1, fmt.Sprintf(format, args...))
}
