package odata

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const metadataPath = "$metadata"

// documents are what every service has: the documents that describe it, and
// $batch. The descriptions say nothing about anybody, and tools read them before
// they have a token.
func (s *Service) documents() []Operation {
	return []Operation{
		{Method: http.MethodGet, Path: "", Handle: s.serviceDocument, public: true},
		{Method: http.MethodGet, Path: metadataPath, Handle: s.metadataDocument, public: true},
		{Method: http.MethodPost, Path: batchPath, Handle: s.batch},
	}
}

// serviceDocument lists what is at the root of the service (OData JSON 4.01
// section 5).
func (s *Service) serviceDocument(r *Request) (Answer, error) {
	dst := []byte("{")
	if r.format.metadata != MetadataNone {
		dst = append(dst, `"@odata.context":`...)
		dst = append(appendText(dst, r.Base+"/$metadata"), ',')
	}
	dst = append(dst, `"value":[`...)
	for _, single := range s.Singletons {
		dst = appendDocumentEntry(dst, single.Name, "Singleton")
	}
	for _, e := range s.rootSets() {
		dst = appendDocumentEntry(dst, e.Path, "EntitySet")
	}
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return Answer{Text: string(append(dst, "]}"...)), Media: r.format.contentType()}, nil
}

func appendDocumentEntry(dst []byte, name, kind string) []byte {
	dst = append(appendText(append(dst, `{"name":`...), name), `,"kind":"`...)
	dst = append(append(dst, kind...), `","url":`...)
	return append(appendText(dst, name), '}', ',')
}

// rootSets returns the sets that are no part of anything else, each once: what
// needs other permissions stands in a set of its own with the same path.
func (s *Service) rootSets() []*EntitySet {
	var sets []*EntitySet
	for _, e := range s.sets {
		known := slices.ContainsFunc(sets, func(other *EntitySet) bool { return other.Path == e.Path })
		if !known && !strings.Contains(e.Path, "/") {
			sets = append(sets, e)
		}
	}
	return sets
}

func (s *Service) metadataDocument(*Request) (answer Answer, err error) {
	s.describe.Do(func() { s.metadata, err = s.Metadata() })
	return Answer{Text: string(s.metadata), Media: "application/xml"}, err
}

// Metadata returns what $metadata answers: the types that can be met in this
// service, its actions and functions, and where everything is, as CSDL 4.0 XML.
// It is made of the tables that requests are answered by. An error says where
// these contradict each other.
func (s *Service) Metadata() ([]byte, error) {
	d := &description{service: s, reached: map[*Type]bool{}, types: map[*Type]bool{}, enums: map[*Enum]bool{}}
	container, err := d.container()
	if err != nil {
		return nil, err
	}
	operations, err := d.operations()
	if err != nil {
		return nil, err
	}
	document := csdlDocument{
		Version: "4.0", Edmx: "http://docs.oasis-open.org/odata/ns/edmx",
		Reference: csdlReference{
			URI:     "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml",
			Include: csdlInclude{"Org.OData.Core.V1"},
		},
		Schemas: d.schemas(operations, container),
	}
	text, err := xml.MarshalIndent(document, "", " ")
	return append([]byte(xml.Header), text...), err
}

// description gathers what a service can show.
type description struct {
	service *Service
	reached map[*Type]bool // with all that can stand in its place
	types   map[*Type]bool
	enums   map[*Enum]bool
}

// reach notes a type that something is declared to be: with it those that can
// stand in its place, and all that their members lead to.
func (d *description) reach(t *Type) {
	if d.reached[t] {
		return
	}
	d.reached[t] = true
	for _, member := range d.service.Model.family(t) {
		for base := member; base != nil; base = base.base {
			d.note(base)
		}
	}
}

func (d *description) note(t *Type) {
	if d.types[t] {
		return
	}
	d.types[t] = true
	for _, p := range slices.Concat(t.members, t.Declared()) {
		d.mention(&p)
	}
}

// mention notes what the values of a property can be.
func (d *description) mention(p *Property) {
	if p.structure != nil {
		d.reach(p.structure)
	}
	if p.enum != nil {
		d.enums[p.enum] = true
	}
}

// declared returns the type of a qualified name, and notes it.
func (d *description) declared(name string) error {
	if strings.HasPrefix(name, "Edm.") {
		return nil
	}
	t := d.service.Model.Type(name)
	if t == nil {
		return fmt.Errorf("type %s is not in the model", name)
	}
	d.reach(t)
	return nil
}

