package graph_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"rollbook/internal/odata"
)

// Whatever is sent, the answer is no fault of the server's, no redirect, and an
// error says what is wrong in the envelope.
func FuzzRequest(f *testing.F) {
	w := newWorld(f)
	i := w.populated()
	seeds := [][3]string{
		{"GET", industry + "years/" + i.year, ""},
		{"GET", industry + "inboundFlows?$expand=dataConnector($select=id)&$filter=displayName eq 'x'&$orderby=displayName desc&$top=1", ""},
		{"GET", industry + "dataConnectors('" + i.connector + "')/microsoft.graph.industryData.azureDataLakeConnector/getUploadSession(resetSession=@p)?@p=true", ""},
		{"PATCH", industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class, `{"configuration":{"additionalAttributes":[]}}`},
		{"PATCH", industry + "outboundProvisioningFlowSets/" + i.set, `{"filter":{"@odata.type":"#microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":[]}}`},
		{"POST", industry + "sourceSystems", sourceBody},
		{"POST", industry + "years", yearBody},
		{"POST", industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows", classBody},
		{"POST", industry + "referenceDefinitions", `{"referenceType":"RefGradeLevel","code":"x","isDisabled":false,"sortIndex":1}`},
		{"POST", industry + "runs/start", `{}`},
		{"DELETE", industry + "years/" + i.year, ""},
		{"GET", "/v1.0/users?$filter=startswith(displayName,'a') and id in ('1')&$count=true", ""},
		{"GET", "/v1.0/groups/g1/members/$count", ""},
		{"PUT", "/beta/%zz/..//('", "\xff"},
	}
	for _, s := range seeds {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		u, err := url.ParseRequestURI(strings.ReplaceAll(target, " ", "%20"))
		if err != nil || u.Path == "" || u.Path[0] != '/' {
			return
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL = method, u
		r.Header.Set("Authorization", "Bearer all")
		out := httptest.NewRecorder()
		w.handler.ServeHTTP(out, r)
		switch {
		case out.Code < 300:
		case out.Code >= 400 && out.Code < 500:
			var e struct {
				Error odata.Error `json:"error"`
			}
			if err := json.Unmarshal(out.Body.Bytes(), &e, json.MatchCaseInsensitiveNames(true)); err != nil || e.Error.Code == "" || e.Error.Message == "" {
				t.Errorf("%s %s: not an envelope: %v %s", method, target, err, out.Body)
			}
		default:
			t.Errorf("%s %s: %d %s %v", method, target, out.Code, out.Body, w.reported)
		}
	})
}

// FuzzBatch sends what may be a batch: whatever it is, it is answered, each of
// its items too.
func FuzzBatch(f *testing.F) {
	w := newWorld(f)
	i := w.populated()
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"/external/industryData/years/` + i.year + `"},{"id":"2","method":"DELETE","url":"external/industryData/years/x","dependsOn":["1"],"body":null}]}`)
	f.Add(`{"requests":[{"id":"A","method":"POST","url":"/external/industryData/years","headers":{"content-type":"application/json"},"body":{}},{"id":"a","method":"get","url":"?"}]}`)
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"https://elsewhere.example/beta/users","dependsOn":["2"]},{"id":"2","method":"PATCH","url":"//x","dependsOn":["1"]}]}`)
	f.Add(`{"Requests":[{"ID":"1","METHOD":"GET","URL":"/$batch"}],"requests":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/beta/$batch", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer all")
		r.Header.Set("Content-Type", "application/json")
		out := httptest.NewRecorder()
		w.handler.ServeHTTP(out, r)
		if err := decent(out); err != nil {
			t.Error(err)
		}
		var answer struct {
			Responses []struct {
				ID     string
				Status int
			}
		}
		if err := json.Unmarshal(out.Body.Bytes(), &answer, json.MatchCaseInsensitiveNames(true)); err != nil && out.Code < 400 {
			t.Errorf("%q: %v", body, err)
		}
		for _, item := range answer.Responses {
			if item.ID == "" || item.Status < 200 || item.Status >= 500 || item.Status >= 300 && item.Status < 400 && item.Status != 304 {
				t.Errorf("%q: an item is answered with %+v", body, item)
			}
		}
	})
}

// FuzzSkipToken continues lists from where somebody says they ended.
func FuzzSkipToken(f *testing.F) {
	w := newWorldOn(f, true)
	w.knownKeys()
	lists := []string{industry + "referenceDefinitions?$top=3", industry + "runs?$orderby=startDateTime%20desc&$top=1", "/v1.0/users?$top=1", "/v1.0/groups?$top=1&$orderby=displayName"}
	for i, list := range lists {
		next, _ := w.call("GET", list, "").member("@odata.nextLink").(string)
		if _, token, ok := strings.Cut(next, "skiptoken="); ok {
			token, _ = url.QueryUnescape(token)
			f.Add(i, token)
		}
		f.Add(i, "id-'x'")
		f.Add(i, "")
	}
	f.Fuzz(func(t *testing.T, list int, token string) {
		target, err := url.Parse(lists[(list%len(lists)+len(lists))%len(lists)] + "&$skiptoken=" + url.QueryEscape(token))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL = target
		r.Header.Set("Authorization", "Bearer all")
		out := httptest.NewRecorder()
		w.handler.ServeHTTP(out, r)
		if err := decent(out); err != nil {
			t.Errorf("%s: %v %v", target, err, w.reported)
		}
	})
}
