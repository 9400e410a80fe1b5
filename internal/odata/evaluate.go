package odata

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Compile checks that a condition fits the entities of a type and of those that
// derive from it: its properties exist and can be compared with its values.
// Property names come out canonical.
func (m *Model) Compile(e Expr, t *Type) (Expr, error) { return m.compile(e, scope{typ: t}) }

// scope is what paths of a condition begin at: an entity of a type, or the items of
// a collection.
type scope struct {
	typ  *Type     // of the items, where they are structured
	item *Property // the collection; nil for an entity
}

func (m *Model) compile(e Expr, in scope) (Expr, error) {
	switch e := e.(type) {
	case And:
		left, right, err := m.compileBoth(e.Left, e.Right, in)
		return And{left, right}, err
	case Or:
		left, right, err := m.compileBoth(e.Left, e.Right, in)
		return Or{left, right}, err
	case Not:
		inner, err := m.compile(e.Inner, in)
		return Not{inner}, err
	case Comparison:
		return m.compileComparison(e, in)
	case Membership:
		return m.compileMembership(e, in)
	case Call:
		p, path, err := m.compared(in, e.Property)
		if err != nil {
			return nil, err
		}
		if p.Type != "Edm.String" && p.Type != untyped && p.enum == nil {
			return nil, BadRequest(InnerInvalidQuery, "$filter", "Invalid $filter: %s needs a string, and '%s' is none.", e.Function, path)
		}
		return Call{e.Function, path, e.Argument}, nil
	case Any:
		return m.compileAny(e, in)
	}
	return e, nil
}

func (m *Model) compileBoth(left, right Expr, in scope) (Expr, Expr, error) {
	l, err := m.compile(left, in)
	if err != nil {
		return nil, nil, err
	}
	r, err := m.compile(right, in)
	return l, r, err
}

func (m *Model) compileComparison(c Comparison, in scope) (Expr, error) {
	p, path, err := m.compared(in, c.Property)
	if err != nil {
		return nil, err
	}
	v, err := p.fit(c.Value, path)
	return Comparison{path, c.Op, v}, err
}

func (m *Model) compileMembership(e Membership, in scope) (Expr, error) {
	p, path, err := m.compared(in, e.Property)
	if err != nil {
		return nil, err
	}
	fitted := Membership{Property: path, Values: make([]Value, len(e.Values))}
	for i, v := range e.Values {
		if fitted.Values[i], err = p.fit(v, path); err != nil {
			return nil, err
		}
	}
	return fitted, nil
}

// compared finds what a path of a condition leads to.
func (m *Model) compared(in scope, path string) (*Property, string, error) {
	switch {
	case path == "" && in.item != nil && in.typ == nil:
		return in.item, "", nil
	case path == "" || in.typ == nil:
		return nil, "", notComparable("$filter", path, in.typ)
	}
	return m.resolvePath(in.typ, path, "$filter")
}

// resolvePath finds the property at the end of a path, and the path's
// canonical spelling. Derived types are searched too.
func (m *Model) resolvePath(t *Type, path, option string) (*Property, string, error) {
	name, rest, nested := strings.Cut(path, "/")
	for _, candidate := range m.family(t) {
		p := candidate.any(name)
		switch {
		case p == nil || p.Navigation || p.Collection || p.Rule&(WriteOnly|Sealed) != 0 || !p.answers():
			continue
		case !nested && p.structure == nil:
			return p, p.Name, nil
		case !nested || p.structure == nil:
			continue
		}
		if inner, innerPath, err := m.resolvePath(p.structure, rest, option); err == nil {
			return inner, p.Name + "/" + innerPath, nil
		}
	}
	return nil, "", notComparable(option, path, t)
}

// notComparable refuses a path. The type is nil for that of a plain value.
func notComparable(option, path string, t *Type) error {
	of := "a plain value"
	if t != nil {
		of = "'" + t.Name + "'"
	}
	return BadRequest(InnerInvalidQuery, option, "Invalid %s: '%s' is not a property of %s that can be compared.", option, path, of)
}