// container says where everything is.
func (d *description) container() (*csdlContainer, error) {
	c := &csdlContainer{Name: "GraphService"}
	for _, single := range d.service.Singletons {
		if err := d.declared(single.Type); err != nil {
			return nil, fmt.Errorf("singleton %s: %w", single.Name, err)
		}
		c.Singletons = append(c.Singletons, csdlSingleton{Name: single.Name, Type: single.Type})
	}
	for _, e := range d.service.sets {
		if err := d.locate(e); err != nil {
			return nil, fmt.Errorf("entity set %s: %w", e.Path, err)
		}
		d.reach(e.Type)
	}
	for _, e := range d.service.rootSets() {
		c.Sets = append(c.Sets, csdlSet{Name: e.Path, Type: e.Type.Name})
	}
	for _, e := range d.service.sets {
		c.bind(e)
	}
	return c, nil
}

// locate checks that the table of types knows the way to an entity set.
func (d *description) locate(e *EntitySet) error {
	var at *Type
	for segment := range strings.SplitSeq(e.Path, "/") {
		switch {
		case strings.HasPrefix(segment, "{"):
		case at == nil:
			if at = d.root(segment); at == nil {
				return fmt.Errorf("nothing at the root is called %s", segment)
			}
		default:
			p := d.service.Model.find(at, segment)
			if p == nil || !p.Navigation {
				return fmt.Errorf("the type %s does not lead to %s", at.Name, segment)
			}
			at = p.structure
		}
	}
	if at != e.Type {
		return fmt.Errorf("it holds %s, and its path leads to %s", e.Type.Name, at.Name)
	}
	return nil
}

// root returns the type of what stands at the root of the service.
func (d *description) root(name string) *Type {
	for _, single := range d.service.Singletons {
		if single.Name == name {
			return d.service.Model.Type(single.Type)
		}
	}
	for _, e := range d.service.sets {
		if e.Path == name {
			return e.Type
		}
	}
	return nil
}

// bind says where the navigations of an entity set lead that lead out of it.
func (c *csdlContainer) bind(e *EntitySet) {
	root, rest, _ := strings.Cut(e.Path, "/")
	var path []string
	for segment := range strings.SplitSeq(rest, "/") {
		if segment != "" && !strings.HasPrefix(segment, "{") {
			path = append(path, segment)
		}
	}
	for _, n := range e.Navigations {
		if _, p := e.Type.member(n.Name); p == nil || p.Contained || n.Context == "" {
			continue
		}
		c.add(root, csdlBinding{strings.Join(append(slices.Clone(path), n.Name), "/"), n.Context})
	}
}

func (c *csdlContainer) add(root string, b csdlBinding) {
	for i := range c.Sets {
		if c.Sets[i].Name == root {
			c.Sets[i].Bindings = append(c.Sets[i].Bindings, b)
		}
	}
	for i := range c.Singletons {
		if c.Singletons[i].Name == root {
			c.Singletons[i].Bindings = append(c.Singletons[i].Bindings, b)
		}
	}
}

// operations returns the actions and functions, each once, however many paths
// lead to it.
func (d *description) operations() (map[string][]csdlOperation, error) {
	found := map[string][]csdlOperation{}
	seen := map[string]bool{}
	for _, op := range d.service.sortedOperations() {
		if op.Bound == nil {
			continue
		}
		o := newOperation(op)
		key := o.XMLName.Local + " " + o.Name + " " + o.Parameters[0].Type
		if seen[key] {
			continue
		}
		seen[key] = true
		if err := d.declared(op.Bound.Type); err != nil {
			return nil, fmt.Errorf("%s: %w", op.Path, err)
		}
		if op.Bound.Returns != "" {
			if err := d.declared(op.Bound.Returns); err != nil {
				return nil, fmt.Errorf("%s: %w", op.Path, err)
			}
		}
		namespace := namespaceOf(op.Bound.Type)
		found[namespace] = append(found[namespace], o)
	}
	return found, nil
}

// sortedOperations returns the operations by path and method, so that what is
// written of them is the same every time.
func (s *Service) sortedOperations() []*Operation {
	all := s.Operations()
	slices.SortFunc(all, func(a, b *Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return all
}

func namespaceOf(qualified string) string { return qualified[:strings.LastIndexByte(qualified, '.')] }

func shortName(qualified string) string { return qualified[strings.LastIndexByte(qualified, '.')+1:] }
