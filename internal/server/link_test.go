package server_test

import (
	"fmt"
	"strings"
	"testing"

	"rollbook/internal/server"
)

// What is decided on a record through the API is seen by everybody who reads plans, made by
// who may, and taken back.
func TestDecideOnRecordsThroughTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		with := heldPlan(t, cfg)
		reader, decider := with("Rollbook-Plan.Read.All"), with("Rollbook-Decision.Write.All")
		const decisions = "/rollbook/v1/decisions"
		ignore := []byte(`{"record":"p-2001","as":"ignore","note":"asked by the head"}`)
		for _, refused := range []struct {
			who    caller
			body   string
			status int
			says   string
		}{
			{reader, string(ignore), 403, "Authorization_RequestDenied"},
			{decider, `{"as":"ignore"}`, 400, "record"},
			{decider, `{"record":"p-2001","as":"delete"}`, 400, "link or ignore"},
			{decider, `{"record":"nobody","as":"ignore"}`, 404, "nobody"},
			{decider, `{"record":"p-9001","as":"link"}`, 400, "userName"},
			{decider, `{"record":"p-2001","as":"link","userName":"x@harbor.example"}`, 409, "hasAccount"},
		} {
			status, _, answer := refused.who.mustCall(t, "POST", decisions, []byte(refused.body))
			if status != refused.status || !strings.Contains(fmt.Sprint(answer), refused.says) {
				t.Errorf("%s: %d %v, want %d and something about %s", refused.body, status, answer, refused.status, refused.says)
			}
		}
		status, _, made := decider.mustCall(t, "POST", decisions, ignore)
		if status != 201 || made["record"] != "p-2001" || made["kind"] != "person" || made["as"] != "ignore" || made["decidedBy"] == "" || made["note"] != "asked by the head" {
			t.Fatalf("made: %d %v", status, made)
		}
		if status, _, again := decider.mustCall(t, "POST", decisions, ignore); status != 201 || again["id"] == made["id"] {
			t.Errorf("in the place of the first: %d %v", status, again)
		}
		_, _, page := reader.mustCall(t, "GET", decisions, nil)
		list := page["value"].([]any)
		if len(list) != 1 {
			t.Fatalf("decisions %v, want one of the record", list)
		}
		address := decisions + "/" + fmt.Sprint(list[0].(map[string]any)["id"])
		if status, _, _ := reader.mustCall(t, "DELETE", address, nil); status != 403 {
			t.Errorf("a reader takes it back: %d", status)
		}
		if status, _, answer := decider.mustCall(t, "DELETE", address, nil); status != 204 {
			t.Errorf("taken back: %d %v", status, answer)
		}
		if status, _, _ := reader.mustCall(t, "GET", address, nil); status != 404 {
			t.Errorf("it is there still: %d", status)
		}
	})
}
