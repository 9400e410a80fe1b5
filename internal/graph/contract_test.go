package graph_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
)

// The published surface as an OpenAPI document is no part of the project. Where
// it lies beside the checkout, or where the variable says, every answer that a
// test of this package gets is compared with it.
const (
	contractVariable = "ROLLBOOK_CONTRACT"
	contractFile     = "../../../shared/industrydata.openapi.yaml"
)

var theContract = sync.OnceValues(func() (*contract, error) {
	path := os.Getenv(contractVariable)
	if path == "" {
		path = filepath.FromSlash(contractFile)
		if _, err := os.Stat(path); err != nil {
			return nil, nil
		}
	}
	return readContract(path)
})

// contract is what the document says of answers.
type contract struct {
	document *openapi3.T
	paths    map[string]*openapi3.PathItem // by segments in lower case, with {} for keys
}

func readContract(path string) (*contract, error) {
	document, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	c := &contract{document: document, paths: map[string]*openapi3.PathItem{}}
	for template, item := range document.Paths.Map() {
		c.paths[normal(template)] = item
	}
	return c, nil
}

// normal returns a path without what clients may write in more than one way:
// letter case, keys in parentheses, namespaces, parentheses of functions, casts.
// Keys are {}, which they are wherever a collection stands before them.
func normal(path string) string {
	var kept []string
	for segment := range strings.SplitSeq(strings.Trim(strings.ToLower(path), "/"), "/") {
		name, arguments, parens := strings.Cut(segment, "(")
		name = name[strings.LastIndexByte(name, '.')+1:]
		if strings.Contains(segment, "microsoft.graph") && !functions[name] && !actions[name] {
			continue // a cast
		}
		if len(kept) > 0 && collections[kept[len(kept)-1]] && name != "$count" && !functions[name] {
			name = "{}"
		}
		kept = append(kept, name)
		if parens && !functions[name] && strings.Trim(arguments, ")") != "" {
			kept = append(kept, "{}")
		}
	}
	return strings.Join(kept, "/")
}

var (
	actions     = map[string]bool{"validate": true, "reset": true}
	functions   = map[string]bool{"start": true, "getstatistics": true, "getuploadsession": true} // they may follow a collection
	collections = map[string]bool{
		"dataconnectors": true, "inboundflows": true, "operations": true, "outboundprovisioningflowsets": true, "provisioningflows": true,
		"referencedefinitions": true, "rolegroups": true, "runs": true, "activities": true, "sourcesystems": true, "years": true,
	}
	// beyond are paths that are described elsewhere than in the document.
	beyond = []string{"/getuploadsession", "/datalakeflows", "sourcesystems/{}/sourcesystem"}
	// unpublished are members of answers that the document lacks, and that
	// Microsoft's own clients send or its service answers with.
	unpublished = map[string]bool{
		"microsoft.graph.industryData.userMatchingSetting/domainName": true,
		"microsoft.graph.ODataErrors.InnerError/code":                 true,
	}
	// withheld are members that are sent and not answered, and such as are
	// answered only where they were given.
	withheld = map[string]bool{"clientSecret": true, "fileFormat": true}
)

// check returns what is wrong with an answer, and whether the document speaks of it.
func (c *contract) check(method, target string, a answer) (problems []string, known bool) {
	path, query, _ := strings.Cut(target, "?")
	content := a.header.Get("Content-Type")
	below, ok := strings.CutPrefix(strings.ToLower(path), "/beta/")
	if !ok || a.status == http.StatusNotModified || strings.Contains(content, "metadata=none") || strings.Contains(content, "IEEE754Compatible=true") {
		return nil, false
	}
	if a.status >= 400 {
		return c.object("microsoft.graph.ODataErrors.ODataError", a.body, true), true
	}
	item := c.paths[normal(below)]
	if item == nil || item.GetOperation(method) == nil {
		expected := slices.ContainsFunc(beyond, func(end string) bool { return strings.HasSuffix(normal(below), end) })
		if !strings.HasPrefix(below, "external/") || expected || method != http.MethodGet {
			return nil, false
		}
		return []string{"the document has no such operation: " + normal(below)}, true
	}
	operation := item.GetOperation(method)
	if method == http.MethodPatch && a.status == http.StatusOK {
		operation = item.Get // what was asked for with Prefer
	}
	response := operation.Responses.Status(a.status)
	if response == nil {
		return []string{fmt.Sprintf("status %d is not documented", a.status)}, true
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil, true
	}
	lower := strings.ToLower(query)
	partial := strings.Contains(lower, "select")
	return c.value(media.Schema, a.body, "", !partial), true
}

// value compares a value with a schema, and each object in it with its type.
func (c *contract) value(schema *openapi3.SchemaRef, v any, at string, whole bool) []string {
	var problems []string
	if whole {
		if err := schema.Value.VisitJSON(v); err != nil {
			problems = append(problems, at+": "+strings.SplitN(err.Error(), "\n", 2)[0])
		}
	}
	return append(problems, c.members(schema, v, at, whole)...)
}

func (c *contract) object(name string, v any, whole bool) []string {
	return c.value(c.document.Components.Schemas[name], v, "", whole)
}

// publishedPlain is the type that the published answer to the creation of a
// connector names without "#".
const publishedPlain = "microsoft.graph.industryData.fileFormatReferenceValue"

