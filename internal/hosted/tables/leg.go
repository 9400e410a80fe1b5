package tables

import (
	"slices"

	"rollbook/internal/hosted"
)

// leg is a part of a list that one index answers in its order. A condition
// becomes several where it says "or": they are read one after the other, and
// each leaves out what those before it showed. So a page costs what it shows,
// whatever the condition, as far as it compares by an index at all.
type leg struct {
	column     string          // that leads; "" for num
	values     []hosted.Filter // equal to each of these in turn …
	from, to   string          // … or from here on, up to there; "" for no end
	descending bool
	where      hosted.Filter
	exact      bool // where says no more than what leads
}

// maxLegs bounds what becomes of a condition.
const maxLegs = 16

// legs returns the legs of a condition.
func legs(f hosted.Filter, properties map[string]property) []leg {
	all, ok := alternatives(f)
	if !ok {
		return []leg{{where: f}}
	}
	var made []leg
	var shown hosted.Filter
	for _, terms := range all {
		l := leading(terms, properties)
		for _, term := range terms {
			l.where = conjunction(l.where, term)
		}
		l.exact = shown == nil && len(terms) <= 1 && (l.column != "" || l.where == nil)
		own := l.where
		if shown != nil {
			l.where = conjunction(l.where, hosted.Not{Inner: shown})
			shown = hosted.Or{Left: shown, Right: own}
		} else {
			shown = own
		}
		made = append(made, l)
	}
	return made
}

func conjunction(a, b hosted.Filter) hosted.Filter {
	if a == nil {
		return b
	}
	return hosted.And{Left: a, Right: b}
}

// alternatives returns a condition as alternatives of terms that all have to
// hold; false where there are too many.
func alternatives(f hosted.Filter) ([][]hosted.Filter, bool) {
	switch f := f.(type) {
	case nil:
		return [][]hosted.Filter{nil}, true
	case hosted.Or:
		left, ok := alternatives(f.Left)
		right, also := alternatives(f.Right)
		return append(left, right...), ok && also && len(left)+len(right) <= maxLegs
	case hosted.And:
		left, ok := alternatives(f.Left)
		right, also := alternatives(f.Right)
		if !ok || !also || len(left)*len(right) > maxLegs {
			return nil, false
		}
		var all [][]hosted.Filter
		for _, a := range left {
			for _, b := range right {
				all = append(all, slices.Concat(a, b))
			}
		}
		return all, true
	}
	return [][]hosted.Filter{{f}}, true
}

// leading returns a leg that is led by the term that leaves least.
func leading(terms []hosted.Filter, properties map[string]property) leg {
	best, rank := leg{}, 0
	for _, term := range terms {
		if l, r := lead(term, properties); r > rank {
			best, rank = l, r
		}
	}
	return best
}

// lead returns a leg that is led by a term, and how little it leaves: 0 for a
// term that cannot lead.
func lead(term hosted.Filter, properties map[string]property) (leg, int) {
	switch term := term.(type) {
	case hosted.Equal:
		p := properties[term.Property]
		switch {
		case !p.indexed():
		case p.boolean && term.Value == nil:
		case p.boolean:
			return leg{column: p.column, values: []hosted.Filter{term}}, 2
		case p.exactly || term.Property == hosted.PropertyUserPrincipalName:
			return leg{column: p.column, values: []hosted.Filter{term}}, 5
		default:
			return leg{column: p.column, values: []hosted.Filter{term}}, 4
		}
	case hosted.In:
		if p := properties[term.Property]; p.indexed() && len(term.Values) > 0 {
			l := leg{column: p.column}
			for _, value := range distinctFolded(term.Values, p) {
				l.values = append(l.values, hosted.Equal{Property: term.Property, Value: &value})
			}
			return l, 4
		}
	case hosted.StartsWith:
		if p := properties[term.Property]; p.indexed() && !p.boolean && !p.exactly && term.Prefix != "" {
			prefix := fold(term.Prefix)
			after, _ := successor(prefix)
			return leg{column: p.column, from: prefix, to: after}, 3
		}
	case hosted.Not:
		return leadNot(term, properties)
	}
	return leg{}, 0
}

// leadNot is lead for what is there, and for the other one of two.
func leadNot(term hosted.Not, properties map[string]property) (leg, int) {
	equal, ok := term.Inner.(hosted.Equal)
	p := properties[equal.Property]
	switch {
	case !ok || !p.indexed():
	case p.boolean && equal.Value != nil && (*equal.Value == "true" || *equal.Value == "false"):
		other := "true"
		if *equal.Value == "true" {
			other = "false"
		}
		return leg{column: p.column, values: []hosted.Filter{hosted.Equal{Property: equal.Property, Value: &other}}}, 2
	case !p.boolean && !p.exactly && (equal.Value == nil || *equal.Value == ""):
		return leg{column: p.column, from: "\x01"}, 1
	}
	return leg{}, 0
}

func (p property) indexed() bool { return p.column != "" && p.column != classColumn }

// distinctFolded returns the values as they are compared, each once.
func distinctFolded(values []string, p property) []string {
	all := slices.Clone(values)
	if !p.exactly && !p.boolean {
		for i := range all {
			all[i] = fold(all[i])
		}
	}
	return distinct(all)
}
