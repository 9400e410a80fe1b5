package graph_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/graph"
	"rollbook/internal/odata"
)

// csdl is what a reader finds in $metadata.
type csdl struct {
	Schemas []csdlSchema `xml:"DataServices>Schema"`
}

type csdlSchema struct {
	Namespace string     `xml:",attr"`
	Alias     string     `xml:",attr"`
	Entities  []csdlType `xml:"EntityType"`
	Complex   []csdlType `xml:"ComplexType"`
	Enums     []struct {
		Name    string `xml:",attr"`
		Members []struct {
			Name  string `xml:",attr"`
			Value int    `xml:",attr"`
		} `xml:"Member"`
	} `xml:"EnumType"`
	Actions   []csdlOperation `xml:"Action"`
	Functions []csdlOperation `xml:"Function"`
	Container struct {
		Sets []struct {
			Name       string `xml:",attr"`
			EntityType string `xml:",attr"`
		} `xml:"EntitySet"`
		Singletons []struct {
			Name     string `xml:",attr"`
			Type     string `xml:",attr"`
			Bindings []struct {
				Path   string `xml:",attr"`
				Target string `xml:",attr"`
			} `xml:"NavigationPropertyBinding"`
		} `xml:"Singleton"`
	} `xml:"EntityContainer"`
}

type csdlType struct {
	Name        string       `xml:",attr"`
	BaseType    string       `xml:",attr"`
	Abstract    bool         `xml:",attr"`
	Key         []csdlMember `xml:"Key>PropertyRef"`
	Properties  []csdlMember `xml:"Property"`
	Navigations []csdlMember `xml:"NavigationProperty"`
}

type csdlMember struct {
	Name           string `xml:",attr"`
	Type           string `xml:",attr"`
	Nullable       string `xml:",attr"`
	ContainsTarget bool   `xml:",attr"`
}

type csdlOperation struct {
	Name         string `xml:",attr"`
	IsBound      bool   `xml:",attr"`
	IsComposable bool   `xml:",attr"`
	Parameters   []struct {
		Name       string `xml:",attr"`
		Type       string `xml:",attr"`
		Annotation struct {
			Term string `xml:",attr"`
		}
	} `xml:"Parameter"`
	ReturnType struct {
		Type string `xml:",attr"`
	}
}

func (w *world) metadata(prefix string) csdl {
	w.tb.Helper()
	a := w.callAs("", "GET", prefix+"/$metadata", "")
	if a.status != 200 || a.header.Get("Content-Type") != "application/xml" {
		w.tb.Fatalf("%d %v\n%s", a.status, a.header, a.text)
	}
	var read csdl
	if err := xml.Unmarshal([]byte(a.text), &read); err != nil {
		w.tb.Fatal(err)
	}
	return read
}

const industryNamespace = "microsoft.graph.industryData"

func (c csdl) schema(namespace string) csdlSchema {
	i := slices.IndexFunc(c.Schemas, func(s csdlSchema) bool { return s.Namespace == namespace })
	if i < 0 {
		return csdlSchema{}
	}
	return c.Schemas[i]
}

// lines writes the types of a schema as testdata/types.txt has them.
func (s csdlSchema) lines() string {
	var types []string
	add := func(kind string, all []csdlType) {
		for _, t := range all {
			types = append(types, t.lines(kind, s.Namespace))
		}
	}
	add("entity", s.Entities)
	add("complex", s.Complex)
	slices.SortFunc(types, func(a, b string) int { return strings.Compare(strings.Fields(a)[1], strings.Fields(b)[1]) })
	for _, e := range s.Enums {
		var members []string
		for _, m := range e.Members {
			members = append(members, fmt.Sprint(m.Name, " ", m.Value))
		}
		types = append(types, "enum "+e.Name+"\n  "+strings.Join(members, ", "))
	}
	return strings.Join(types, "\n") + "\n"
}

func (t csdlType) lines(kind, namespace string) string {
	head := kind + " " + t.Name
	if t.Abstract {
		head += " abstract"
	}
	if t.BaseType != "" {
		head += " : " + strings.TrimPrefix(t.BaseType, namespace+".")
	}
	var members []string
	add := func(all []csdlMember, arrow string) {
		for _, m := range all {
			line := "  " + m.Name + arrow + strings.Replace(m.Type, namespace+".", "", 1)
			if m.Nullable == "false" {
				line += "!"
			}
			if m.ContainsTarget {
				line += " contained"
			}
			members = append(members, line)
		}
	}
	add(t.Properties, " ")
	add(t.Navigations, " -> ")
	slices.Sort(members)
	return strings.Join(append([]string{head}, members...), "\n")
}

// What $metadata says of industryData is the published list of its 26 entity
// types, 32 complex types and 9 enumerations with all their members, and the one
// member that published clients send beyond it (domainName).
func TestMetadataIsAsPublished(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/types.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := newWorld(t).metadata("/beta").schema(industryNamespace)
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(s.lines(), "\n")); diff != "" {
		t.Errorf("(-published +ours)\n%s", diff)
	}
	if len(s.Entities) != 26 || len(s.Complex) != 32 || len(s.Enums) != 9 {
		t.Errorf("%d entity types, %d complex types, %d enumerations", len(s.Entities), len(s.Complex), len(s.Enums))
	}
}

