package graph_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// responses returns the answers to a batch by their ids, as "status" and members.
func responses(a answer) map[string]answer {
	got := map[string]answer{}
	list, _ := a.member("responses").([]any)
	for _, v := range list {
		item := answer{body: v}
		status, _ := item.member("status").(float64)
		got[item.id()] = answer{status: int(status), body: v}
	}
	return got
}

func batch(items ...string) string { return `{"requests":[` + strings.Join(items, ",") + `]}` }

// What Microsoft's Go SDK sends: keys of headers in lower case, a body that is
// null, and a list of dependencies that is empty.
func TestBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	got := responses(w.must(200, "POST", "/beta/$batch", batch(
		`{"id":"9d2f","method":"GET","url":"/external/industryData/years/`+i.year+`","headers":{"accept":"application/json"},"body":null,"dependsOn":[]}`,
		`{"id":"count","method":"get","url":"external/industryData/years/$count","headers":{"accept":"text/plain;q=0.9"}}`,
		`{"id":"made","method":"POST","url":"/external/industryData/years","headers":{"content-type":"application/json"},"body":`+yearBody+`}`,
		`{"id":"absolute","method":"GET","url":"`+w.url+`/beta/external/industryData/years?$filter=displayName%20eq%20'2024/25'","dependsOn":["MADE"]}`,
		`{"id":"gone","method":"DELETE","url":"/external/industryData/sourceSystems/`+i.source+`"}`,
		`{"id":"elsewhere","method":"GET","url":"https://graph.microsoft.example/beta/users"}`,
		`{"id":"nested","method":"POST","url":"/$batch","body":`+batch(`{"id":"1","method":"GET","url":"/users"}`)+`}`,
		`{"id":"hidden","method":"POST","url":"/%24BATCH","body":`+batch(`{"id":"1","method":"GET","url":"/users"}`)+`}`,
		`{"id":"fetched","method":"POST","url":"/external/industryData/runs/start","body":{}}`,
	)))
	want := map[string]int{
		"9d2f": 200, "count": 200, "made": 201, "absolute": 200, "gone": 409, "elsewhere": 400, "nested": 400, "hidden": 400, "fetched": 202,
	}
	statuses := map[string]int{}
	for id, a := range got {
		statuses[id] = a.status
	}
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	if got["9d2f"].member("body/id") != i.year || got["count"].member("body") != "1" {
		t.Errorf("%v %v", got["9d2f"].body, got["count"].body)
	}
	if got["count"].member("headers/Content-Type") != "text/plain" || got["made"].member("headers/Location") == nil {
		t.Errorf("%v %v", got["count"].body, got["made"].body)
	}
	if found := got["absolute"].member("body/value"); len(found.([]any)) != 2 {
		t.Errorf("what depends on the creation does not see it: %v", found)
	}
	if got["gone"].member("body/error/code") != "conflict" {
		t.Errorf("%v", got["gone"].body)
	}
	if a, b := got["9d2f"].member("headers/request-id"), got["count"].member("headers/request-id"); a == nil || a == b {
		t.Errorf("two items have the request-ids %v and %v", a, b)
	}
	headers, _ := got["made"].member("headers").(map[string]any)
	if diff := cmp.Diff([]string{"Content-Type", "ETag", "Location", "OData-Version", "client-request-id", "request-id"}, slices.Sorted(maps.Keys(headers))); diff != "" {
		t.Error(diff)
	}
	if w.runs.started != 1 {
		t.Errorf("started %d runs", w.runs.started)
	}
}

// Each item needs its own permission, whoever sends the batch.
func TestBatchPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := batch(`{"id":"1","method":"GET","url":"/external/industryData/years","headers":{"Authorization":"Bearer all"}}`,
		`{"id":"2","method":"GET","url":"/external/industryData/runs"}`)
	got := responses(w.callAs("IndustryData-Run.Read.All", "POST", "/beta/$batch", body))
	if got["1"].status != 403 || got["2"].status != 200 {
		t.Errorf("%v", got)
	}
	if a := w.callAs("", "POST", "/beta/$batch", body); a.status != 401 {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestBatchDependencies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const url = `"method":"GET","url":"/external/industryData/years`
	got := responses(w.must(200, "POST", "/beta/$batch", batch(
		`{"id":"last",`+url+`","dependsOn":["middle"]}`,
		`{"id":"middle",`+url+`","dependsOn":["first"]}`,
		`{"id":"first",`+url+`/none"}`,
		`{"id":"alone",`+url+`"}`,
	)))
	for id, status := range map[string]int{"first": 404, "middle": 424, "last": 424, "alone": 200} {
		if got[id].status != status || status >= 400 && got[id].member("body/error/message") == "" {
			t.Errorf("%s: %v", id, got[id].body)
		}
	}
}

// The m365 command line numbers its requests. Answers name them as Graph does, by
// strings.
func TestBatchIDsMayBeNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := responses(w.must(200, "POST", "/v1.0/$batch", batch(
		`{"id":2,"method":"GET","url":"/users/u1","dependsOn":[1]}`, `{"id":1,"method":"GET","url":"/users/nobody"}`,
		`{"id":-3.5,"method":"GET","url":"/users/u1"}`, `{"id":4,"method":"GET","url":"/users/u1","dependsOn":["-3.5"]}`,
	)))
	for id, status := range map[string]int{"1": 404, "2": 424, "-3.5": 200, "4": 200} {
		if got[id].status != status {
			t.Errorf("%s: %v", id, got[id].body)
		}
	}
}

func TestBatchRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprintf(`{"id":"%d","method":"GET","url":"/users"}`, i)
	}
	for name, body := range map[string]string{
		"too many":           batch(many...),
		"none":               batch(),
		"no list":            `{}`,
		"a list of texts":    `{"requests":["x"]}`,
		"no JSON":            `{"requests":[`,
		"same id":            batch(`{"id":"a","method":"GET","url":"/users"}`, `{"id":"A","method":"GET","url":"/users"}`),
		"no id":              batch(`{"method":"GET","url":"/users"}`),
		"truth as id":        batch(`{"id":true,"method":"GET","url":"/users"}`),
		"same id as number":  batch(`{"id":1,"method":"GET","url":"/users"}`, `{"id":"1","method":"GET","url":"/users"}`),
		"circle":             batch(`{"id":"a","method":"GET","url":"/users","dependsOn":["b"]}`, `{"id":"b","method":"GET","url":"/users","dependsOn":["a"]}`),
		"itself":             batch(`{"id":"a","method":"GET","url":"/users","dependsOn":["a"]}`),
		"unknown dependency": batch(`{"id":"a","method":"GET","url":"/users","dependsOn":["z"]}`),
	} {
		if a := w.call("POST", "/beta/$batch", body); a.status != 400 || a.member("error/message") == "" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if a := w.call("POST", "/beta/$batch", `{"requests":[],"x":"`+strings.Repeat("x", 5<<20)+`"}`); a.status != 413 {
		t.Errorf("5 MiB: %d", a.status)
	}
	got := responses(w.must(200, "POST", "/beta/$batch", batch(`{"id":"a","method":"G E T","url":"/users"}`, `{"id":"b","method":"GET","url":"::"}`, `{"id":"c","method":"GET"}`, `{"id":"d","url":"/users"}`)))
	if got["a"].status != 400 || got["b"].status != 400 || got["c"].status != 400 || got["d"].status != 400 {
		t.Errorf("%v", got)
	}
	if len(w.reported) > 0 {
		t.Errorf("%v", w.reported)
	}
}
