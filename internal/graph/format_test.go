package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFullMetadata(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	const full = "application/json;odata.metadata=full"
	set := "external/industryData/outboundProvisioningFlowSets('" + i.set + "')"
	flow := "external/industryData/outboundProvisioningFlowSets/" + i.set + "/provisioningFlows('" + i.class + "')"
	for path, edit := range map[string]string{
		"external/industryData/outboundProvisioningFlowSets/" + i.set:                                   set,
		"external/industryData/outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class: flow,
		"external/industryData/inboundFlows/" + i.inbound + "/year":                                     "external/industryData/years('" + i.year + "')",
		"users/u1": "users('u1')",
	} {
		a := w.call("GET", "/beta/"+path, "", "Accept", full)
		if a.member("@odata.id") != w.url+"/beta/"+edit || a.member("@odata.editLink") != edit || a.member("@odata.type") == nil {
			t.Errorf("%s: %s", path, a.text)
		}
		if b := w.call("GET", "/beta/"+edit, ""); b.status != 200 || b.id() != a.id() {
			t.Errorf("%s leads to %d %s", edit, b.status, b.text)
		}
		list := w.call("GET", "/beta/"+path[:strings.LastIndexByte(path, '/')], "", "Accept", full)
		if strings.HasSuffix(path, i.set) && list.member("value/0/@odata.editLink") != edit {
			t.Errorf("%s in a list: %s", path, list.text)
		}
	}
	a := w.call("GET", "/beta/"+flow, "", "Accept", full)
	if a.member("createdDateTime@odata.type") != "#DateTimeOffset" || a.member("readinessStatus@odata.type") != "#microsoft.graph.industryData.readinessStatus" ||
		a.member("configuration/enrollmentMappings/ownerEnrollmentMappings@odata.type") != "#Collection(microsoft.graph.industryData.sectionRoleReferenceValue)" ||
		a.member("id@odata.type") != nil {
		t.Error(a.text)
	}
	minimal := w.call("GET", "/beta/"+flow, "")
	if strings.Contains(minimal.text, "editLink") || strings.Contains(minimal.text, "Time@odata.type") {
		t.Error(minimal.text)
	}
	if a := w.call("GET", "/beta/"+flow+"?$format=application/json;odata.metadata=none", "", "Accept", full); strings.Contains(a.text, "@odata") {
		t.Errorf("$format does not go before Accept: %s", a.text)
	}
}

func TestLongIntegersAsStrings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.call("GET", industry+"roleGroups?$count=true", "", "Accept", "application/json; odata.metadata=minimal; IEEE754Compatible=true")
	if a.member("@odata.count") != "2" || !strings.Contains(a.header.Get("Content-Type"), "odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=true") {
		t.Errorf("%s %v", a.text, a.header)
	}
	a = w.call("GET", industry+"referenceDefinitions?$top=1", "", "Accept", "application/json;IEEE754Compatible=true")
	if _, number := a.member("value/0/sortIndex").(float64); !number {
		t.Errorf("an integer of 32 bits became a string: %s", a.text)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for accept, status := range map[string]int{
		"": 200, "*/*": 200, "application/json": 200, "application/*;q=0.1": 200, "text/html, */*;q=0.8": 200, "text/plain;q=0.9": 200,
		"application/json;odata.metadata=full;IEEE754Compatible=true, text/html": 200, "APPLICATION/JSON": 200,
		"text/html": 406, "application/xml, application/atom+xml": 406, "application/json;q=0": 406, "application/jsonx": 406,
	} {
		if a := w.call("GET", industry+"roleGroups", "", "Accept", accept); a.status != status {
			t.Errorf("%q: %d, want %d", accept, a.status, status)
		}
	}
	if a := w.call("POST", industry+"runs/start", "", "Accept", "text/html"); a.status != 406 || a.member("error/code") == "" || w.runs.started != 0 {
		t.Errorf("what cannot be answered was done: %d, %d runs", a.status, w.runs.started)
	}
	if a := w.call("GET", industry+"roleGroups?$format=atom", ""); a.status != 406 {
		t.Errorf("$format: %d", a.status)
	}
	for format, status := range map[string]int{"xml": 200, "application/xml;charset=utf-8": 200, "json": 406, "application/json": 406} {
		a := w.call("GET", "/beta/$metadata?$format="+format, "")
		if a.status != status || status == 406 && !strings.Contains(a.text, "application/xml") {
			t.Errorf("$metadata in %s: %d %.200s", format, a.status, a.text)
		}
	}
	for _, accept := range []string{"", "*/*", "application/json", "application/xml", "text/html"} {
		if a := w.call("GET", "/v1.0/$metadata", "", "Accept", accept); a.status != 200 || a.header.Get("Content-Type") != "application/xml" {
			t.Errorf("$metadata to who accepts %q: %d", accept, a.status)
		}
	}
	if a := w.call("PATCH", industry+"years/x", "{}", "Content-Type", "text/plain"); a.status != 415 {
		t.Errorf("text/plain: %d", a.status)
	}
}

func TestNestedOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := industry + "runs/run-1?$expand=activities("
	for options, want := range map[string]string{
		"": "activity-1 activity-2", "$filter=displayName eq 'Classes'": "activity-2", "filter=displayName in ('a;b','Nightly')": "activity-1",
		"$orderby=displayName": "activity-2 activity-1", "$orderby=id desc;$top=1": "activity-2", "$skip=1": "activity-2", "$search=night": "activity-1",
		"$select=id;$top=1": "activity-1",
	} {
		a := w.call("GET", path+strings.ReplaceAll(options, " ", "%20")+")", "")
		var ids []string
		list, _ := a.member("activities").([]any)
		for _, v := range list {
			ids = append(ids, v.(map[string]any)["id"].(string))
			if _, named := v.(map[string]any)["displayName"]; named == strings.Contains(options, "select") {
				t.Errorf("%s: %v", options, v)
			}
		}
		if diff := cmp.Diff(want, strings.Join(ids, " ")); diff != "" {
			t.Errorf("%s: %d (-want +got)\n%s", options, a.status, diff)
		}
	}
	for _, options := range []string{"$filter=nothing eq 1", "$expand=activity", "$select=nothing", "$count=true", "$top=x"} {
		if a := w.call("GET", path+strings.ReplaceAll(options, " ", "%20")+")", ""); a.status != 400 {
			t.Errorf("%s: %d %s", options, a.status, a.text)
		}
	}
	i := w.populated()
	if a := w.call("GET", industry+"inboundFlows/"+i.inbound+"?$expand=year($top=1)", ""); a.status != 400 {
		t.Errorf("$top of one entity: %d", a.status)
	}
}

func TestMaxPageSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen, next := 0, industry+"referenceDefinitions?$filter=referenceType%20eq%20'RefGradeLevel'"
	for pages := 0; next != ""; pages++ {
		a := w.call("GET", next, "", "Prefer", `return=minimal, odata.maxpagesize=5`)
		list := a.member("value").([]any)
		if len(list) > 5 || a.header.Get("Preference-Applied") != "odata.maxpagesize=5" {
			t.Fatalf("%d entities, %v", len(list), a.header)
		}
		seen += len(list)
		link, _ := a.member("@odata.nextLink").(string)
		next = strings.TrimPrefix(link, w.url)
	}
	all := w.must(200, "GET", industry+"referenceDefinitions/$count?$filter=referenceType%20eq%20'RefGradeLevel'", "")
	if all.text == "" || len(all.text) != 2 || seen < 10 {
		t.Errorf("saw %d of %s", seen, all.text)
	}
	if a := w.call("GET", "/v1.0/users", "", "Prefer", "maxpagesize=1"); len(a.member("value").([]any)) != 1 || a.member("@odata.nextLink") == nil {
		t.Error(a.text)
	}
}
