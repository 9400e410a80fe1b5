package odata

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// The elements of CSDL 4.0 XML that are needed here, in the order in which they
// are written (OData CSDL XML 4.0).
type (
	csdlDocument struct {
		XMLName   xml.Name      `xml:"edmx:Edmx"`
		Version   string        `xml:"Version,attr"`
		Edmx      string        `xml:"xmlns:edmx,attr"`
		Reference csdlReference `xml:"edmx:Reference"`
		Schemas   []csdlSchema  `xml:"edmx:DataServices>Schema"`
	}
	csdlReference struct {
		URI     string      `xml:"Uri,attr"`
		Include csdlInclude `xml:"edmx:Include"`
	}
	csdlInclude struct {
		Namespace string `xml:"Namespace,attr"`
	}
	csdlSchema struct {
		Edm        string `xml:"xmlns,attr"`
		Namespace  string `xml:"Namespace,attr"`
		Alias      string `xml:"Alias,attr,omitempty"`
		Enums      []csdlEnum
		Types      []csdlType
		Operations []csdlOperation
		Container  *csdlContainer
	}
	csdlEnum struct {
		XMLName xml.Name     `xml:"EnumType"`
		Name    string       `xml:"Name,attr"`
		Members []csdlMember `xml:"Member"`
	}
	csdlMember struct {
		Name  string `xml:"Name,attr"`
		Value int    `xml:"Value,attr"`
	}
	csdlType struct {
		XMLName     xml.Name // EntityType or ComplexType
		Name        string   `xml:"Name,attr"`
		Base        string   `xml:"BaseType,attr,omitempty"`
		Abstract    bool     `xml:"Abstract,attr,omitempty"`
		Open        bool     `xml:"OpenType,attr,omitempty"`
		Key         *csdlKey
		Properties  []csdlProperty `xml:"Property"`
		Navigations []csdlProperty `xml:"NavigationProperty"`
	}
	csdlKey struct {
		XMLName xml.Name          `xml:"Key"`
		Refs    []csdlPropertyRef `xml:"PropertyRef"`
	}
	csdlPropertyRef struct {
		Name string `xml:"Name,attr"`
	}
	csdlProperty struct {
		Name      string `xml:"Name,attr"`
		Type      string `xml:"Type,attr"`
		Nullable  string `xml:"Nullable,attr,omitempty"`
		Contained bool   `xml:"ContainsTarget,attr,omitempty"`
	}
	csdlOperation struct {
		XMLName    xml.Name        // Action or Function
		Name       string          `xml:"Name,attr"`
		Bound      bool            `xml:"IsBound,attr"`
		Composable bool            `xml:"IsComposable,attr,omitempty"`
		Parameters []csdlParameter `xml:"Parameter"`
		Returns    *csdlReturns
	}
	csdlParameter struct {
		Name       string `xml:"Name,attr"`
		Type       string `xml:"Type,attr"`
		Annotation *csdlAnnotation
	}
	csdlAnnotation struct {
		XMLName xml.Name `xml:"Annotation"`
		Term    string   `xml:"Term,attr"`
	}
	csdlReturns struct {
		XMLName xml.Name `xml:"ReturnType"`
		Type    string   `xml:"Type,attr"`
	}
	csdlContainer struct {
		XMLName    xml.Name        `xml:"EntityContainer"`
		Name       string          `xml:"Name,attr"`
		Sets       []csdlSet       `xml:"EntitySet"`
		Singletons []csdlSingleton `xml:"Singleton"`
	}
	csdlSet struct {
		Name     string        `xml:"Name,attr"`
		Type     string        `xml:"EntityType,attr"`
		Bindings []csdlBinding `xml:"NavigationPropertyBinding"`
	}
	csdlSingleton struct {
		Name     string        `xml:"Name,attr"`
		Type     string        `xml:"Type,attr"`
		Bindings []csdlBinding `xml:"NavigationPropertyBinding"`
	}
	csdlBinding struct {
		Path   string `xml:"Path,attr"`
		Target string `xml:"Target,attr"`
	}
)

