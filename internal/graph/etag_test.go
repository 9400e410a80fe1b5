package graph_test

import (
	"strings"
	"sync"
	"testing"
)

// Every configured entity has a tag, which is the same wherever the entity is
// met, changes with it, and with nothing else.
func TestETags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	for _, path := range []string{
		"sourceSystems/" + i.source, "dataConnectors/" + i.connector, "years/" + i.year, "inboundFlows/" + i.inbound,
		"outboundProvisioningFlowSets/" + i.set, "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class,
		"referenceDefinitions/RefGradeLevel-KG", "roleGroups/staff", "runs/run-1",
	} {
		one := w.must(200, "GET", industry+path, "")
		tag := one.header.Get("ETag")
		if !strings.HasPrefix(tag, `W/"`) || one.member("@odata.etag") != tag {
			t.Errorf("%s: the header says %s, the body %v", path, tag, one.member("@odata.etag"))
		}
		if a := w.call("GET", industry+path+"?$select=id", "", "Accept", "application/json;odata.metadata=full"); a.header.Get("ETag") != tag {
			t.Errorf("%s with $select: %s, without %s", path, a.header.Get("ETag"), tag)
		}
		list := w.must(200, "GET", industry+path[:strings.LastIndexByte(path, '/')], "")
		if !strings.Contains(list.text, strings.ReplaceAll(tag, `"`, `\"`)) {
			t.Errorf("%s: the list does not have the tag %s", path, tag)
		}
		if a := w.call("GET", industry+path, "", "If-None-Match", `"x", `+tag); a.status != 304 || a.text != "" || a.header.Get("ETag") != tag {
			t.Errorf("%s with If-None-Match: %d %s", path, a.status, a.text)
		}
		if a := w.call("GET", industry+path, "", "If-None-Match", `W/"x"`); a.status != 200 {
			t.Errorf("%s with another If-None-Match: %d", path, a.status)
		}
		if a := w.call("GET", industry+path, "", "Accept", "application/json;odata.metadata=none"); strings.Contains(a.text, "etag") || a.header.Get("ETag") != tag {
			t.Errorf("%s without metadata: %s", path, a.text)
		}
	}
	followed := w.must(200, "GET", industry+"inboundFlows/"+i.inbound+"/year", "")
	if tag := w.must(200, "GET", industry+"years/"+i.year, "").header.Get("ETag"); followed.header.Get("ETag") != tag {
		t.Errorf("through a navigation %s, directly %s", followed.header.Get("ETag"), tag)
	}
}

// What $expand shows has the tag that it has alone, and so has what is read at the
// second path of source systems.
func TestETagOfExpanded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	for _, test := range []struct{ path, member, alone string }{
		{"dataConnectors/" + i.connector + "?$expand=sourceSystem", "sourceSystem", "sourceSystems/" + i.source},
		{"dataConnectors?$expand=sourceSystem($select=id)", "value/0/sourceSystem", "sourceSystems/" + i.source},
		{"inboundFlows/" + i.inbound + "?$expand=dataConnector,year", "dataConnector", "dataConnectors/" + i.connector},
		{"inboundFlows/" + i.inbound + "?$expand=dataConnector,year", "year", "years/" + i.year},
		{"outboundProvisioningFlowSets?$expand=provisioningFlows", "value/0/provisioningFlows/0", "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class},
		{"?$expand=years", "years/0", "years/" + i.year},
		{"sourceSystems/" + i.source + "/sourceSystem", "", "sourceSystems/" + i.source},
	} {
		tag := w.must(200, "GET", industry+test.alone, "").header.Get("ETag")
		a := w.must(200, "GET", strings.Replace(industry+test.path, "/?", "?", 1), "")
		if got := a.member(strings.TrimPrefix(test.member+"/@odata.etag", "/")); got != tag {
			t.Errorf("%s: the tag of %s is %v, alone %s", test.path, test.member, got, tag)
		}
		if a := w.call("GET", strings.Replace(industry+test.path, "/?", "?", 1), "", "Accept", "application/json;odata.metadata=none"); strings.Contains(a.text, "etag") {
			t.Errorf("%s without metadata: %s", test.path, a.text)
		}
	}
	if a := w.call("GET", industry+"sourceSystems/"+i.source+"/sourceSystem", ""); a.header.Get("ETag") == "" || a.id() != i.source {
		t.Error(a.header, a.text)
	}
}

