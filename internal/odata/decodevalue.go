package odata

import (
	"strconv"
	"strings"
	"time"
)

// value reads the value of a property. It is absent for what is to be ignored.
func (p *Payload) value(n node, property *Property, at string) (Value, error) {
	if n.kind == 'n' {
		if property.Nullable {
			return Null(), nil
		}
		return Value{}, notNullable(at)
	}
	if property.Navigation {
		return p.inline(n, property, at)
	}
	if !property.Collection {
		return p.single(n, property, at)
	}
	if n.kind != '[' {
		return Value{}, BadRequest(InnerInvalidFormat, at, "The property '%s' must be an array, not %s.", at, n.describe())
	}
	list := make([]Value, 0, len(n.items))
	for _, item := range n.items {
		if item.kind == 'n' {
			return Value{}, notNullable(at)
		}
		v, err := p.single(item, property, at)
		if err != nil {
			return Value{}, err
		}
		list = append(list, v)
	}
	return List(list), nil
}

func notNullable(at string) error {
	return BadRequest(InnerNotNullable, at, "null is not a valid value for the property '%s'.", at)
}

// inline reads a navigation that came expanded, as a client sends it that
// returns what it got: the entity is referred to, not changed.
func (p *Payload) inline(n node, property *Property, at string) (Value, error) {
	if property.Collection {
		return Value{}, nil
	}
	for _, m := range n.members {
		if strings.EqualFold(m.name, "id") && m.kind == '"' {
			return Reference(m.text), nil
		}
	}
	return Value{}, BadRequest(InnerInvalidBinding, at, "The property '%s' refers to another entity; give '%s@odata.bind'.", at, at)
}

func (p *Payload) single(n node, property *Property, at string) (Value, error) {
	if property.structure != nil {
		o, err := p.object(n, property.structure, at)
		return Struct(o), err
	}
	if property.enum != nil {
		return enumValue(n, property.enum, at)
	}
	switch property.Type {
	case "Edm.Boolean":
		if n.kind != 't' && n.kind != 'f' {
			return Value{}, wrongKind(n, "true or false", at)
		}
		return Bool(n.kind == 't'), nil
	case "Edm.Int32":
		return integer(n, 32, at)
	case "Edm.Int64":
		return integer(n, 64, at)
	case untyped:
		return anyValue(n, at)
	}
	if n.kind != '"' {
		return Value{}, wrongKind(n, "a string", at)
	}
	return p.text(n, property, at)
}

func (p *Payload) text(n node, property *Property, at string) (Value, error) {
	switch {
	case property.Type == "Edm.DateTimeOffset":
		t, ok := parseTime(n.text)
		if !ok {
			return Value{}, BadRequest(InnerInvalidFormat, at, "The property '%s' must be a date and time such as 2026-08-31T08:00:00Z, not '%s'.", at, n.text)
		}
		return Time(t), nil
	case property.Type == "Edm.Date":
		day, ok := parseDate(n.text)
		if !ok {
			return Value{}, BadRequest(InnerInvalidFormat, at, "The property '%s' must be a date such as 2026-08-31, not '%s'.", at, n.text)
		}
		return Date(day), nil
	case property.Rule&Sealed != 0:
		return p.secret(n.text, at)
	}
	return Text(n.text), nil
}

// secret seals a secret. One of asterisks only is the mask that was shown
// instead of it.
func (p *Payload) secret(clear, at string) (Value, error) {
	if clear == "" {
		return Value{}, BadRequest(InnerInvalidFormat, at, "The property '%s' must not be empty.", at)
	}
	if strings.Trim(clear, "*") == "" {
		return Value{kind: KindMask, text: clear}, nil
	}
	sealed, err := p.seal(clear)
	return Secret(sealed), err
}

func enumValue(n node, e *Enum, at string) (Value, error) {
	if n.kind == '"' {
		if member, ok := e.member(n.text); ok {
			return Text(member), nil
		}
		return Value{}, BadRequest(InnerInvalidFormat, at, "The property '%s' must be one of %s, not '%s'.", at, strings.Join(e.Members, ", "), n.text)
	}
	return Value{}, wrongKind(n, "one of "+strings.Join(e.Members, ", "), at)
}

func integer(n node, bits int, at string) (Value, error) {
	if n.kind == '0' || n.kind == '"' && bits == 64 {
		if i, err := strconv.ParseInt(n.text, 10, bits); err == nil {
			return Int(i), nil
		}
	}
	return Value{}, wrongKind(n, "an integer of "+strconv.Itoa(bits)+" bits", at)
}

func wrongKind(n node, want, at string) error {
	got := n.describe()
	if n.kind == '0' {
		got = "the number " + n.text
	}
	return BadRequest(InnerInvalidFormat, at, "The property '%s' must be %s, not %s.", at, want, got)
}

// parseTime reads a moment, and a bare day as its first one in UTC, as
// published clients send it.
func parseTime(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		// Leap years before the first and after the last year of four digits
		// cannot be written again.
		t = t.UTC()
		return t, t.Year() >= 1 && t.Year() <= 9999
	}
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil && t.Year() >= 1
}

// parseDate reads a day, also one that comes with a midnight behind it.
func parseDate(s string) (string, bool) {
	day, rest, _ := strings.Cut(s, "T")
	if rest != "" && strings.Trim(rest, "0:.Z") != "" {
		return "", false
	}
	t, err := time.Parse(time.DateOnly, day)
	return day, err == nil && t.Year() >= 1
}