// schemas returns one schema for each namespace, in the order in which the model
// first names them. The container stands in the first.
func (d *description) schemas(operations map[string][]csdlOperation, container *csdlContainer) []csdlSchema {
	var schemas []csdlSchema
	in := func(name string) *csdlSchema {
		for i := range schemas {
			if schemas[i].Namespace == namespaceOf(name) {
				return &schemas[i]
			}
		}
		namespace := namespaceOf(name)
		schemas = append(schemas, csdlSchema{Edm: "http://docs.oasis-open.org/odata/ns/edm", Namespace: namespace, Alias: d.service.Model.aliasOf(namespace)})
		return &schemas[len(schemas)-1]
	}
	for _, t := range d.service.Model.order {
		if d.types[t] {
			s := in(t.Name)
			s.Types = append(s.Types, newType(t))
		}
	}
	for _, e := range d.service.Model.lists {
		if d.enums[e] {
			s := in(e.Name)
			s.Enums = append(s.Enums, newEnum(e))
		}
	}
	for i := range schemas {
		schemas[i].Operations = operations[schemas[i].Namespace]
	}
	schemas[0].Container = container
	return schemas
}

// aliasOf returns what may stand for a namespace, "" for nothing.
func (m *Model) aliasOf(namespace string) string {
	for _, a := range m.aliases {
		if a.Namespace == namespace {
			return a.Name
		}
	}
	return ""
}

func newEnum(e *Enum) csdlEnum {
	c := csdlEnum{Name: shortName(e.Name)}
	for i, name := range append(e.Members[:len(e.Members):len(e.Members)], "unknownFutureValue") {
		c.Members = append(c.Members, csdlMember{name, e.First + i})
	}
	return c
}

func newType(t *Type) csdlType {
	c := csdlType{XMLName: xml.Name{Local: "EntityType"}, Name: shortName(t.Name), Base: t.Base, Abstract: t.Abstract, Open: t.Open != nil}
	if t.Complex {
		c.XMLName.Local = "ComplexType"
	}
	declared := t.Declared()
	for i := range declared {
		p := &declared[i]
		if !t.Complex && t.base == nil && p.Name == "id" {
			c.Key = &csdlKey{Refs: []csdlPropertyRef{{"id"}}}
		}
		if p.Navigation {
			c.Navigations = append(c.Navigations, newProperty(p))
		} else {
			c.Properties = append(c.Properties, newProperty(p))
		}
	}
	return c
}

func newProperty(p *Property) csdlProperty {
	c := csdlProperty{Name: p.Name, Type: collection(p.Type, p.Collection), Contained: p.Contained}
	if !p.mayHoldNull() {
		c.Nullable = strconv.FormatBool(false)
	}
	return c
}

// mayHoldNull reports whether $metadata leaves null open. Of a collection it
// speaks of the items; Graph rules them out where it makes the collection itself,
// or where one must be given. Navigations to many cannot say it.
func (p *Property) mayHoldNull() bool {
	if p.Collection {
		return p.Navigation || p.Rule&(Required|ServerSet) == 0
	}
	return p.Nullable
}

func newOperation(op *Operation) csdlOperation {
	o := csdlOperation{
		XMLName: xml.Name{Local: "Function"}, Name: op.Path[strings.LastIndexByte(op.Path, '/')+1:],
		Bound: true, Composable: op.Bound.Composable,
		Parameters: []csdlParameter{{Name: "bindingParameter", Type: collection(op.Bound.Type, op.Bound.Collection)}},
	}
	if op.Method == "POST" {
		o.XMLName.Local = "Action"
	}
	for _, p := range op.Bound.Parameters {
		parameter := csdlParameter{Name: p.Name, Type: p.Type}
		if p.Optional {
			parameter.Annotation = &csdlAnnotation{Term: "Org.OData.Core.V1.OptionalParameter"}
		}
		o.Parameters = append(o.Parameters, parameter)
	}
	if op.Bound.Returns != "" {
		o.Returns = &csdlReturns{Type: collection(op.Bound.Returns, op.Bound.Many)}
	}
	return o
}

func collection(name string, many bool) string {
	if many {
		return "Collection(" + name + ")"
	}
	return name
}
