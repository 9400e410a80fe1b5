package plan

import (
	"slices"
	"strconv"
	"strings"

	"rollbook/internal/directory"
)

// Properties are named values of a directory object, sorted by name. An empty
// value means that the object has none.
type Properties []Property

// Property is one of them.
type Property struct{ Name, Value string }

// with returns the properties with one set.
func (p Properties) with(name, value string) Properties {
	i, found := slices.BinarySearchFunc(p, name, func(a Property, n string) int { return strings.Compare(a.Name, n) })
	if found {
		p[i].Value = value
		return p
	}
	return slices.Insert(p, i, Property{name, value})
}

// Get returns the value of a property, and whether it is there.
func (p Properties) Get(name string) (string, bool) {
	i, found := slices.BinarySearchFunc(p, name, func(a Property, n string) int { return strings.Compare(a.Name, n) })
	if !found {
		return "", false
	}
	return p[i].Value, true
}

// The properties that were last written to an object are remembered as text,
// so that an object that needs no change is known by one comparison.
const (
	nameSeparator     = "\x1f"
	propertySeparator = "\x1e"
)

// Encode returns the properties as text.
func (p Properties) Encode() string {
	size := 0
	for _, property := range p {
		size += len(property.Name) + len(property.Value) + 2
	}
	text := make([]byte, 0, size)
	for _, property := range p {
		text = append(append(text, short(property.Name)...), nameSeparator...)
		text = append(append(text, property.Value...), propertySeparator...)
	}
	return string(text)
}

// DecodeProperties reads what Encode wrote.
func DecodeProperties(text string) Properties {
	var p Properties
	for text != "" {
		var property string
		property, text, _ = strings.Cut(text, propertySeparator)
		name, value, _ := strings.Cut(property, nameSeparator)
		p = append(p, Property{long(name), value})
	}
	return p
}

// difference returns what of want differs from what was written, and what was
// there instead. What was written and is no longer wanted is left as it is.
func (p Properties) difference(written Properties) (set, was Properties) {
	for _, property := range p {
		old, _ := written.Get(property.Name)
		if old != property.Value {
			set = append(set, property)
			was = append(was, Property{property.Name, old})
		}
	}
	return set, was
}

// Over returns what an object has once p was written over what it had.
func (p Properties) Over(written Properties) Properties {
	merged := slices.Clone(written)
	for _, property := range p {
		merged = merged.with(property.Name, property.Value)
	}
	return merged
}

// orFalse returns the properties with "false" for a truth value that was never
// written: unlike other properties it cannot be absent.
func (p Properties) orFalse() Properties {
	if value, found := p.Get(directory.PropertyHasTeam); found && value == "" {
		return slices.Clone(p).with(directory.PropertyHasTeam, strconv.FormatBool(false))
	}
	return p
}
