package odata

import "strings"

// Any holds when the condition does for an item of the collection; without one,
// when there is an item. Its paths begin at the item: "" is the item itself.
// "all" comes as Not of an Any of Not.
type Any struct {
	Property string
	Inner    Expr // nil for none
}

// quantified splits the path of a collection from the "any" or "all" at its end.
func quantified(path string) (collection, quantifier string, ok bool) {
	at := strings.LastIndexByte(path, '/')
	if at <= 0 {
		return "", "", false
	}
	quantifier = strings.ToLower(path[at+1:])
	return path[:at], quantifier, quantifier == "any" || quantifier == "all"
}

// quantifier reads what stands in the parentheses behind "any" or "all": a
// variable, a colon and a condition on the variable (OData 4.01 URL Conventions
// section 5.1.1.13).
func (p *parser) quantifier(collection, quantifier string) (Expr, error) {
	if len(p.items) > 0 {
		return nil, filterError(p.token.offset, "%s within any or all is not supported", quantifier)
	}
	variable, named := p.lexer.variable()
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !named {
		if quantifier == "all" {
			return nil, filterError(p.token.offset, "all needs a condition, such as c:c eq 'value'")
		}
		return Any{Property: collection}, p.expect(tokenClose, "a condition, such as c:c eq 'value', or a closing parenthesis")
	}
	p.items = append(p.items, variable)
	inner, err := p.or()
	p.items = p.items[:len(p.items)-1]
	if err != nil {
		return nil, err
	}
	if quantifier == "all" {
		return Not{Any{collection, Not{inner}}}, p.expect(tokenClose, "a closing parenthesis")
	}
	return Any{collection, inner}, p.expect(tokenClose, "a closing parenthesis")
}

// path returns the path of a property: within any or all, from the item on.
func (p *parser) path(property token) (string, error) {
	if len(p.items) == 0 {
		return property.text, nil
	}
	variable, rest, _ := strings.Cut(property.text, "/")
	if variable != p.items[len(p.items)-1] {
		return "", filterError(property.offset, "a condition within any or all is on '%s'", p.items[len(p.items)-1])
	}
	return rest, nil
}

// variable reads a name and the colon behind it, and nothing where there is none.
func (l *lexer) variable() (string, bool) {
	name, rest, ok := strings.Cut(l.text[l.at:], ":")
	trimmed := strings.Trim(name, " \t")
	if !ok || !isName(trimmed) || strings.ContainsAny(trimmed, "/.@$") {
		return "", false
	}
	l.at = len(l.text) - len(rest)
	return trimmed, true
}

// compileAny checks the condition against the items of the collection.
func (m *Model) compileAny(e Any, in scope) (Expr, error) {
	if in.item != nil {
		return nil, notComparable("$filter", e.Property, in.typ)
	}
	p, path, err := m.collectionAt(in.typ, e.Property)
	if err != nil || e.Inner == nil || p.Refused != "" { // of which nobody has any
		return Any{Property: path}, err
	}
	inner, err := m.compile(e.Inner, scope{typ: p.structure, item: p})
	return Any{path, inner}, err
}

// collectionAt finds a collection of values by its path. Derived types are
// searched too.
func (m *Model) collectionAt(t *Type, path string) (*Property, string, error) {
	name, rest, nested := strings.Cut(path, "/")
	for _, candidate := range m.family(t) {
		p := candidate.any(name)
		switch {
		case p == nil || p.Navigation || p.Rule&(WriteOnly|Sealed) != 0 || p.Type == untyped && p.Refused == "":
			continue
		case !nested && p.Collection:
			return p, p.Name, nil
		case !nested || p.Collection || p.structure == nil:
			continue
		}
		if inner, innerPath, err := m.collectionAt(p.structure, rest); err == nil {
			return inner, p.Name + "/" + innerPath, nil
		}
	}
	return nil, "", BadRequest(InnerInvalidQuery, "$filter", "Invalid $filter: '%s' is not a collection of '%s' that any or all can look into.", path, t.Name)
}

// answers reports whether a condition can be about the property: also about a plain
// one that nobody can give a value, and which therefore has none. Of those whose
// values say their type themselves it can where somebody can give them one.
func (p *Property) answers() bool {
	if p.Type == untyped {
		return p.Refused == "" && p.Rule&ServerSet == 0
	}
	return p.Refused == "" || strings.HasPrefix(p.Type, "Edm.")
}

// holds reports whether the condition does for an item of the collection.
func (e Any) holds(collection Value) bool {
	for _, item := range collection.list {
		if e.Inner == nil || holds(e.Inner, item.at) {
			return true
		}
	}
	return false
}

// at returns the value at the end of a path that begins at an item.
func (v Value) at(path string) Value {
	switch {
	case path == "":
		return v
	case v.object == nil:
		return Null()
	}
	return v.object.at(path)
}
