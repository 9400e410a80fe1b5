package graph

import (
	"slices"
	"strings"
	"unicode"

	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

// phraseOf is a phrase of $search, "property:text".
type phraseOf struct{ property, text string }

// searched translates $search. What is searched for begins a word of a displayName
// or a description, and otherwise the value. Of a user it may begin the given name
// or the surname instead of the displayName, all of which there are indexes of.
func (g *surface) searched(r *odata.Request, t *odata.Type) (hosted.Filter, error) {
	if r.Options.Search == nil {
		return nil, nil //nolint:nilnil // which is no condition
	}
	phrases, err := phrasesOf(r, t)
	if err != nil {
		return nil, err
	}
	if f, ok := searchedByIndex(r.Options.Search, phrases, t); ok {
		return f, nil
	}
	show := g.whole(t)
	return hosted.Test{Holds: func(object any) bool {
		o := show(object)
		return odata.Finds(r.Options.Search, func(p odata.Phrase) bool { return phrases[p].foundIn(o) })
	}}, nil
}

// phrasesOf returns the phrases of $search, whose properties are there.
func phrasesOf(r *odata.Request, t *odata.Type) (map[odata.Phrase]phraseOf, error) {
	all := map[odata.Phrase]phraseOf{}
	for _, p := range odata.Phrases(r.Options.Search) {
		property, text, ok := strings.Cut(string(p), ":")
		if text = strings.TrimSpace(text); !ok || text == "" {
			return nil, unsupportedOption("$search", `on the directory other than as "displayName:text"`)
		}
		call, err := r.Model().Compile(odata.Call{Function: "startswith", Property: strings.TrimSpace(property), Argument: text}, t)
		if err != nil {
			return nil, odata.BadRequest(odata.InnerInvalidQuery, "$search", "Invalid $search: '%s' is not a property of '%s' that has text.", property, t.Name)
		}
		if call, ok := call.(odata.Call); ok {
			all[p] = phraseOf{call.Property, text}
		}
	}
	return all, nil
}

// searchedBy returns the properties that $search looks into.
func searchedBy(r *odata.Request, t *odata.Type) ([]string, error) {
	phrases, err := phrasesOf(r, t)
	var properties []string
	for _, p := range phrases {
		properties = append(properties, p.property)
	}
	return properties, err
}

// searchedByIndex returns a search as a condition that the directory compares, where
// it can.
func searchedByIndex(s odata.Search, phrases map[odata.Phrase]phraseOf, t *odata.Type) (hosted.Filter, bool) {
	switch s := s.(type) {
	case odata.Phrase:
		return phrases[s].indexed(t)
	case odata.SearchAnd:
		left, ok := searchedByIndex(s.Left, phrases, t)
		right, also := searchedByIndex(s.Right, phrases, t)
		return hosted.And{Left: left, Right: right}, ok && also
	case odata.SearchOr:
		left, ok := searchedByIndex(s.Left, phrases, t)
		right, also := searchedByIndex(s.Right, phrases, t)
		return hosted.Or{Left: left, Right: right}, ok && also
	case odata.SearchNot:
		inner, ok := searchedByIndex(s.Inner, phrases, t)
		return hosted.Not{Inner: inner}, ok
	}
	return nil, false
}

func (p phraseOf) indexed(t *odata.Type) (hosted.Filter, bool) {
	starts := func(name string) hosted.Filter { return hosted.StartsWith{Property: name, Prefix: p.text} }
	users := t.Name == typeUser || t.Name == typeEducationUser
	switch {
	case users && p.property == "displayName":
		return hosted.Or{Left: starts("displayName"), Right: hosted.Or{Left: starts("surname"), Right: starts("givenName")}}, true
	case !p.byWord() && slices.Contains(comparedBy(t), p.property) && p.property != propertyExternalID:
		return starts(p.property), true
	}
	return nil, false
}

// byWord reports whether words are looked for rather than the whole value.
func (p phraseOf) byWord() bool { return p.property == "displayName" || p.property == "description" }

// foundIn reports whether an object has the phrase.
func (p phraseOf) foundIn(o *odata.Object) bool {
	text := strings.ToLower(p.text)
	value := strings.ToLower(o.Get(p.property).Text())
	if !p.byWord() {
		return strings.HasPrefix(value, text)
	}
	word := true // begins here
	for i, c := range value {
		if word && strings.HasPrefix(value[i:], text) {
			return true
		}
		word = !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}
	return false
}
