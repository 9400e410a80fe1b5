package odata

import (
	"slices"
	"strings"
)

// route is a node of the tree of paths.
type route struct {
	names      map[string]*route     // by segment in lower case
	exact      map[string]*route     // the same by segment as it is spelled, which most clients keep to
	key        *route                // what a key leads to
	operations map[string]*Operation // by method
}

func (n *route) add(op *Operation) {
	for segment := range strings.SplitSeq(op.Path, "/") {
		if segment == "" {
			continue // the root of the service
		}
		n = n.child(segment)
		if strings.HasPrefix(segment, "{") {
			op.keys = append(op.keys, strings.Trim(segment, "{}"))
		}
	}
	if n.operations == nil {
		n.operations = map[string]*Operation{}
	}
	n.operations[op.Method] = op
}

func (n *route) child(segment string) *route {
	if strings.HasPrefix(segment, "{") {
		if n.key == nil {
			n.key = &route{}
		}
		return n.key
	}
	if n.names == nil {
		n.names, n.exact = map[string]*route{}, map[string]*route{}
	}
	lower := strings.ToLower(segment)
	if n.names[lower] == nil {
		n.names[lower] = &route{}
	}
	n.exact[segment] = n.names[lower]
	return n.names[lower]
}

// methods returns the methods that the path answers, for Allow.
func (n *route) methods() string {
	methods := []string{"OPTIONS"}
	for method := range n.operations {
		methods = append(methods, method)
		if method == "GET" {
			methods = append(methods, "HEAD")
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// match walks the segments down the tree and notes keys, casts and arguments in
// the request. A name of the tree wins over a key, as OData has it for keys
// that are segments.
func (s *Service) match(r *Request, segments []Segment) (*route, error) {
	n := &s.root
	for _, segment := range segments {
		next := s.step(r, n, segment)
		if next == nil {
			return nil, NotFound("There is nothing at the segment '%s' of the path.", segment.Name)
		}
		n = next
	}
	return n, nil
}

func (s *Service) step(r *Request, n *route, segment Segment) *route {
	next := n.named(segment.Name)
	if next == nil {
		if short, qualified := s.unqualified(segment.Name); qualified {
			if t := s.Model.Type(segment.Name); t != nil && !segment.Parens {
				r.Cast = t
				return n
			}
			next = n.named(short)
		}
	}
	if next != nil && !strings.HasPrefix(segment.Name, "$") {
		r.Cast = nil // it was of what the path has passed by now
	}
	switch {
	case next == nil && n.key != nil && !segment.Parens:
		r.keys = append(r.keys, canonicalKey(segment.Name))
		return n.key
	case next == nil:
		return nil
	case !segment.HasKey:
		r.Args = append(r.Args, segment.Args...)
		return next
	case next.key == nil:
		return nil
	}
	r.keys = append(r.keys, canonicalKey(segment.Key))
	return next.key
}

// named returns what the name leads to, whatever its letter case.
func (n *route) named(name string) *route {
	if next, ok := n.exact[name]; ok {
		return next
	}
	return n.names[strings.ToLower(name)]
}

// unqualified returns a name without its namespace, where it has one, or without
// what stands for that.
func (s *Service) unqualified(name string) (string, bool) {
	name = s.Model.unaliased(name)
	for _, namespace := range s.Namespaces {
		if len(name) > len(namespace) && name[len(namespace)] == '.' && strings.EqualFold(name[:len(namespace)], namespace) {
			short := name[len(namespace)+1:]
			return short, !strings.Contains(short, ".")
		}
	}
	return "", false
}

// all appends the operations of the paths that begin here.
func (n *route) all(found []*Operation) []*Operation {
	for _, op := range n.operations {
		found = append(found, op)
	}
	for _, next := range n.names {
		found = next.all(found)
	}
	if n.key != nil {
		found = n.key.all(found)
	}
	return found
}
