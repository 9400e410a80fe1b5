package server_test

import (
	"fmt"
	"testing"
	"time"

	"rollbook/internal/server"
)

// A finding that is known is left out of what is open until a day, by who may decide; who
// reads runs of industryData alone sees none.
func TestQuietFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		s := newDistrict(t, cfg)
		s.sync()
		s.edit("enrollments.csv", "k-201,p-2001,student", "k-201,p-2001,studnt")
		s.sync()
		srv := mustStart(t, cfg)
		with := func(permission string) caller {
			return caller{client: clientFor(t, srv), base: srv.Addresses().URL, token: mustTokenFor(t, s.parts, permission, permission)}
		}
		reader, decider, other := with("Rollbook-Run.Read.All"), with("Rollbook-Decision.Write.All"), with("IndustryData-Run.Read.All")
		const findings = "/rollbook/v1/findings"
		open := func() []any {
			t.Helper()
			status, _, page := reader.mustCall(t, "GET", findings+"?$filter=state%20ne%20'quiet'", nil)
			if status != 200 {
				t.Fatalf("findings: %d %v", status, page)
			}
			return page["value"].([]any)
		}
		if status, _, _ := other.mustCall(t, "GET", findings, nil); status != 403 {
			t.Errorf("findings for a reader of runs alone: %d", status)
		}
		before := open()
		if len(before) == 0 {
			t.Fatal("there is no finding")
		}
		id := fmt.Sprint(before[0].(map[string]any)["id"])
		until := time.Now().AddDate(0, 0, 7).UTC().Format("2006-01-02T15:04:05Z")
		if status, _, _ := reader.mustCall(t, "POST", findings+"/"+id+"/quiet", []byte(`{"until":"`+until+`"}`)); status != 403 {
			t.Errorf("a reader decides: %d", status)
		}
		for body, want := range map[string]int{`{"until":"soon"}`: 400, `{"until":"` + until + `","note":"known"}`: 200} {
			if status, _, answer := decider.mustCall(t, "POST", findings+"/"+id+"/quiet", []byte(body)); status != want {
				t.Errorf("%s: %d %v, want %d", body, status, answer, want)
			}
		}
		if status, _, _ := decider.mustCall(t, "POST", findings+"/nothing/quiet", []byte(`{"until":"`+until+`"}`)); status != 404 {
			t.Errorf("a finding that there is not: %d", status)
		}
		_, _, one := reader.mustCall(t, "GET", findings+"/"+id, nil)
		if one["state"] != "quiet" || one["quietNote"] != "known" || one["quietUntilDateTime"] != until {
			t.Errorf("the finding: %v", one)
		}
		if after := open(); len(after) != len(before)-1 {
			t.Errorf("%d are open, want one less than %d", len(after), len(before))
		}
		decider.mustCall(t, "POST", findings+"/"+id+"/quiet", []byte(`{}`))
		if again := open(); len(again) != len(before) {
			t.Errorf("%d are open once it is told again, want %d", len(again), len(before))
		}
	})
}
