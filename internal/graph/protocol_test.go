package graph_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One entity is reached by every spelling that clients use, and never by a
// redirect.
func TestSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	for _, path := range []string{
		"/beta/external/industryData/years/" + i.year,
		"/beta/external/industryData/years/" + i.year + "/",
		"/beta//external/industryData//years/" + i.year,
		"/BETA/EXTERNAL/INDUSTRYDATA/YEARS/" + i.year,
		"/beta/external/industrydata/Years('" + i.year + "')",
		"/beta/external/industryData/years(%27" + i.year + "%27)",
		"/beta/external/industryData/years(id='" + i.year + "')",
		"/beta/external/industryData/years/" + i.year + "/microsoft.graph.industryData.yearTimePeriodDefinition",
		"/beta/external/industryData/inboundFlows/" + i.inbound + "/year",
		"/beta/external/industryData/inboundFlows/" + i.inbound + "/microsoft.graph.industryData.inboundFileFlow/year",
	} {
		if a := w.call("GET", path, ""); a.status != 200 || a.id() != i.year {
			t.Errorf("GET %s: %d %s", path, a.status, a.text)
		}
	}
	upper := strings.ToUpper(w.must(201, "POST", industry+"years", strings.Replace(yearBody, "2024/25", "again", 1)).id())
	if a := w.call("GET", industry+"years/"+upper, ""); a.status != 200 || a.id() != strings.ToLower(upper) {
		t.Errorf("a GUID in upper case: %d %s", a.status, a.text)
	}
	for _, path := range []string{"/", "/alpha/external/industryData/years", "/betaexternal/industryData/years", "/v1.0x/users"} {
		if a := w.call("GET", path, ""); a.status != 404 || a.member("error/code") != "itemNotFound" {
			t.Errorf("GET %s: %d %s", path, a.status, a.text)
		}
	}
	if a := w.call("GET", industry+"dataConnectors/"+i.connector+"/microsoft.graph.industryData.oneRosterApiDataConnector", ""); a.status != 404 {
		t.Errorf("an entity is of a type that it is not of: %d %s", a.status, a.text)
	}
	if a := w.call("GET", industry+"inboundFlows/microsoft.graph.industryData.inboundApiFlow", ""); a.status != 200 || len(a.member("value").([]any)) != 0 {
		t.Errorf("a cast does not choose: %d %s", a.status, a.text)
	}
	set := industry + "outboundProvisioningFlowSets/" + i.set
	for _, method := range []string{"PATCH", "DELETE"} {
		body := map[string]string{"PATCH": "{}"}[method]
		if a := w.call(method, set+"/provisioningFlows/"+i.class+"/microsoft.graph.industryData.userProvisioningFlow", body); a.status != 404 {
			t.Errorf("%s through a type that the entity is not of: %d %s", method, a.status, a.text)
		}
	}
	if a := w.call("GET", set+"/microsoft.graph.industryData.outboundProvisioningFlowSet/provisioningFlows", ""); a.status != 200 || len(a.member("value").([]any)) == 0 {
		t.Errorf("a cast on the way chooses at the end: %d %s", a.status, a.text)
	}
	if a := w.call("PATCH", set+"/provisioningFlows/"+i.class+"/microsoft.graph.industryData.classGroupProvisioningFlow", "{}"); a.status != 204 {
		t.Errorf("PATCH through the entity's type: %d %s", a.status, a.text)
	}
}

func TestQueryOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"beta", "alpha", "gamma", "delta"} {
		w.must(201, "POST", industry+"outboundProvisioningFlowSets", `{"displayName":"`+name+`"}`)
	}
	sets := industry + "outboundProvisioningFlowSets"
	tests := []struct{ query, want string }{
		{"$orderby=displayName", "alpha beta delta gamma"},
		{"orderby=displayName desc", "gamma delta beta alpha"},
		{"%24orderby=displayName&%24top=2", "alpha beta"},
		{"$skip=2", "gamma delta"},
		{"$filter=displayName eq 'BETA' or startswith(displayName,'d')", "beta delta"},
		{"$filter=not (contains(displayName,'l')) and displayName ne null", "beta gamma"},
		{"$filter=createdDateTime lt 2020-01-01", ""},
		{"$filter=createdDateTime gt 2020-01-01T00:00:00Z and filter eq null", "error"},
		{"$filter=displayName in ('alpha','gamma')", "alpha gamma"},
		{"$search=\"ET\"", "beta"},
		{"$top=0", ""},
	}
	for _, test := range tests {
		a := w.call("GET", sets+"?"+strings.ReplaceAll(test.query, " ", "%20"), "")
		if a.status != 200 {
			if test.want != "error" {
				t.Errorf("%s: %d %s", test.query, a.status, a.text)
			}
			continue
		}
		var names []string
		for _, v := range a.member("value").([]any) {
			names = append(names, v.(map[string]any)["displayName"].(string))
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.query, got, test.want)
		}
	}
	if a := w.call("GET", sets+"/$count?$filter="+url.QueryEscape("displayName ge 'beta'"), ""); a.text != "3" {
		t.Error(a.text)
	}
	if a := w.call("GET", sets+"?$select=DISPLAYNAME,id,displayName&$top=1", ""); a.member("@odata.context") !=
		w.url+"/beta/$metadata#external/industryData/outboundProvisioningFlowSets(displayName,id)" {
		t.Error("the context is as the client spells it:", a.text)
	}
	if a := w.call("GET", sets+"?$select=displayName&$count=true&$top=1&$expand=provisioningFlows", ""); a.member("@odata.count") != 4.0 ||
		a.member("value/0/id") != nil || a.member("value/0/provisioningFlows") == nil {
		t.Error(a.text)
	}
}

