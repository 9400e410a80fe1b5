package odata

import (
	"cmp"
	"math"
	"strings"
	"unicode/utf8"
)

// Compile checks that a condition fits the entities of a type and of those that
// derive from it: its properties exist and can be compared with its values.
// Property names come out canonical.
func (m *Model) Compile(e Expr, t *Type) (Expr, error) {
	switch e := e.(type) {
	case And:
		left, right, err := m.compileBoth(e.Left, e.Right, t)
		return And{left, right}, err
	case Or:
		left, right, err := m.compileBoth(e.Left, e.Right, t)
		return Or{left, right}, err
	case Not:
		inner, err := m.Compile(e.Inner, t)
		return Not{inner}, err
	case Comparison:
		return m.compileComparison(e, t)
	case Membership:
		return m.compileMembership(e, t)
	case Call:
		p, path, err := m.resolvePath(t, e.Property, "$filter")
		if err != nil {
			return nil, err
		}
		if p.Type != "Edm.String" && p.enum == nil {
			return nil, BadRequest(InnerInvalidQuery, "$filter", "Invalid $filter: %s needs a string, and '%s' is none.", e.Function, path)
		}
		return Call{e.Function, path, e.Argument}, nil
	}
	return e, nil
}

func (m *Model) compileBoth(left, right Expr, t *Type) (Expr, Expr, error) {
	l, err := m.Compile(left, t)
	if err != nil {
		return nil, nil, err
	}
	r, err := m.Compile(right, t)
	return l, r, err
}

func (m *Model) compileComparison(c Comparison, t *Type) (Expr, error) {
	p, path, err := m.resolvePath(t, c.Property, "$filter")
	if err != nil {
		return nil, err
	}
	v, err := p.fit(c.Value, path)
	return Comparison{path, c.Op, v}, err
}

func (m *Model) compileMembership(e Membership, t *Type) (Expr, error) {
	p, path, err := m.resolvePath(t, e.Property, "$filter")
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

// resolvePath finds the property at the end of a path, and the path's
// canonical spelling. Derived types are searched too.
func (m *Model) resolvePath(t *Type, path, option string) (*Property, string, error) {
	name, rest, nested := strings.Cut(path, "/")
	for _, candidate := range m.family(t) {
		p := candidate.any(name)
		switch {
		case p == nil || p.Navigation || p.Collection || p.Rule&(WriteOnly|Sealed) != 0 || p.Refused != "" || p.Type == untyped:
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
	return nil, "", BadRequest(InnerInvalidQuery, option, "Invalid %s: '%s' is not a property of '%s' that can be compared.", option, path, t.Name)
}

// fit returns a value of a condition as one of the property.
func (p *Property) fit(v Value, path string) (Value, error) {
	if v.kind == KindNull {
		return v, nil
	}
	fits := false
	switch p.Type {
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
func Holds(e Expr, o *Object) bool {
	switch e := e.(type) {
	case And:
		return Holds(e.Left, o) && Holds(e.Right, o)
	case Or:
		return Holds(e.Left, o) || Holds(e.Right, o)
	case Not:
		return !Holds(e.Inner, o)
	case Comparison:
		return e.holds(o.at(e.Property))
	case Membership:
		for _, v := range e.Values {
			if compare(o.at(e.Property), v) == 0 {
				return true
			}
		}
	case Call:
		return e.holds(strings.ToLower(o.at(e.Property).text))
	}
	return false
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
