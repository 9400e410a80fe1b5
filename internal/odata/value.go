package odata

import (
	"math"
	"time"
)

// Kind says what a Value holds.
type Kind uint8

// The kinds of Value.
const (
	KindAbsent Kind = iota // not said
	KindNull
	KindText   // Edm.String, Edm.Guid and enumerations
	KindDate   // Edm.Date, as YYYY-MM-DD
	KindTime   // Edm.DateTimeOffset
	KindBool   // Edm.Boolean
	KindInt    // Edm.Int32, Edm.Int64
	KindFloat  // only in conditions
	KindObject // a structured value
	KindList
	KindReference // the key of another entity, from a binding
	KindSecret    // sealed; written as a mask
	KindMask      // a mask that came back: the secret is to stay as it is
	KindJSON      // Edm.Untyped: written as it is
)

// Value is the value of a member. The zero Value is that of an absent member.
type Value struct {
	kind   Kind
	nanos  int32
	number int64
	text   string
	object *Object
	list   []Value
}

// Null returns the null value.
func Null() Value { return Value{kind: KindNull} }

// Text returns a string value.
func Text(s string) Value { return Value{kind: KindText, text: s} }

// OptionalText returns a string value, or null for a nil one.
func OptionalText(s *string) Value {
	if s == nil {
		return Null()
	}
	return Text(*s)
}

// Date returns a day, given as YYYY-MM-DD.
func Date(day string) Value { return Value{kind: KindDate, text: day} }

// Time returns a moment.
func Time(t time.Time) Value {
	return Value{kind: KindTime, number: t.Unix(), nanos: int32(t.Nanosecond())}
}

// OptionalTime returns a moment, or null for a nil one.
func OptionalTime(t *time.Time) Value {
	if t == nil {
		return Null()
	}
	return Time(*t)
}

// Bool returns a Boolean value.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, number: 1}
	}
	return Value{kind: KindBool}
}

// Int returns an integer value.
func Int(n int64) Value { return Value{kind: KindInt, number: n} }

func float(f float64) Value { return Value{kind: KindFloat, number: int64(math.Float64bits(f))} }

// Struct returns a structured value.
func Struct(o *Object) Value { return Value{kind: KindObject, object: o} }

// List returns a collection.
func List(items []Value) Value { return Value{kind: KindList, list: items} }

// Texts returns a collection of strings.
func Texts(items []string) Value {
	list := make([]Value, len(items))
	for i, s := range items {
		list[i] = Text(s)
	}
	return List(list)
}

// Reference returns a binding to the entity with the key.
func Reference(key string) Value { return Value{kind: KindReference, text: key} }

// Secret returns a secret that was sealed.
func Secret(sealed string) Value { return Value{kind: KindSecret, text: sealed} }

// JSON returns a value that is JSON already, which MUST be right.
func JSON(text string) Value { return Value{kind: KindJSON, text: text} }

// Kind returns what the value is.
func (v Value) Kind() Kind { return v.kind }

// IsSet reports whether the value is there and not null.
func (v Value) IsSet() bool { return v.kind > KindNull }

// Text returns a string, a day, a key or a sealed secret, and "" for all else.
func (v Value) Text() string { return v.text }

// Bool returns a Boolean, and false for all else.
func (v Value) Bool() bool { return v.kind == KindBool && v.number != 0 }

// Int returns an integer, and 0 for all else.
func (v Value) Int() int64 {
	if v.kind != KindInt {
		return 0
	}
	return v.number
}

// Time returns a moment in UTC, and the zero Time for all else.
func (v Value) Time() time.Time {
	if v.kind != KindTime {
		return time.Time{}
	}
	return time.Unix(v.number, int64(v.nanos)).UTC()
}

// Object returns a structured value, and nil for all else.
func (v Value) Object() *Object { return v.object }

// List returns the items of a collection, and nil for all else.
func (v Value) List() []Value { return v.list }

// Equal reports whether two values are the same. Text is compared exactly.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind || v.text != w.text || v.number != w.number || v.nanos != w.nanos || len(v.list) != len(w.list) {
		return false
	}
	for i := range v.list {
		if !v.list[i].Equal(w.list[i]) {
			return false
		}
	}
	return v.object.equal(w.object)
}
