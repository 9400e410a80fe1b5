package odata

import (
	"slices"
	"strings"
	"unicode"
)

// Search is what $search looks for: one of Phrase, SearchAnd, SearchOr, SearchNot
// (OData 4.01 URL Conventions section 5.1.8).
type Search interface{ search() }

// Phrase is a text that is looked for. What it is looked for in is for the
// collection to say.
type Phrase string

// SearchAnd finds what both sides find.
type SearchAnd struct{ Left, Right Search }

// SearchOr finds what a side finds.
type SearchOr struct{ Left, Right Search }

// SearchNot finds what the inner search does not.
type SearchNot struct{ Inner Search }

func (Phrase) search()    {}
func (SearchAnd) search() {}
func (SearchOr) search()  {}
func (SearchNot) search() {}

// The bounds of a search.
const (
	maxSearchTerms = 20
	maxSearchDepth = 10
)

// searchParser reads a search by recursive descent: or, and, not, term.
type searchParser struct {
	words []searchWord
	depth int
}

// searchWord is a phrase, an operator or a parenthesis.
type searchWord struct {
	text   string
	phrase bool
	bare   bool // it is a phrase that stands without quotes
}

// parseSearch reads the text of a $search; an empty one is no search. Words
// outside of quotes that follow each other are one phrase.
func parseSearch(value string) (Search, error) {
	p := &searchParser{words: searchWords(value)}
	if len(p.words) == 0 {
		return nil, nil //nolint:nilnil // which is no search
	}
	if len(p.words) > 4*maxSearchTerms {
		return nil, searchError("it has more than %d phrases", maxSearchTerms)
	}
	found, err := p.or()
	if err == nil && len(p.words) > 0 {
		err = searchError("'%s' is not expected there", p.words[0].text)
	}
	return found, err
}

func searchWords(value string) []searchWord {
	var words []searchWord
	for value = strings.TrimSpace(value); value != ""; value = strings.TrimSpace(value) {
		switch value[0] {
		case '"':
			text, rest := quotedPhrase(value[1:])
			if value = rest; text != "" {
				words = append(words, searchWord{text: text, phrase: true})
			}
		case '(', ')':
			words, value = append(words, searchWord{text: value[:1]}), value[1:]
		default:
			end := strings.IndexFunc(value, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(`()"`, c) })
			if end < 0 {
				end = len(value)
			}
			words, value = addBareWord(words, value[:end]), value[end:]
		}
	}
	return words
}

// quotedPhrase returns what stands before the closing quote, and what behind.
func quotedPhrase(text string) (phrase, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case text[i] == '"':
			return b.String(), text[i+1:]
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), ""
}

// addBareWord adds a word that stands without quotes to the phrase before it.
func addBareWord(words []searchWord, word string) []searchWord {
	if slices.Contains([]string{"AND", "OR", "NOT"}, word) {
		return append(words, searchWord{text: word})
	}
	if last := len(words) - 1; last >= 0 && words[last].bare {
		words[last].text += " " + word
		return words
	}
	return append(words, searchWord{text: word, phrase: true, bare: true})
}

// operator reports whether the operator or parenthesis comes next, and steps over it.
func (p *searchParser) operator(text string) bool {
	if len(p.words) == 0 || p.words[0].phrase || p.words[0].text != text {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *searchParser) or() (Search, error) {
	left, err := p.and()
	for err == nil && p.operator("OR") {
		var right Search
		right, err = p.and()
		left = SearchOr{left, right}
	}
	return left, err
}

func (p *searchParser) and() (Search, error) {
	left, err := p.not()
	for err == nil && (p.operator("AND") || len(p.words) > 0 && (p.words[0].phrase || p.words[0].text == "NOT" || p.words[0].text == "(")) {
		var right Search
		right, err = p.not()
		left = SearchAnd{left, right}
	}
	return left, err
}

func (p *searchParser) not() (Search, error) {
	if p.depth++; p.depth > maxSearchDepth {
		return nil, searchError("it is nested more than %d levels deep", maxSearchDepth)
	}
	defer func() { p.depth-- }()
	if p.operator("NOT") {
		inner, err := p.not()
		return SearchNot{inner}, err
	}
	if p.operator("(") {
		inner, err := p.or()
		if err == nil && !p.operator(")") {
			err = searchError("a closing parenthesis is missing")
		}
		return inner, err
	}
	if len(p.words) == 0 || !p.words[0].phrase {
		return nil, searchError(`a phrase such as "text" is expected on each side of AND and OR, and behind NOT`)
	}
	phrase := Phrase(p.words[0].text)
	p.words = p.words[1:]
	return phrase, nil
}

func searchError(format string, args ...any) error {
	return BadRequest(InnerInvalidQuery, "$search", "Invalid $search: "+format+". A phrase that has AND, OR, NOT or parentheses in it stands in double quotes.", args...)
}

// Finds evaluates a search, of which each phrase is found where found says so.
func Finds(s Search, found func(Phrase) bool) bool {
	switch s := s.(type) {
	case Phrase:
		return found(s)
	case SearchAnd:
		return Finds(s.Left, found) && Finds(s.Right, found)
	case SearchOr:
		return Finds(s.Left, found) || Finds(s.Right, found)
	case SearchNot:
		return !Finds(s.Inner, found)
	}
	return false
}

// Phrases returns the phrases of a search.
func Phrases(s Search) []Phrase {
	switch s := s.(type) {
	case Phrase:
		return []Phrase{s}
	case SearchAnd:
		return append(Phrases(s.Left), Phrases(s.Right)...)
	case SearchOr:
		return append(Phrases(s.Left), Phrases(s.Right)...)
	case SearchNot:
		return Phrases(s.Inner)
	}
	return nil
}
