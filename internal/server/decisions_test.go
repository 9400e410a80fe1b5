package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/audit"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/store/dbtest"
)

// heldPlan makes an installation whose second night is held, and returns a caller who
// may do what the permissions say.
func heldPlan(t *testing.T, cfg server.Config) func(permissions ...string) caller {
	t.Helper()
	parts := mustOpen(t, cfg)
	if err := parts.Configure(t.Context(), "harbor.example"); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../examples/district")); err != nil {
		t.Fatal(err)
	}
	for night := range 2 {
		if night == 1 {
			path := filepath.Join(folder, "enrollments.csv")
			lines := strings.SplitAfter(string(mustRead(t, path)), "\n")
			mustWrite(t, path, []byte(strings.Join(lines[:39], "")))
		}
		result, err := parts.Run(t.Context(), run.Options{Path: folder})
		if err != nil || (result.Held != nil) != (night == 1) {
			t.Fatalf("night %d: held %+v, %v", night, result.Held, err)
		}
	}
	s := mustStart(t, cfg)
	client, n := clientFor(t, s), 0
	return func(permissions ...string) caller {
		n++
		return caller{client: client, base: s.Addresses().URL, token: mustTokenFor(t, parts, fmt.Sprint("caller ", n), permissions...)}
	}
}

func onBoth(t *testing.T, test func(t *testing.T, cfg server.Config)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, testConfig(t)) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		cfg := testConfig(t)
		cfg.Database = dbtest.PostgresURL(t)
		test(t, cfg)
	})
}

// A plan that is held is read, and approved by somebody who may and who saw it, once.
func TestDecideThroughTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		with := heldPlan(t, cfg)
		reader, approver := with("Rollbook-Plan.Read.All"), with("Rollbook-Plan.Approve.All")
		const plans = "/rollbook/v1/plans"
		status, _, page := reader.mustCall(t, "GET", plans+"?$filter=state%20eq%20'held'", nil)
		if status != 200 || len(page["value"].([]any)) != 1 {
			t.Fatalf("held plans: %d %v", status, page)
		}
		plan := page["value"].([]any)[0].(map[string]any)
		if guard := fmt.Sprint(plan["guard"]); !strings.Contains(guard, "37 memberships to remove of 75") || !strings.Contains(guard, "rule:membershipsRemoved") {
			t.Errorf("guard %s", guard)
		}
		if causes := fmt.Sprint(plan["causes"]); !strings.Contains(causes, "enrollments.csv lacks 37 rows") {
			t.Errorf("causes %s", causes)
		}
		address := plans + "/" + fmt.Sprint(plan["id"])
		_, _, parts := reader.mustCall(t, "GET", address+"/parts", nil)
		if n := len(parts["value"].([]any)); n != 1 {
			t.Errorf("parts %v", parts)
		}
		seen, next := 0, address+"/changes?$top=2&$filter=kind%20eq%20'classGroup'"
		for next != "" {
			_, _, changes := reader.mustCall(t, "GET", next, nil)
			for _, c := range changes["value"].([]any) {
				for _, link := range c.(map[string]any)["links"].([]any) {
					seen++
					if because := link.(map[string]any)["because"].(map[string]any); because["code"] != "notEnrolled" || because["message"] == "" {
						t.Errorf("because %v", because)
					}
				}
			}
			next, _ = changes["@odata.nextLink"].(string)
		}
		if seen != 37 {
			t.Errorf("%d links in the changes, want 37", seen)
		}
		decision := fmt.Sprintf(`{"hash":%q,"note":"two classes ended"}`, plan["hash"])
		tag := fmt.Sprint(plan["@odata.etag"])
		for _, refused := range []struct {
			who    caller
			body   string
			tag    string
			status int
			code   string
		}{
			{reader, decision, tag, 403, "Authorization_RequestDenied"},
			{approver, decision, "", 428, "preconditionRequired"},
			{approver, decision, `W/"other"`, 412, "preconditionFailed"},
			{approver, `{"hash":"other"}`, tag, 409, "planOutdated"},
		} {
			refused.who.ifMatch = refused.tag
			status, _, answer := refused.who.mustCall(t, "POST", address+"/approve", []byte(refused.body))
			if code := fmt.Sprint(answer["error"].(map[string]any)["code"]); status != refused.status || code != refused.code {
				t.Errorf("approve with %s and %q: %d %s, want %d %s", refused.body, refused.tag, status, code, refused.status, refused.code)
			}
		}
		approver.ifMatch = tag
		status, _, answer := approver.mustCall(t, "POST", address+"/approve", []byte(decision))
		if status != 200 || answer["state"] == "held" || answer["decidedBy"] != "caller 2" {
			t.Errorf("approve: %d %v", status, answer)
		}
		status, _, answer = approver.mustCall(t, "POST", address+"/approve", []byte(decision))
		if status != 409 || !strings.Contains(fmt.Sprint(answer), "alreadyDecided") || !strings.Contains(fmt.Sprint(answer), "caller 2") {
			t.Errorf("approve twice: %d %v", status, answer)
		}
		if status, _, held := reader.mustCall(t, "GET", plans+"?$filter=state%20eq%20'held'", nil); status != 200 || len(held["value"].([]any)) != 0 {
			t.Errorf("still held: %v", held)
		}
	})
}

func TestRejectThroughTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		approver := heldPlan(t, cfg)("Rollbook-Plan.Approve.All", "IndustryData-Run.Read.All")
		_, _, page := approver.mustCall(t, "GET", "/rollbook/v1/plans?$top=1", nil)
		plan := page["value"].([]any)[0].(map[string]any)
		approver.ifMatch = "*"
		address := "/rollbook/v1/plans/" + fmt.Sprint(plan["id"])
		status, _, answer := approver.mustCall(t, "POST", address+"/reject", []byte(fmt.Sprintf(`{"hash":%q}`, plan["hash"])))
		if status != 200 || answer["state"] != "rejected" {
			t.Errorf("reject: %d %v", status, answer)
		}
		_, _, runs := approver.mustCall(t, "GET", "/rollbook/v1/runs", nil)
		if first := runs["value"].([]any)[0].(map[string]any); first["planIds"].([]any)[0] != plan["id"] || first["state"] != "completedWithWarnings" {
			t.Errorf("runs %v", first)
		}
		if status, _, limits := approver.mustCall(t, "GET", "/rollbook/v1/guard/membershipsRemoved-school", nil); status != 200 || limits["relative"] != 20.0 {
			t.Errorf("guard %d %v", status, limits)
		}
		if status, _, _ := approver.mustCall(t, "GET", "/rollbook/v1/plans/77", nil); status != 404 {
			t.Errorf("a plan that is not there: %d", status)
		}
	})
}

// A run is taken back through the API: its plan is made, waits like any other, and is
// approved; and why somebody is where they are is told.
func TestRollbackThroughTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		with := heldPlan(t, cfg)
		reader, ops := with("Rollbook-Plan.Read.All"), with("Rollbook-Plan.Create.All", "Rollbook-Plan.Approve.All", "IndustryData-Run.Read.All", "Rollbook-Explain.Read.All")
		const plans = "/rollbook/v1/plans"
		_, _, runs := ops.mustCall(t, "GET", "/rollbook/v1/runs", nil)
		all := runs["value"].([]any)
		first, last := all[len(all)-1].(map[string]any)["id"], all[0].(map[string]any)["id"]
		for _, refused := range []struct {
			who    caller
			body   string
			status int
			says   string
		}{
			{reader, fmt.Sprintf(`{"purpose":"rollback","runId":%q}`, first), 403, "Authorization_RequestDenied"},
			{ops, fmt.Sprintf(`{"purpose":"feed","runId":%q}`, first), 400, "rollback"},
			{ops, `{"purpose":"rollback","runId":"none"}`, 400, "no run"},
			{ops, fmt.Sprintf(`{"purpose":"rollback","runId":%q}`, last), 409, "cannotUndo"},
			{ops, fmt.Sprintf(`{"purpose":"rollback","runId":%q,"people":["nobody"]}`, first), 404, "nobody"},
			{ops, fmt.Sprintf(`{"purpose":"rollback","runId":%q,"people":["p-2001"],"classes":["k-201"]}`, first), 400, "at most"},
		} {
			status, _, answer := refused.who.mustCall(t, "POST", plans, []byte(refused.body))
			if status != refused.status || !strings.Contains(fmt.Sprint(answer), refused.says) {
				t.Errorf("%s: %d %v, want %d and %q", refused.body, status, answer, refused.status, refused.says)
			}
		}
		status, _, plan := ops.mustCall(t, "POST", plans, []byte(fmt.Sprintf(`{"purpose":"rollback","runId":%q,"classes":["k-201"]}`, first)))
		if status != 201 || plan["state"] != "held" || plan["purpose"] != "rollback" || plan["undoing"].(map[string]any)["runId"] != first {
			t.Fatalf("make a rollback: %d %v", status, plan)
		}
		ops.ifMatch = fmt.Sprint(plan["@odata.etag"])
		status, _, done := ops.mustCall(t, "POST", plans+"/"+fmt.Sprint(plan["id"])+"/approve", []byte(fmt.Sprintf(`{"hash":%q}`, plan["hash"])))
		if status != 200 || done["state"] != "applied" {
			t.Errorf("approve it: %d %v", status, done)
		}
		status, _, why := ops.mustCall(t, "GET", "/rollbook/v1/explain?personId=p-2001&classId=k-201", nil)
		if status != 200 || why["answer"] != false || !strings.Contains(fmt.Sprint(why["stages"]), "the class has no group") {
			t.Errorf("explain: %d %v", status, why)
		}
		mustShowLook(t, mustOpen(t, cfg))
		if status, _, _ := reader.mustCall(t, "GET", "/rollbook/v1/explain?personId=p-2001", nil); status != 403 {
			t.Errorf("explain without the permission: %d", status)
		}
		if status, _, answer := ops.mustCall(t, "GET", "/rollbook/v1/explain?personId=nobody", nil); status != 404 {
			t.Errorf("explain nobody: %d %v", status, answer)
		}
	})
}

// mustShowLook has the audit log tell who looked at whom, and its chain be whole.
func mustShowLook(t *testing.T, parts *server.Parts) {
	t.Helper()
	found, err := parts.Audit.Log.List(t.Context(), audit.Query{Where: audit.Test{Member: "path", Op: "eq", Value: "/rollbook/v1/explain"}, Limit: 1})
	if err != nil || len(found) != 1 || !strings.Contains(string(found[0].Changes), `"personId":"p-2001"`) {
		t.Errorf("the look at a person: %+v, %v", found, err)
	}
	if c, err := parts.Audit.Log.Verify(t.Context(), nil); err != nil || len(c.Broken) > 0 || c.Records == 0 {
		t.Errorf("the chain: %+v, %v", c, err)
	}
}