// members finds members that no type has, and such as a type has and are not there.
func (c *contract) members(schema *openapi3.SchemaRef, v any, at string, whole bool) []string {
	switch v := v.(type) {
	case []any:
		var problems []string
		for i, item := range v {
			problems = append(problems, c.members(itemsOf(schema), item, fmt.Sprintf("%s/%d", at, i), whole)...)
		}
		return problems
	case map[string]any:
		named := schema
		if name, ok := v["@odata.type"].(string); ok {
			plain := strings.TrimPrefix(name, "#")
			if named = c.document.Components.Schemas[plain]; named == nil || name == plain && name != publishedPlain {
				return []string{at + ": there is no type " + name}
			}
		}
		return c.properties(named, v, at, whole)
	}
	return nil
}

func (c *contract) properties(schema *openapi3.SchemaRef, v map[string]any, at string, whole bool) []string {
	declared := propertiesOf(schema)
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		property := declared[name]
		switch {
		case strings.Contains(name, "@odata.") || unpublished[c.nameOf(schema)+"/"+name]:
		case property == nil:
			problems = append(problems, fmt.Sprintf("%s: %s has no member %s", at, c.nameOf(schema), name))
		default:
			problems = append(problems, c.members(property, v[name], at+"/"+name, whole)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		_, there := v[name]
		if whole && !there && !strings.Contains(name, "@odata.") && !c.isNavigation(declared[name]) && !withheld[name] && !strings.Contains(c.nameOf(schema), "ODataErrors") {
			problems = append(problems, fmt.Sprintf("%s: the member %s of %s is missing", at, name, c.nameOf(schema)))
		}
	}
	return problems
}

// propertiesOf returns the members of a type with those of its bases.
func propertiesOf(schema *openapi3.SchemaRef) map[string]*openapi3.SchemaRef {
	all := map[string]*openapi3.SchemaRef{}
	if schema == nil {
		return all
	}
	maps.Copy(all, schema.Value.Properties)
	for _, part := range slices.Concat(schema.Value.AllOf, schema.Value.AnyOf) {
		maps.Copy(all, propertiesOf(part))
	}
	return all
}

func itemsOf(schema *openapi3.SchemaRef) *openapi3.SchemaRef {
	if schema == nil || schema.Value.Items == nil {
		return schema
	}
	return schema.Value.Items
}

// isNavigation reports whether a member is of entities, which are there when
// they are expanded.
func (c *contract) isNavigation(schema *openapi3.SchemaRef) bool {
	schema = itemsOf(schema)
	if strings.HasSuffix(schema.Ref, "/microsoft.graph.entity") {
		return true
	}
	return slices.ContainsFunc(slices.Concat(schema.Value.AllOf, schema.Value.AnyOf), c.isNavigation)
}

func (c *contract) nameOf(schema *openapi3.SchemaRef) string {
	for name, known := range c.document.Components.Schemas {
		if known.Value == schema.Value {
			return name
		}
	}
	for _, part := range schema.Value.AnyOf { // a type, or null
		if part.Ref != "" {
			return part.Ref[strings.LastIndexByte(part.Ref, '/')+1:]
		}
	}
	return "the answer"
}

// checkContract compares an answer with the document, where there is one.
func checkContract(tb testing.TB, method, target string, a answer) {
	tb.Helper()
	c, err := theContract()
	if err != nil {
		tb.Fatal(err)
	}
	if c == nil {
		return
	}
	problems, _ := c.check(method, target, a)
	for _, problem := range problems {
		tb.Errorf("%s %s is not as published: %s\n%s", method, target, problem, a.text)
	}
}

// The documented exchanges are compared with the document, and it is seen that
// the comparison finds what is wrong.
func TestContract(t *testing.T) {
	t.Parallel()
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	if c == nil {
		t.Skipf("the published surface is not at %s, and %s does not say where it is: answers are not compared with it", contractFile, contractVariable)
	}
	w := newWorld(t)
	i := w.populated()
	path := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class
	a := w.must(http.StatusOK, "GET", path, "")
	if problems, known := c.check("GET", path, a); !known || len(problems) > 0 {
		t.Fatalf("an answer as it is: %v %v", known, problems)
	}
	for name, edit := range map[string][2]string{
		"a member's name":           {`"additionalAttributes"`, `"additionalAttribute"`},
		"a member's casing":         {`"createdDateTime"`, `"createdDatetime"`},
		"the type":                  {`classGroupProvisioningFlow"`, `classgroupProvisioningFlow"`},
		"a type without its mark":   {`"#microsoft.graph.industryData.classGroup`, `"microsoft.graph.industryData.classGroup`},
		"the type's family":         {`classGroupProvisioningFlow"`, `inboundFileFlow"`},
		"a value of a list":         {`"courseTitle"`, `"coursetitle"`},
		"a time without its zone":   {`Z","lastModifiedDateTime"`, `","lastModifiedDateTime"`},
		"a member that is left out": {`"readinessStatus":"ready"`, `"@odata.x":"ready"`},
		"a truth in quotes":         {`"createTeam":true`, `"createTeam":"true"`},
	} {
		broken := answer{status: a.status, header: a.header, text: strings.Replace(a.text, edit[0], edit[1], 1)}
		if broken.text == a.text {
			t.Errorf("%s: %s is not in %s", name, edit[0], a.text)
			continue
		}
		if err := json.Unmarshal([]byte(broken.text), &broken.body); err != nil {
			t.Fatal(err)
		}
		if problems, _ := c.check("GET", path, broken); len(problems) == 0 {
			t.Errorf("%s is wrong and was not found in %s", name, broken.text)
		}
	}
}
