package odata

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Metadata is how much of "@odata…" is written (OData JSON: odata.metadata).
type Metadata uint8

// The amounts of metadata.
const (
	MetadataMinimal Metadata = iota // types where the place leaves them open
	MetadataNone
	MetadataFull // all types
)

// mask stands for every secret, whatever its length.
const mask = `"***************"`

// Encoder writes objects as JSON.
type Encoder struct {
	Metadata Metadata

	// Select holds the canonical names of the members to write; nil for all. It
	// applies to the outermost object only.
	Select []string

	tag  string // "@odata.etag" of the outermost object; "" for none
	tags bool   // each of the outermost objects has one

	within bool // each that $expand put inside of them has one, too

	references bool   // keys of what is referred to are written, as bindings
	quoted     bool   // integers of 64 bits are written as strings
	links      string // what addresses begin with, with MetadataFull
	set        string // where the outermost objects are; "" for nowhere
}

// Append appends an object that stands where the declared type is expected.
func (e *Encoder) Append(dst []byte, o *Object, declared *Type) []byte {
	return e.outermost(append(dst, '{'), o, declared)
}

func (e *Encoder) outermost(dst []byte, o *Object, declared *Type) []byte {
	tag := e.tag
	if e.tags {
		var room [40]byte
		tag = string(o.appendTag(room[:0], dst[len(dst):]))
	}
	dst = e.appendTag(dst, tag)
	if e.Metadata == MetadataFull && e.set != "" {
		dst = e.appendLinks(dst, o)
	}
	return e.object(dst, o, declared, e.Select)
}

func (e *Encoder) appendTag(dst []byte, tag string) []byte {
	if tag == "" || e.Metadata == MetadataNone {
		return dst
	}
	dst = append(dst, `"@odata.etag":`...)
	return append(appendText(dst, tag), ',')
}

// AppendEntity is Append with an "@odata.context" in front.
func (e *Encoder) AppendEntity(dst []byte, o *Object, declared *Type, context string) []byte {
	dst = append(dst, '{')
	if e.Metadata != MetadataNone && context != "" {
		dst = append(dst, `"@odata.context":`...)
		dst = appendText(dst, context)
		dst = append(dst, ',')
	}
	return e.outermost(dst, o, declared)
}

// object appends the members of an object, whose brace is open, and closes it.
func (e *Encoder) object(dst []byte, o *Object, declared *Type, selected []string) []byte {
	t := o.Type
	if o.Removed != "" {
		selected = []string{"id"}
	}
	switch {
	case e.Metadata == MetadataFull, e.Metadata == MetadataMinimal && (t.Tagged || declared.polymorphic()):
		dst = append(dst, `"@odata.type":"#`...)
		dst = append(append(dst, t.Name...), `",`...)
	case e.Metadata == MetadataMinimal && o.Named:
		dst = append(dst, `"@odata.type":"`...)
		dst = append(append(dst, t.Name...), `",`...)
	}
	for i := range t.members {
		p, v := &t.members[i], &o.fields[i]
		if p.Rule&WriteOnly != 0 || selected != nil && !p.Navigation && !slices.Contains(selected, p.Name) {
			continue
		}
		// What was asked for by name is answered, as null where it has no value.
		if v.kind == KindAbsent && p.Rule&Quiet != 0 && selected == nil {
			continue
		}
		dst = e.member(dst, p, v)
	}
	dst = e.appendExtras(dst, o, selected)
	dst = e.changes(dst, o)
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}

// changes appends what a delta says of an object beside its members.
func (e *Encoder) changes(dst []byte, o *Object) []byte {
	for _, moves := range o.Moves {
		_, p := o.Type.member(moves.Navigation)
		dst = append(dst, '"')
		dst = append(append(dst, p.Name...), `@delta":[`...)
		for i, entity := range moves.Entities {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.object(append(dst, '{'), entity, p.structure, []string{"id"})
		}
		dst = append(dst, `],`...)
	}
	if o.Removed != "" {
		dst = append(dst, `"@removed":{"reason":`...)
		dst = append(appendText(dst, o.Removed), `},`...)
	}
	return dst
}

