package odata

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"net/http"
	"strings"
)

// ETag returns the weak entity tag of an entity. Its first part changes with
// what was stored, and with nothing else, so that it can be compared before a
// change; what changes by itself (Volatile) is in the second part.
func (o *Object) ETag() string { return string(o.appendTag(nil, nil)) }

// appendTag appends the tag, with scratch for what it stands for.
func (o *Object) appendTag(dst, scratch []byte) []byte {
	scratch = o.appendState(scratch[:0])
	var sums [8]byte
	// Two sums that the processor computes: there are no opponents here, and
	// this is done with every entity that is read.
	binary.BigEndian.PutUint32(sums[:], crc32.ChecksumIEEE(scratch))
	binary.BigEndian.PutUint32(sums[4:], crc32.Checksum(scratch, crc32.MakeTable(crc32.Castagnoli)))
	dst = append(dst, `W/"`...)
	dst = hex.AppendEncode(dst, sums[:])
	if scratch = o.appendVolatile(scratch[:0]); len(scratch) > 0 {
		binary.BigEndian.PutUint32(sums[:], crc32.ChecksumIEEE(scratch))
		dst = hex.AppendEncode(append(dst, '.'), sums[:4])
	}
	return append(dst, '"')
}

// appendState appends what is stored of an object. It makes no difference
// whether a member is absent, null or empty, nor whether the target of a
// navigation is referred to or shown.
func (o *Object) appendState(dst []byte) []byte {
	dst = append(append(dst, o.Type.Name...), 0)
	for i := range o.fields {
		p, v := &o.Type.members[i], &o.fields[i]
		switch {
		case p.Rule&Volatile != 0 || !v.IsSet():
		case p.Navigation:
			if key := v.target(); key != "" {
				dst = appendStateText(append(dst, byte(i)), key)
			}
		case v.kind != KindList || len(v.list) > 0:
			dst = v.appendState(append(dst, byte(i)))
		}
	}
	o.Extras(func(p *Property, v Value) {
		if v.IsSet() {
			dst = v.appendState(appendStateText(dst, p.Name))
		}
	})
	return dst
}

func (o *Object) appendVolatile(dst []byte) []byte {
	for i := range o.fields {
		if v := &o.fields[i]; o.Type.members[i].Rule&Volatile != 0 && v.IsSet() {
			dst = v.appendState(append(dst, byte(i)))
		}
	}
	return dst
}

// target returns the key of the one entity that a navigation leads to.
func (v *Value) target() string {
	if v.object != nil {
		return v.object.Get("id").Text()
	}
	return v.text
}

func (v *Value) appendState(dst []byte) []byte {
	dst = append(dst, byte(v.kind))
	switch {
	case v.object != nil:
		return append(v.object.appendState(dst), 0)
	case v.kind == KindList:
		dst = binary.AppendUvarint(dst, uint64(len(v.list)))
		for i := range v.list {
			dst = v.list[i].appendState(dst)
		}
		return dst
	case v.text != "":
		return appendStateText(dst, v.text)
	}
	return binary.AppendVarint(binary.AppendVarint(dst, v.number), int64(v.nanos))
}

func appendStateText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Change is to be told of each change of an entity while it is made: before it
// is final, and so that no other change comes between. before is nil for an
// entity that was not there, after for one that will not be. An error, where the
// caller wants another version changed (If-Match), MUST undo the change. The objects are
// kept for the audit log and MUST NOT be changed after that.
func (r *Request) Change(before, after *Object) error {
	r.noted(change{before, after})
	wanted := r.HTTP.Header["If-Match"]
	if before == nil || len(wanted) == 0 || !r.names(before) {
		return nil
	}
	if matches(wanted, strongPart(before.ETag()), strongPart) {
		return nil
	}
	return &Error{Status: http.StatusPreconditionFailed, Code: CodeModified,
		Message: "The entity was changed since its ETag was that of If-Match; read it again."}
}

// names reports whether the path of the request leads to the entity: it does
// unless it ends in the key of another one.
func (r *Request) names(o *Object) bool {
	return !strings.HasSuffix(r.operation.Path, "}") || strings.EqualFold(r.keys[len(r.keys)-1], o.Get("id").Text())
}

// matches reports whether one of the tags of a header is the tag, as weak ones
// are compared (RFC 9110 section 8.8.3.2). part takes from each what is compared.
func matches(header []string, tag string, part func(string) string) bool {
	for _, line := range header {
		for wanted := range strings.SplitSeq(line, ",") {
			wanted = strings.TrimPrefix(strings.TrimSpace(wanted), "W/")
			if wanted == "*" || part(wanted) == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}

// strongPart returns a tag without what changes by itself.
func strongPart(tag string) string {
	before, _, found := strings.Cut(tag, ".")
	if found {
		return before + `"`
	}
	return tag
}

// tag returns the tag of an answer; "" for what is no entity with a tag.
func (a *Answer) tag(scratch []byte) string {
	if a.Object == nil || !a.tagged {
		return ""
	}
	var room [40]byte
	return string(a.Object.appendTag(room[:0], scratch))
}

// unchanged reports whether the caller has what would be answered. What
// $expand adds is not in a tag.
func (r *Request) unchanged(tag string) bool {
	wanted := r.HTTP.Header["If-None-Match"]
	read := r.HTTP.Method == http.MethodGet || r.HTTP.Method == http.MethodHead
	return read && tag != "" && len(wanted) > 0 && len(r.Options.Expand) == 0 && matches(wanted, tag, func(s string) string { return s })
}
