package graph_test

import (
	"strings"
	"sync"
	"testing"
)

// A creation that is sent again under its client-request-id gets the first
// answer, and everything else is a request of its own.
func TestRetriedCreation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	years := industry + "years"
	post := func(id, body string) answer {
		t.Helper()
		a := w.call("POST", years, body, "client-request-id", id)
		if a.status != 201 || a.header.Get("client-request-id") != id {
			t.Fatalf("%d %s", a.status, a.text)
		}
		return a
	}
	first := post("a", yearBody)
	again := post("a", yearBody)
	if again.text != first.text || again.header.Get("Location") != first.header.Get("Location") || again.header.Get("ETag") != first.header.Get("ETag") {
		t.Errorf("first %s, then %s", first.text, again.text)
	}
	if first.header.Get("request-id") == again.header.Get("request-id") {
		t.Error("two requests have one request-id")
	}
	others := []string{post("b", yearBody).id(), post("a", strings.Replace(yearBody, "2024/25", "other", 1)).id()}
	others = append(others, w.must(201, "POST", years, yearBody).id(), w.must(201, "POST", years, yearBody).id())
	for _, id := range others {
		if id == first.id() {
			t.Error("another request got the same answer")
		}
	}
	w.clock.Add(11 * 60 * 1000)
	if post("a", yearBody).id() == first.id() {
		t.Error("the same request is still answered after eleven minutes")
	}
}

// What failed is tried again.
func TestRetryAfterFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	flows := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows"
	if a := w.call("POST", flows, classBody, "client-request-id", "x"); a.status != 409 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	w.must(204, "DELETE", flows+"/"+i.class, "")
	if a := w.call("POST", flows, classBody, "client-request-id", "x"); a.status != 201 {
		t.Errorf("%d %s", a.status, a.text)
	}
}

// Those who come while the first is at work wait for its answer.
func TestConcurrentRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wait sync.WaitGroup
	ids := make([]string, 20)
	for n := range ids {
		wait.Go(func() { ids[n] = w.call("POST", industry+"years", yearBody, "client-request-id", "same").id() })
	}
	wait.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Errorf("ids %v", ids)
			break
		}
	}
	if n := w.must(200, "GET", industry+"years/$count", "").text; n != "1" {
		t.Errorf("%s years", n)
	}
}

// A batch that is sent again creates nothing again, and two items that say the
// same are two requests.
func TestRetriedBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := batch(`{"id":"1","method":"POST","url":"/external/industryData/years","body":`+yearBody+`}`,
		`{"id":"2","method":"POST","url":"/external/industryData/years","body":`+yearBody+`}`)
	for range 2 {
		a := w.call("POST", "/beta/$batch", body, "client-request-id", "again")
		if got := responses(a); got["1"].status != 201 || got["2"].status != 201 {
			t.Errorf("%s", a.text)
		}
	}
	if n := w.must(200, "GET", industry+"years/$count", "").text; n != "2" {
		t.Errorf("%s years", n)
	}
}

func TestRetryOfAnotherCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("POST", industry+"runs/start", "", "client-request-id", "same")
	w.callAs("all IndustryData-Run.Start", "POST", industry+"runs/start", "", "client-request-id", "same")
	w.call("POST", industry+"runs/start", "", "client-request-id", "same")
	if w.runs.started != 2 {
		t.Errorf("%d runs, want one for each caller", w.runs.started)
	}
}
