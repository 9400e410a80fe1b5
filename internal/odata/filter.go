package odata

import (
	"slices"
	"strings"
)

// Expr is a condition of $filter: one of And, Or, Not, Comparison, Membership,
// Call, Any.
type Expr interface{ expr() }

// And holds when both sides hold.
type And struct{ Left, Right Expr }

// Or holds when a side holds.
type Or struct{ Left, Right Expr }

// Not holds when the inner condition does not.
type Not struct{ Inner Expr }

// Comparison compares a property with a value.
type Comparison struct {
	Property string // a path: displayName, year/code
	Op       string // eq, ne, gt, ge, lt, le
	Value    Value
}

// Membership holds when the property has one of the values.
type Membership struct {
	Property string
	Values   []Value
}

// Call holds when the function does of the property and the argument.
type Call struct {
	Function string // startswith, endswith, contains
	Property string
	Argument string
}

func (And) expr()        {}
func (Or) expr()         {}
func (Not) expr()        {}
func (Comparison) expr() {}
func (Membership) expr() {}
func (Call) expr()       {}
func (Any) expr()        {}

// The bounds of a condition.
const (
	maxFilter      = 8192 // bytes
	maxFilterDepth = 32
	maxFilterTerms = 200
)

// parser reads a condition by recursive descent: or, and, not, term.
type parser struct {
	lexer lexer
	token token
	depth int
	terms int
	items []string // the variables of the collections that it is in
}

// ParseFilter reads the text of a $filter.
func ParseFilter(text string) (Expr, error) {
	if len(text) > maxFilter {
		return nil, filterError(maxFilter, "it is longer than %d bytes", maxFilter)
	}
	p := &parser{lexer: lexer{text: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token.kind != tokenEnd {
		return nil, filterError(p.token.offset, "and, or, or the end is expected here")
	}
	return e, nil
}

func (p *parser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

// keyword reports whether the present token is the word, and steps over it.
func (p *parser) keyword(word string) (bool, error) {
	if p.token.kind != tokenName || !strings.EqualFold(p.token.text, word) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) or() (Expr, error) {
	left, err := p.and()
	for err == nil {
		var more bool
		if more, err = p.keyword("or"); err != nil || !more {
			break
		}
		var right Expr
		right, err = p.and()
		left = Or{left, right}
	}
	return left, err
}

func (p *parser) and() (Expr, error) {
	left, err := p.not()
	for err == nil {
		var more bool
		if more, err = p.keyword("and"); err != nil || !more {
			break
		}
		var right Expr
		right, err = p.not()
		left = And{left, right}
	}
	return left, err
}

func (p *parser) not() (Expr, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, filterError(p.token.offset, "it is nested more than %d levels deep", maxFilterDepth)
	}
	defer func() { p.depth-- }()
	negated, err := p.keyword("not")
	if err != nil {
		return nil, err
	}
	if !negated {
		return p.term()
	}
	inner, err := p.not()
	return Not{inner}, err
}

func (p *parser) term() (Expr, error) {
	if p.terms++; p.terms > maxFilterTerms {
		return nil, filterError(p.token.offset, "it has more than %d terms", maxFilterTerms)
	}
	switch p.token.kind {
	case tokenOpen:
		return p.group()
	case tokenName:
		name := p.token
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.token.kind == tokenOpen {
			return p.call(name)
		}
		return p.comparison(name)
	default: // no other token begins an operand
	}
	return nil, filterError(p.token.offset, "a condition such as displayName eq 'value' is expected here")
}

func (p *parser) group() (Expr, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	return inner, p.expect(tokenClose, "a closing parenthesis")
}

func (p *parser) expect(kind tokenKind, what string) error {
	if p.token.kind != kind {
		return filterError(p.token.offset, "%s is expected here", what)
	}
	return p.advance()
}

func (p *parser) literal() (Value, error) {
	v := p.token.value
	return v, p.expect(tokenLiteral, "a value, with strings in single quotes,")
}

func (p *parser) comparison(property token) (Expr, error) {
	operator := p.token
	op := strings.ToLower(operator.text)
	if operator.kind != tokenName || !slices.Contains([]string{"eq", "ne", "gt", "ge", "lt", "le", "in"}, op) {
		return nil, filterError(operator.offset, "one of eq, ne, gt, ge, lt, le, in is expected here")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	path, err := p.path(property)
	if err != nil {
		return nil, err
	}
	if op == "in" {
		return p.membership(path)
	}
	v, err := p.literal()
	return Comparison{path, op, v}, err
}

func (p *parser) membership(property string) (Expr, error) {
	if err := p.expect(tokenOpen, "an opening parenthesis"); err != nil {
		return nil, err
	}
	m := Membership{Property: property}
	for {
		v, err := p.literal()
		if err != nil {
			return nil, err
		}
		if m.Values = append(m.Values, v); len(m.Values) > maxFilterTerms {
			return nil, filterError(p.token.offset, "it has more than %d values", maxFilterTerms)
		}
		if p.token.kind != tokenComma {
			return m, p.expect(tokenClose, "a comma or a closing parenthesis")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// call reads the arguments of a function, and a comparison of its result with
// true or false, which some clients write.
func (p *parser) call(function token) (Expr, error) {
	if collection, quantifier, ok := quantified(function.text); ok {
		some, err := p.quantifier(collection, quantifier)
		if err != nil {
			return nil, err
		}
		return p.comparedCall(some)
	}
	c := Call{Function: strings.ToLower(function.text)}
	if !slices.Contains([]string{"startswith", "endswith", "contains"}, c.Function) {
		return nil, filterError(function.offset, "the function '%s' is not supported; startswith, endswith and contains are", function.text)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	property := p.token
	if err := p.expect(tokenName, "the name of a property"); err != nil {
		return nil, err
	}
	var err error
	if c.Property, err = p.path(property); err != nil {
		return nil, err
	}
	if err := p.expect(tokenComma, "a comma"); err != nil {
		return nil, err
	}
	offset := p.token.offset
	var v Value
	if v, err = p.literal(); err != nil {
		return nil, err
	}
	if v.kind != KindText {
		return nil, filterError(offset, "a string is expected here")
	}
	c.Argument = v.text
	if err := p.expect(tokenClose, "a closing parenthesis"); err != nil {
		return nil, err
	}
	return p.comparedCall(c)
}

func (p *parser) comparedCall(c Expr) (Expr, error) {
	equal, err := p.keyword("eq")
	if err != nil || !equal {
		return c, err
	}
	offset := p.token.offset
	v, err := p.literal()
	if err != nil {
		return nil, err
	}
	if v.kind != KindBool {
		return nil, filterError(offset, "true or false is expected here")
	}
	if v.Bool() {
		return c, nil
	}
	return Not{c}, nil
}