// The tag of the answer to a creation is good for a change, also where the
// readiness has changed since.
func TestETagOfCreation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	flows := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows"
	user := `{"@odata.type":"#microsoft.graph.industryData.userProvisioningFlow","createUnmatchedUsers":true,
		"managementOptions":{"additionalOptions":{}},"creationOptions":{"configurations":[{"roleGroup@odata.bind":"roleGroups/staff",
		"defaultPasswordSettings":{"@odata.type":"microsoft.graph.industryData.simplePasswordSettings","password":"Secret-1"}}]}}`
	for path, body := range map[string]string{
		flows: user, industry + "years": yearBody, industry + "sourceSystems": sourceBody,
		industry + "outboundProvisioningFlowSets": `{"displayName":"x","filter":{"@odata.type":"microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":["1"]}}`,
		industry + "referenceDefinitions":         `{"referenceType":"RefRace","code":"x","isDisabled":false,"sortIndex":3}`,
	} {
		made := w.must(201, "POST", path, body)
		at := path + "/" + made.id()
		read := w.must(200, "GET", at, "")
		a, b := made.header.Get("ETag"), read.header.Get("ETag")
		if path == flows {
			if a == b || made.member("readinessStatus") == read.member("readinessStatus") {
				t.Errorf("%s: the readiness changed, the tag %s did not", path, a)
			}
		} else if a != b {
			t.Errorf("%s: the tag of the creation is %s, of the entity %s", path, a, b)
		}
		change := `{"displayName":"y"}`
		if path == flows {
			change = `{"createUnmatchedUsers":false}`
		}
		if path == industry+"sourceSystems" {
			change = `{"vendor":"y"}`
		}
		if got := w.call("PATCH", at, change, "If-Match", a); got.status != 204 {
			t.Errorf("%s with the tag of its creation: %d %s", path, got.status, got.text)
		}
		if got := w.call("PATCH", at, change, "If-Match", a); got.status != 412 || got.member("error/code") != "resourceModified" {
			t.Errorf("%s with an old tag: %d %s", path, got.status, got.text)
		}
		if got := w.call("DELETE", at, "", "If-Match", a); got.status != 412 {
			t.Errorf("%s deleted with an old tag: %d %s", path, got.status, got.text)
		}
		if got := w.call("DELETE", at, "", "If-Match", `"x", *`); got.status != 204 {
			t.Errorf("%s deleted with any tag: %d %s", path, got.status, got.text)
		}
	}
}

// A flow set is deleted with its flows, which have tags of their own.
func TestDeleteOfSetComparesItsTag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	set := industry + "outboundProvisioningFlowSets/" + i.set
	if a := w.call("DELETE", set, "", "If-Match", `W/"x"`); a.status != 412 {
		t.Errorf("%d %s", a.status, a.text)
	}
	tag := w.must(200, "GET", set+"/provisioningFlows/"+i.class, "").header.Get("ETag")
	w.must(204, "PATCH", set+"/provisioningFlows/"+i.class, "{}")
	if a := w.call("DELETE", set+"/provisioningFlows/"+i.class, "", "If-Match", tag); a.status != 412 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := w.call("DELETE", set, "", "If-Match", w.must(200, "GET", set, "").header.Get("ETag")); a.status != 204 {
		t.Errorf("%d %s", a.status, a.text)
	}
}

// Of many who change what they read at the same time, one succeeds.
func TestIfMatchIsAtomic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	tag := w.must(200, "GET", industry+"years/"+i.year, "").header.Get("ETag")
	var wait sync.WaitGroup
	status := make([]int, 16)
	for n := range status {
		wait.Go(func() {
			status[n] = w.call("PATCH", industry+"years/"+i.year, `{"displayName":"`+strings.Repeat("x", n+1)+`"}`, "If-Match", tag).status
		})
	}
	wait.Wait()
	count := map[int]int{}
	for _, s := range status {
		count[s]++
	}
	if count[204] != 1 || count[412] != 15 {
		t.Errorf("%v", count)
	}
}