func TestMetadataOperations(t *testing.T) {
	t.Parallel()
	s := newWorld(t).metadata("/beta").schema(industryNamespace)
	var got []string
	add := func(kind string, all []csdlOperation) {
		for _, o := range all {
			line := kind + " " + o.Name
			for _, p := range o.Parameters {
				line += " " + p.Name + ":" + strings.ReplaceAll(p.Type, industryNamespace+".", "")
				if strings.HasSuffix(p.Annotation.Term, ".OptionalParameter") {
					line += "?"
				}
			}
			line += " " + strings.TrimPrefix(o.ReturnType.Type, industryNamespace+".")
			if o.IsComposable {
				line += " composable"
			}
			if !o.IsBound {
				line += " unbound"
			}
			got = append(got, strings.TrimSpace(line))
		}
	}
	add("action", s.Actions)
	add("function", s.Functions)
	slices.Sort(got)
	want := []string{
		"action reset bindingParameter:provisioningFlow",
		"action start bindingParameter:Collection(industryDataRun)",
		"action validate bindingParameter:industryDataConnector",
		"function getStatistics bindingParameter:Collection(industryDataRun) industryDataRunStatistics composable",
		"function getStatistics bindingParameter:industryDataRun industryDataRunStatistics composable",
		"function getUploadSession bindingParameter:azureDataLakeConnector resetSession:Edm.Boolean? fileUploadSession",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-published +ours)\n%s", diff)
	}
}

// Every type and member that the handlers know is in the metadata, and the
// other way around.
func TestMetadataIsTheModel(t *testing.T) {
	t.Parallel()
	services, err := graph.Services(graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	c := newWorld(t).metadata("/beta")
	want := map[string]string{}
	for _, typ := range services[0].Model.Types() {
		kind := "entity"
		if typ.Complex {
			kind = "complex"
		}
		var members []string
		for _, p := range typ.Declared() {
			members = append(members, fmt.Sprint(p.Name, p.Type, p.Collection, p.Navigation, p.Contained))
		}
		want[typ.Name] = fmt.Sprint(kind, typ.Base, typ.Abstract, members)
	}
	got := map[string]string{}
	for _, s := range c.Schemas {
		for kind, types := range map[string][]csdlType{"entity": s.Entities, "complex": s.Complex} {
			for _, typ := range types {
				got[s.Namespace+"."+typ.Name] = fmt.Sprint(kind, typ.BaseType, typ.Abstract, typ.inOrderOf(services[0].Model.Type(s.Namespace+"."+typ.Name)))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-model +metadata)\n%s", diff)
	}
}

// inOrderOf returns the members as the model would show them.
func (t csdlType) inOrderOf(model *odata.Type) []string {
	var members []string
	for _, p := range model.Declared() {
		all := t.Properties
		if p.Navigation {
			all = t.Navigations
		}
		for _, m := range all {
			if m.Name == p.Name {
				inner, many := strings.CutPrefix(m.Type, "Collection(")
				members = append(members, fmt.Sprint(m.Name, strings.TrimSuffix(inner, ")"), many, p.Navigation, m.ContainsTarget))
			}
		}
	}
	for range len(t.Properties) + len(t.Navigations) - len(members) {
		members = append(members, "surplus")
	}
	return members
}

func TestMetadataContainer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	beta := w.metadata("/beta")
	var container = beta.Schemas[0].Container
	found := map[string]string{}
	for _, s := range container.Sets {
		if found[s.Name] != "" {
			t.Errorf("the entity set %s is there twice", s.Name)
		}
		found[s.Name] = s.EntityType
	}
	for _, s := range container.Singletons {
		found[s.Name] = s.Type
		for _, b := range s.Bindings {
			found[b.Path] = b.Target
		}
	}
	for name, want := range map[string]string{
		"users": "microsoft.graph.user", "groups": "microsoft.graph.group",
		"external": "microsoft.graph.externalConnectors.external",
		"industryData/dataConnectors/sourceSystem": "external/industryData/sourceSystems",
		"industryData/inboundFlows/year":           "external/industryData/years",
	} {
		if found[name] != want {
			t.Errorf("%s: %q, want %q", name, found[name], want)
		}
	}
	entity := beta.schema("microsoft.graph").Entities[0]
	if entity.Name != "entity" || len(entity.Key) != 1 || entity.Key[0].Name != "id" {
		t.Errorf("the first entity type is %+v, want that with the key", entity)
	}
	if v1 := w.metadata("/v1.0"); v1.schema(industryNamespace).Namespace != "" || v1.schema("microsoft.graph").Entities == nil {
		t.Error("/v1.0 describes what it does not have, or not what it has")
	}
}

// The document at the root names what is there, and needs no token.
func TestServiceDocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/beta", "/beta/"} {
		a := w.callAs("", "GET", path, "")
		if a.status != 200 || a.member("@odata.context") != w.url+"/beta/$metadata" || !strings.Contains(a.text, `{"name":"external","kind":"Singleton","url":"external"}`) {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
	if a := w.callAs("", "GET", "/v1.0", ""); a.status != 200 || strings.Contains(a.text, "external") || !strings.Contains(a.text, `{"name":"users","kind":"EntitySet","url":"users"}`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := w.callAs("", "GET", "/beta", ""); strings.Count(a.text, `"url":"groups"`) != 1 {
		t.Errorf("%s", a.text)
	}
	if a := w.callAs("", "POST", "/beta", "{}"); a.status != 401 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := w.call("POST", "/beta/$metadata", "{}"); a.status != 405 || a.header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("%d %v", a.status, a.header)
	}
}
