package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// sink takes an answer and keeps nothing, as cheaply as possible.
type sink struct {
	header http.Header
	size   int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { s.size = len(b); return len(b), nil }

// BenchmarkGetFlow is what the API adds to net/http when a flow is read.
func BenchmarkGetFlow(b *testing.B) {
	w := newWorld(b)
	i := w.populated()
	benchmarkHandler(b, w.handler, "GET", industry+"outboundProvisioningFlowSets/"+i.set+"/provisioningFlows/"+i.class, "")
}

// BenchmarkGetRoleGroup is the same without a database behind it.
func BenchmarkGetRoleGroup(b *testing.B) {
	benchmarkHandler(b, newWorld(b).handler, "GET", industry+"roleGroups/students", "")
}

func BenchmarkListDefinitions(b *testing.B) {
	benchmarkHandler(b, newWorld(b).handler, "GET", industry+"referenceDefinitions", "")
}

func BenchmarkPatchFlow(b *testing.B) {
	w := newWorld(b)
	i := w.populated()
	benchmarkHandler(b, w.handler, "PATCH", industry+"outboundProvisioningFlowSets/"+i.set+"/provisioningFlows/"+i.class,
		`{"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow","configuration":{"additionalOptions":{"createTeam":false}}}`)
}

func benchmarkHandler(b *testing.B, handler http.Handler, method, path, body string) {
	out := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer IndustryData-OutboundFlow.ReadWrite.All IndustryData.ReadBasic.All IndustryData-ReferenceDefinition.Read.All")
		clear(out.header)
		handler.ServeHTTP(out, r)
	}
	b.ReportMetric(float64(out.size), "answer-bytes")
}

// BenchmarkNothing is the cost of making a request, to be taken off the others.
func BenchmarkNothing(b *testing.B) {
	benchmarkHandler(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil) }), "GET", industry, "")
}

// BenchmarkServed compares reading a flow over a connection with a bare handler
// that writes the same bytes.
func BenchmarkServed(b *testing.B) {
	w := newWorld(b)
	i := w.populated()
	path := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows/" + i.class
	text := w.must(200, "GET", path, "").text
	floor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}))
	defer floor.Close()
	for name, url := range map[string]string{"flow": w.server.URL + path, "floor": floor.URL} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					fetch(b, url)
				}
			})
		})
	}
}

func fetch(b *testing.B, url string) {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer IndustryData-OutboundFlow.Read.All")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	buffer := make([]byte, 4096)
	for err == nil {
		_, err = resp.Body.Read(buffer)
	}
}
