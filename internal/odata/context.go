package odata

import (
	"slices"
	"strings"
)

// context returns what stands behind "$metadata#" for the collection.
func (e *EntitySet) context(r *Request) string {
	path := e.Context
	if path == "" {
		path = e.withKeys(r, func(key string) string { return "('" + strings.ReplaceAll(key, "'", "''") + "')" })
	}
	if r.Options == nil {
		return path
	}
	shown := r.Model().selected(r.Options.Select, e.Type)
	for i := range r.Options.Expand {
		x := &r.Options.Expand[i]
		if p := r.Model().find(e.Type, x.Navigation); p != nil {
			shown = append(shown, p.Name+"("+strings.Join(r.Model().selected(x.Select, p.structure), ",")+")")
		}
	}
	if len(shown) > 0 {
		path += "(" + strings.Join(shown, ",") + ")"
	}
	return path
}

// selected returns what $select names, each once and as the type spells it.
func (m *Model) selected(names []string, t *Type) []string {
	var all []string
	for _, name := range names {
		if p := m.find(t, name); p != nil {
			name = p.Name
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// address returns the path of the collection with its keys as segments.
func (e *EntitySet) address(r *Request) string {
	return e.withKeys(r, func(key string) string { return "/" + key })
}

func (e *EntitySet) withKeys(r *Request, write func(key string) string) string {
	if !strings.Contains(e.Path, "{") {
		return e.Path
	}
	var b strings.Builder
	for segment := range strings.SplitSeq(e.Path, "/") {
		if strings.HasPrefix(segment, "{") {
			b.WriteString(write(r.Param(strings.Trim(segment, "{}"))))
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		b.WriteString(segment)
	}
	return b.String()
}
