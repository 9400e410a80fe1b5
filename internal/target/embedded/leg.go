package embedded

import (
	"slices"

	"rollbook/internal/directory"
)

// leg is a part of a list that one index answers in its order. A condition
// becomes several where it says "or": they are read one after the other, and
// each leaves out what those before it showed. So a page costs what it shows,
// whatever the condition, as far as it compares by an index at all.
type leg struct {
	column     string             // that leads; "" for num
	values     []directory.Filter // equal to each of these in turn …
	from, to   string             // … or from here on, up to there; "" for no end
	descending bool
	where      directory.Filter
	exact      bool // where says no more than what leads
}

// maxLegs bounds what becomes of a condition.
const maxLegs = 16

// legs returns the legs of a condition.
func legs(f directory.Filter, properties map[string]property) []leg {
	all, ok := alternatives(f)
	if !ok {
		return []leg{{where: f}}
	}
	var made []leg
	var shown directory.Filter
	for _, terms := range all {
		l := leading(terms, properties)
		for _, term := range terms {
			l.where = conjunction(l.where, term)
		}
		l.exact = shown == nil && len(terms) <= 1 && (l.column != "" || l.where == nil)
		own := l.where
		if shown != nil {
			l.where = conjunction(l.where, directory.Not{Inner: shown})
			shown = directory.Or{Left: shown, Right: own}
		} else {
			shown = own
		}
		made = append(made, l)
	}
	return made
}

func conjunction(a, b directory.Filter) directory.Filter {
	if a == nil {
		return b
	}
	return directory.And{Left: a, Right: b}
}

// alternatives returns a condition as alternatives of terms that all have to
// hold; false where there are too many.
func alternatives(f directory.Filter) ([][]directory.Filter, bool) {
	switch f := f.(type) {
	case nil:
		return [][]directory.Filter{nil}, true
	case directory.Or:
		left, ok := alternatives(f.Left)
		right, also := alternatives(f.Right)
		return append(left, right...), ok && also && len(left)+len(right) <= maxLegs
	case directory.And:
		left, ok := alternatives(f.Left)
		right, also := alternatives(f.Right)
		if !ok || !also || len(left)*len(right) > maxLegs {
			return nil, false
		}
		var all [][]directory.Filter
		for _, a := range left {
			for _, b := range right {
				all = append(all, slices.Concat(a, b))
			}
		}
		return all, true
	}
	return [][]directory.Filter{{f}}, true
}

// leading returns a leg that is led by the term that leaves least.
func leading(terms []directory.Filter, properties map[string]property) leg {
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
func lead(term directory.Filter, properties map[string]property) (leg, int) {
	switch term := term.(type) {
	case directory.Equal:
		p := properties[term.Property]
		switch {
		case !p.indexed():
		case p.boolean && term.Value == nil:
		case p.boolean:
			return leg{column: p.column, values: []directory.Filter{term}}, 2
		case p.exactly || term.Property == directory.PropertyUserPrincipalName:
			return leg{column: p.column, values: []directory.Filter{term}}, 5
		default:
			return leg{column: p.column, values: []directory.Filter{term}}, 4
		}
	case directory.In:
		if p := properties[term.Property]; p.indexed() && len(term.Values) > 0 {
			l := leg{column: p.column}
			for _, value := range distinctFolded(term.Values, p) {
				l.values = append(l.values, directory.Equal{Property: term.Property, Value: &value})
			}
			return l, 4
		}
	case directory.StartsWith:
		if p := properties[term.Property]; p.indexed() && !p.boolean && !p.exactly && term.Prefix != "" {
			prefix := fold(term.Prefix)
			after, _ := successor(prefix)
			return leg{column: p.column, from: prefix, to: after}, 3
		}
	case directory.Not:
		return leadNot(term, properties)
	}
	return leg{}, 0
}

// leadNot is lead for what is there, and for the other one of two.
func leadNot(term directory.Not, properties map[string]property) (leg, int) {
	equal, ok := term.Inner.(directory.Equal)
	p := properties[equal.Property]
	switch {
	case !ok || !p.indexed():
	case p.boolean && equal.Value != nil && (*equal.Value == "true" || *equal.Value == "false"):
		other := "true"
		if *equal.Value == "true" {
			other = "false"
		}
		return leg{column: p.column, values: []directory.Filter{directory.Equal{Property: equal.Property, Value: &other}}}, 2
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