func (e *Encoder) member(dst []byte, p *Property, v *Value) []byte {
	switch {
	case v.refers():
		return e.reference(dst, p, v)
	case v.kind == KindAbsent:
		if !p.Nullable || p.Navigation {
			return dst
		}
		dst = append(dst, p.label...)
		dst = append(dst, "null"...)
		return append(dst, ',')
	}
	if p.Navigation && v.object != nil && v.object.Context != "" && e.Metadata != MetadataNone {
		dst = append(dst, '"')
		dst = append(dst, p.Name...)
		dst = append(dst, `@odata.context":`...)
		dst = appendText(dst, v.object.Context)
		dst = append(dst, ',')
	}
	if e.Metadata == MetadataFull && !p.Navigation {
		dst = p.appendType(dst)
	}
	dst = append(dst, p.label...)
	dst = e.value(dst, p, v)
	return append(dst, ',')
}

// reference appends a binding, where those are written.
func (e *Encoder) reference(dst []byte, p *Property, v *Value) []byte {
	if !e.references {
		return dst
	}
	dst = append(append(dst, '"'), p.Name...)
	dst = append(dst, `@odata.bind":`...)
	return append(e.value(dst, p, v), ',')
}

// refers reports whether a value says by keys alone what it leads to.
func (v *Value) refers() bool {
	return v.kind == KindReference || v.kind == KindList && len(v.list) > 0 && v.list[0].kind == KindReference
}

func (e *Encoder) value(dst []byte, p *Property, v *Value) []byte {
	switch v.kind {
	case KindText, KindReference:
		return appendText(dst, v.text)
	case KindJSON:
		return append(dst, v.text...)
	case KindDate:
		dst = append(dst, '"')
		dst = append(dst, v.text...)
		return append(dst, '"')
	case KindTime:
		return appendTime(dst, v)
	case KindBool:
		return strconv.AppendBool(dst, v.number != 0)
	case KindInt:
		if p.Type == "Edm.Int64" {
			return e.appendLong(dst, v.number)
		}
		return strconv.AppendInt(dst, v.number, 10)
	case KindSecret, KindMask:
		return append(dst, mask...)
	case KindObject:
		dst = append(dst, '{')
		if e.within && p.Navigation && v.object.Context == "" {
			var room [40]byte
			dst = e.appendTag(dst, string(v.object.appendTag(room[:0], dst[len(dst):])))
		}
		return e.object(dst, v.object, p.structure, v.object.only)
	case KindList:
		return e.list(dst, p, v.list)
	default: // there is nothing to write
	}
	return append(dst, "null"...)
}

func (e *Encoder) list(dst []byte, p *Property, items []Value) []byte {
	dst = append(dst, '[')
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.value(dst, p, &items[i])
	}
	return append(dst, ']')
}

// appendLong appends an integer of 64 bits, of which not every reader keeps all
// digits where it is a number.
func (e *Encoder) appendLong(dst []byte, n int64) []byte {
	if !e.quoted {
		return strconv.AppendInt(dst, n, 10)
	}
	dst = append(dst, '"')
	return append(strconv.AppendInt(dst, n, 10), '"')
}

// appendLinks appends where an entity is read and where it is changed.
func (e *Encoder) appendLinks(dst []byte, o *Object) []byte {
	at := e.set + "('" + url.PathEscape(strings.ReplaceAll(o.Get("id").Text(), "'", "''")) + "')"
	dst = appendText(append(dst, `"@odata.id":`...), e.links+at)
	dst = appendText(append(dst, `,"@odata.editLink":`...), at)
	return append(dst, ',')
}

// appendType appends the type of a property whose JSON leaves it open.
func (p *Property) appendType(dst []byte) []byte {
	short := strings.TrimPrefix(p.Type, "Edm.")
	switch {
	case p.Collection:
		short = "Collection(" + short + ")"
	case p.structure != nil || short == "String" || short == "Boolean" || short == "Int32":
		return dst
	}
	dst = append(append(dst, '"'), p.Name...)
	return append(append(append(dst, `@odata.type":"#`...), short...), `",`...)
}

// appendTime appends a moment in UTC with up to seven digits behind the second.
func appendTime(dst []byte, v *Value) []byte {
	t := time.Unix(v.number, int64(v.nanos)).UTC()
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, "2006-01-02T15:04:05.9999999")
	return append(dst, `Z"`...)
}

// appendText appends a string. What is plain ASCII needs no escapes.
func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return appendEscaped(dst, s)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	quoted, err := jsontext.AppendQuote(dst, s)
	if err != nil {
		// The text was not UTF-8; what is wrong in it was replaced.
		quoted, _ = jsontext.AppendQuote(dst, strings.ToValidUTF8(s, "\ufffd"))
	}
	return quoted
}
