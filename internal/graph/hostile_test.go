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