// Following @odata.nextLink shows every entity once, also when the one at which
// a page ended is gone by then.
func TestPaging(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"", "&$orderby=displayName%20desc", "&$orderby=createdDateTime"} {
		w := newWorld(t)
		want := map[string]int{}
		for _, name := range []string{"it's", "b", "a", "b", "c", "b"} {
			want[w.must(201, "POST", industry+"years", strings.Replace(`{"displayName":"NAME","startDate":"2024-09-01","endDate":"2025-06-30","year":{"code":"2024"}}`, "NAME", name, 1)).id()] = 1
		}
		if order == "&$orderby=createdDateTime" {
			order = "&$orderby=startDate,displayName"
		}
		got := map[string]int{}
		next := industry + "years?$top=2" + order
		for next != "" {
			a := w.must(200, "GET", next, "")
			var last string
			for _, v := range a.member("value").([]any) {
				last = v.(map[string]any)["id"].(string)
				got[last]++
			}
			link, _ := a.member("@odata.nextLink").(string)
			next = strings.TrimPrefix(link, w.url)
			w.must(204, "DELETE", industry+"years/"+last, "")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", order, diff)
		}
	}
	w := newWorld(t)
	if a := w.call("GET", industry+"referenceDefinitions?$skiptoken=code-'x'", ""); a.status != 400 {
		t.Errorf("a token of another order: %d", a.status)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	if a := w.call("HEAD", industry+"years/"+i.year, ""); a.status != 200 || a.text != "" || a.header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %q %v", a.status, a.text, a.header)
	}
	if a := w.call("OPTIONS", industry+"years/"+i.year, ""); a.status != 204 || a.header.Get("Allow") != "DELETE, GET, HEAD, OPTIONS, PATCH" {
		t.Errorf("OPTIONS: %d %v", a.status, a.header)
	}
	if a := w.call("PUT", industry+"years", ""); a.status != 405 || a.header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
		t.Errorf("PUT: %d %v", a.status, a.header)
	}
	a := w.call("PATCH", industry+"years/"+i.year, `{"displayName":"Renamed"}`, "Prefer", "return=representation")
	if a.status != 200 || a.member("displayName") != "Renamed" || a.header.Get("Preference-Applied") != "return=representation" {
		t.Errorf("PATCH: %d %s %v", a.status, a.text, a.header)
	}
	if a := w.call("POST", industry+"years", yearBody); a.header.Get("Location") != w.url+industry+"years/"+a.id() {
		t.Errorf("POST: %v", a.header)
	}
}

func TestCompressedBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	send := func(content string) answer {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return w.call("PATCH", industry+"years/"+i.year, b.String(), "Content-Encoding", "gzip")
	}
	if a := send(`{"displayName":"Compressed"}`); a.status != 204 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if got := w.call("GET", industry+"years/"+i.year, "").member("displayName"); got != "Compressed" {
		t.Error(got)
	}
	if a := send(`{"displayName":"` + strings.Repeat("x", 8<<20) + `"}`); a.status != 413 {
		t.Errorf("a bomb: %d %s", a.status, a.text)
	}
	if a := w.call("PATCH", industry+"years/"+i.year, "no gzip", "Content-Encoding", "gzip"); a.status != 400 {
		t.Errorf("no gzip: %d %s", a.status, a.text)
	}
	if a := w.call("PATCH", industry+"years/"+i.year, "x", "Content-Encoding", "br"); a.status != 415 {
		t.Errorf("brotli: %d %s", a.status, a.text)
	}
}

func TestMetadataLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	path := industry + "dataConnectors/" + i.connector
	none := w.call("GET", path, "", "Accept", "application/json;odata.metadata=none")
	if strings.Contains(none.text, "@odata") || !strings.Contains(none.header.Get("Content-Type"), "odata.metadata=none") {
		t.Error(none.text, none.header)
	}
	full := w.call("GET", industry+"years/"+i.year, "", "Accept", "application/json;odata.metadata=full")
	if full.member("@odata.type") != "#microsoft.graph.industryData.yearTimePeriodDefinition" {
		t.Error(full.text)
	}
	for _, accept := range []string{"*/*", "text/plain;q=0.9", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=true"} {
		a := w.call("GET", path, "", "Accept", accept)
		if a.status != http.StatusOK || a.member("@odata.type") == nil || a.header.Get("OData-Version") != "4.0" {
			t.Error(accept, a.status, a.text)
		}
	}
}