// fit returns a value of a condition as one of the property.
func (p *Property) fit(v Value, path string) (Value, error) {
	if v.kind == KindNull {
		return v, nil
	}
	fits := false
	switch p.Type {
	case untyped:
		fits = true
	case "Edm.Boolean":
		fits = v.kind == KindBool
	case "Edm.Int32", "Edm.Int64":
		fits = v.kind == KindInt || v.kind == KindFloat
	case "Edm.DateTimeOffset":
		if v.kind == KindText || v.kind == KindDate {
			t, ok := parseTime(v.text)
			v, fits = Time(t), ok
		} else {
			fits = v.kind == KindTime
		}
	case "Edm.Date":
		day, ok := parseDate(v.text)
		v, fits = Date(day), ok
	default:
		fits = v.kind == KindText
	}
	if !fits {
		return v, BadRequest(InnerInvalidQuery, "$filter", "Invalid $filter: '%s' cannot be compared with that value.", path)
	}
	return v, nil
}

// Holds evaluates a compiled condition.
func Holds(e Expr, o *Object) bool { return holds(e, o.at) }

// holds evaluates a compiled condition, of which at returns the values by path.
func holds(e Expr, at func(path string) Value) bool {
	switch e := e.(type) {
	case And:
		return holds(e.Left, at) && holds(e.Right, at)
	case Or:
		return holds(e.Left, at) || holds(e.Right, at)
	case Not:
		return !holds(e.Inner, at)
	case Comparison:
		return e.holds(at(e.Property))
	case Membership:
		return e.holds(at(e.Property))
	case Call:
		return e.holds(strings.ToLower(at(e.Property).text))
	case Any:
		return e.holds(at(e.Property))
	}
	return false
}

func (e Membership) holds(value Value) bool {
	return slices.ContainsFunc(e.Values, func(v Value) bool { return compare(value, v) == 0 })
}

func (c Call) holds(value string) bool {
	argument := strings.ToLower(c.Argument)
	switch c.Function {
	case "startswith":
		return strings.HasPrefix(value, argument)
	case "endswith":
		return strings.HasSuffix(value, argument)
	}
	return strings.Contains(value, argument)
}

// holds compares. Null equals null, and is neither less nor greater than anything.
func (c Comparison) holds(v Value) bool {
	order := compare(v, c.Value)
	switch c.Op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	}
	if !v.IsSet() || !c.Value.IsSet() {
		return false
	}
	switch c.Op {
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}

// at returns the value at the end of a path of canonical names.
func (o *Object) at(path string) Value {
	name, rest, nested := strings.Cut(path, "/")
	v := o.Get(name)
	if !nested {
		return v
	}
	if v.object == nil {
		return Null()
	}
	return v.object.at(rest)
}

// compare orders two values of one property. Nothing comes before everything,
// and text is compared without case, as Graph does.
func compare(a, b Value) int {
	switch {
	case !a.IsSet() || !b.IsSet():
		return cmp.Compare(boolInt(a.IsSet()), boolInt(b.IsSet()))
	case a.kind == KindTime && b.kind == KindTime:
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.nanos, b.nanos))
	case a.kind == KindText || a.kind == KindDate:
		return compareFold(a.text, b.text)
	}
	return cmp.Compare(a.asFloat(), b.asFloat())
}

// compareFold compares two texts without case.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		c, d := a[i], b[i]
		if c >= utf8.RuneSelf || d >= utf8.RuneSelf {
			return strings.Compare(strings.ToLower(a[i:]), strings.ToLower(b[i:]))
		}
		if c, d = lower(c), lower(d); c != d {
			return cmp.Compare(c, d)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (v Value) asFloat() float64 {
	if v.kind == KindFloat {
		return math.Float64frombits(uint64(v.number))
	}
	return float64(v.number)
}
