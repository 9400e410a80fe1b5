package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRate asks more often than a client may: each request counts, each item of
// a batch, and strangers by their address.
func TestRate(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Rate = 3 // thirty at once
	still := time.Now()
	cfg.Now = func() time.Time { return still }
	parts := mustOpen(t, cfg)
	s := mustStart(t, cfg)
	c := caller{client: clientFor(t, s), base: s.Addresses().URL, token: mustToken(t, parts)}

	item := `{"id":"ID","method":"GET","url":"/external/industryData/operations"}`
	var items []string
	for _, id := range strings.Split("abcdefghijklmnopqrst", "") {
		items = append(items, strings.Replace(item, "ID", id, 1))
	}
	batch := []byte(`{"requests":[` + strings.Join(items, ",") + `]}`)
	for i, want := range []int{20, 8} {
		status, _, answer := c.mustCall(t, http.MethodPost, "/beta/$batch", batch)
		if status != http.StatusOK {
			t.Fatalf("batch: %d %v", status, answer)
		}
		if got := answered(answer); got != want {
			t.Errorf("batch %d: %d of 20 items were answered, want %d: 30 without the batches themselves", i, got, want)
		}
	}
	status, _, answer := c.mustCall(t, http.MethodGet, industryData+"/operations", nil)
	said, _ := answer["error"].(map[string]any)
	if status != http.StatusTooManyRequests || said["code"] != "activityLimitReached" || said["message"] == "" {
		t.Errorf("one too many: %d %v", status, answer)
	}
	if got, _ := mustGet(t, c.client, c.base+industryData); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger is held back by what a client did: %d", got.StatusCode)
	}
	for range 29 {
		mustGet(t, c.client, c.base+industryData)
	}
	got, body := mustGet(t, c.client, c.base+"/beta/$metadata")
	if got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "1" {
		t.Errorf("a stranger's thirty-first request: %d, Retry-After %q, %.100s", got.StatusCode, got.Header.Get("Retry-After"), body)
	}
}

// answered counts the items of a batch that were answered with 200.
func answered(batch map[string]any) int {
	n := 0
	items, _ := batch["responses"].([]any)
	for _, item := range items {
		if item.(map[string]any)["status"] == 200.0 {
			n++
		}
	}
	return n
}
