package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/identity"
	"rollbook/internal/server"
	"rollbook/internal/store/dbtest"
)

// audited is a server and what its audit log says.
type audited struct {
	caller
	reader caller // may read the log and nothing else
}

func newAudited(t *testing.T, cfg server.Config) audited {
	t.Helper()
	s := mustStart(t, cfg)
	parts := mustOpen(t, cfg)
	client := clientFor(t, s)
	return audited{
		caller: caller{client: client, base: s.Addresses().URL, token: mustTokenFor(t, parts, "school",
			"IndustryData-TimePeriod.ReadWrite.All", "IndustryData-OutboundFlow.ReadWrite.All", "IndustryData-SourceSystem.ReadWrite.All",
			"IndustryData-DataConnector.ReadWrite.All", "User.ReadWrite.All", "Group.ReadWrite.All",
			"EduRoster.ReadWrite.All", "AdministrativeUnit.ReadWrite.All")},
		reader: caller{client: client, base: s.Addresses().URL, token: mustTokenFor(t, parts, "auditor", "AuditLog.Read.All")},
	}
}

func mustTokenFor(t *testing.T, parts *server.Parts, name string, permissions ...string) string {
	t.Helper()
	made, _, err := parts.Clients.Add(t.Context(), name, permissions)
	if err != nil {
		t.Fatal(err)
	}
	token, err := parts.Issuer().Issue(identity.Grant{BaseURL: "https://localhost", ClientID: made.ID, ClientName: made.Name, Permissions: permissions})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// lines returns the records that meet a filter, the newest first, each as its
// method, path, status and code.
func (a audited) lines(t *testing.T, filter string) ([]string, []map[string]any) {
	t.Helper()
	var lines []string
	var records []map[string]any
	for next := "/rollbook/v1/audit?$top=3&$filter=" + url.QueryEscape(filter); next != ""; {
		status, _, page := a.reader.mustCall(t, "GET", next, nil)
		if status != 200 {
			t.Fatalf("%s: %d %v", filter, status, page)
		}
		for _, v := range page["value"].([]any) {
			r := v.(map[string]any)
			line := fmt.Sprint(r["method"], " ", r["path"], " ", r["status"])
			if r["code"] != nil {
				line += fmt.Sprint(" ", r["code"])
			}
			lines, records = append(lines, line), append(records, r)
		}
		next, _ = page["@odata.nextLink"].(string)
	}
	return lines, records
}

const auditedYear = `{"displayName":"2026","startDate":"2026-08-01","endDate":"2027-07-01","year":{"code":"2026"}}`

// Every change and every refusal is in the log, with who and what, and reading
// is not.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		auditLog(t, testConfig(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		cfg := testConfig(t)
		cfg.Database = dbtest.PostgresURL(t)
		auditLog(t, cfg)
	})
}

func auditLog(t *testing.T, cfg server.Config) {
	a := newAudited(t, cfg)
	years := industryData + "/years"
	_, _, made := a.mustCall(t, "POST", years, []byte(auditedYear))
	year := years + "/" + fmt.Sprint(made["id"])
	a.mustCall(t, "GET", year, nil)
	a.mustCall(t, "PATCH", year, []byte(`{"displayName":"renamed"}`))
	a.mustCall(t, "PATCH", year, []byte(`{"startDate":"2030-01-01"}`))
	a.mustCall(t, "GET", industryData+"/runs", nil)
	a.mustCall(t, "GET", years+"/none", nil)
	a.mustCall(t, "DELETE", year, nil)
	lines, records := a.lines(t, "callerName eq 'School'")
	want := []string{
		"DELETE " + year + " 204",
		"GET " + industryData + "/runs 403 Authorization_RequestDenied",
		"PATCH " + year + " 400 badRequest",
		"PATCH " + year + " 204",
		"POST " + years + " 201",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	renamed := records[3]
	change := renamed["changes"].([]any)[0].(map[string]any)
	if before, after := change["before"].(map[string]any), change["after"].(map[string]any); before["displayName"] != "2026" || after["displayName"] != "renamed" {
		t.Errorf("%v", change)
	}
	if renamed["callerId"] == nil || renamed["callerId"] != renamed["appId"] || renamed["address"] != "127.0.0.1" || renamed["requestId"] == "" {
		t.Errorf("%v", renamed)
	}
	if deleted := records[0]["changes"].([]any)[0].(map[string]any); deleted["after"] != nil || deleted["before"] == nil {
		t.Errorf("%v", deleted)
	}
	for filter, n := range map[string]int{
		"status ge 400": 2, "startswith(path,'" + strings.ToUpper(year) + "')": 3, "method eq 'post' and status lt 300": 1,
		"time lt 2020-01-01T00:00:00Z": 0, "not (status eq 204) and callerName ne 'x'": 3, "method eq 'DELETE' or status eq 403": 2,
		"requestId eq '" + fmt.Sprint(renamed["requestId"]) + "'": 1, "startswith(path,'%')": 0,
	} {
		if lines, _ := a.lines(t, filter); len(lines) != n {
			t.Errorf("%s: %d records, want %d: %q", filter, len(lines), n, lines)
		}
	}
	status, _, one := a.reader.mustCall(t, "GET", "/rollbook/v1/audit/"+fmt.Sprint(renamed["id"]), nil)
	if status != 200 || one["path"] != year {
		t.Errorf("%d %v", status, one)
	}
	if _, _, page := a.reader.mustCall(t, "GET", "/rollbook/v1/audit?$count=true&$top=1&$select=path", nil); page["@odata.count"] != 5.0 {
		t.Errorf("%v", page)
	}
}

// Whoever may not read the log is refused, which is in it.
func TestAuditLogIsForAuditors(t *testing.T) {
	t.Parallel()
	a := newAudited(t, testConfig(t))
	if status, _, _ := a.mustCall(t, "GET", "/rollbook/v1/audit", nil); status != 403 {
		t.Errorf("status %d", status)
	}
	for range 15 {
		if status, _, _ := (caller{client: a.client, base: a.base, token: "x"}).mustCall(t, "GET", "/rollbook/v1/audit", nil); status != 401 {
			t.Errorf("status %d", status)
		}
	}
	for _, method := range []string{"POST", "DELETE", "PATCH"} {
		if status, _, _ := a.reader.mustCall(t, method, "/rollbook/v1/audit", []byte("{}")); status != 405 {
			t.Errorf("%s: status %d", method, status)
		}
	}
	if lines, _ := a.lines(t, "status eq 403"); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
	if lines, _ := a.lines(t, "status eq 401"); len(lines) != 10 {
		t.Errorf("%d refusals of strangers are recorded, want 10", len(lines))
	}
	for _, query := range []string{"$orderby=path", "$skip=1", "$skiptoken=x", "$filter=changes%20eq%20'x'", "$filter=status%20eq%20'x'", "$top=1000"} {
		if status, _, members := a.reader.mustCall(t, "GET", "/rollbook/v1/audit?"+query, nil); status != 400 {
			t.Errorf("%s: %d %v", query, status, members)
		}
	}
}

// Wrong secrets, and uploads with a wrong signature, are in the log.
func TestAuditLogOfOtherSurfaces(t *testing.T) {
	t.Parallel()
	a := newAudited(t, testConfig(t))
	wrong, err := a.client.PostForm(a.base+"/common/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"x"}, "client_secret": {"Hidden-4711"}, "scope": {"https://localhost/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	wrong.Body.Close()
	if wrong.StatusCode != 401 {
		t.Fatalf("status %d", wrong.StatusCode)
	}
	source, connector := "", ""
	_, _, members := a.mustCall(t, "POST", industryData+"/sourceSystems", []byte(`{"displayName":"x"}`))
	source = fmt.Sprint(members["id"])
	_, _, members = a.mustCall(t, "POST", industryData+"/dataConnectors", []byte(`{"@odata.type":"#microsoft.graph.industryData.azureDataLakeConnector",
		"displayName":"x","sourceSystem@odata.bind":"sourceSystems/`+source+`"}`))
	connector = fmt.Sprint(members["id"])
	_, _, members = a.mustCall(t, "GET", industryData+"/dataConnectors/"+connector+"/getUploadSession", nil)
	address, _, _ := strings.Cut(fmt.Sprint(members["sessionUrl"]), "?")
	if status, _, _ := a.mustCall(t, "PUT", address+"/orgs.csv?sv=2023-11-03&sig=Hidden-4711", []byte("x")); status != 403 && status != 401 {
		t.Fatalf("status %d", status)
	}
	lines, records := a.lines(t, "callerId eq null")
	if len(lines) != 2 || !strings.Contains(lines[1], "/oauth2/v2.0/token 401") || !strings.Contains(lines[0], "orgs.csv 403") {
		t.Errorf("%q", lines)
	}
	if strings.Contains(fmt.Sprint(records), "Hidden-4711") {
		t.Errorf("%v", records)
	}
	if lines, _ := a.lines(t, "startswith(path,'"+industryData+"/dataConnectors/') and status eq 200"); len(lines) != 1 {
		t.Errorf("the session is not in the log: %q", lines)
	}
}

// No secret is in the log: not that of a flow, of a connector, or of a user, nor
// one that was in the wrong place.
func TestAuditLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	a := newAudited(t, testConfig(t))
	const secret = "Hidden-4711"
	must := func(want int, method, path, body string) string {
		t.Helper()
		status, _, members := a.mustCall(t, method, path, []byte(body))
		if status != want {
			t.Fatalf("%s %s: %d %v", method, path, status, members)
		}
		return fmt.Sprint(members["id"])
	}
	set := industryData + "/outboundProvisioningFlowSets/" + must(201, "POST", industryData+"/outboundProvisioningFlowSets", `{"displayName":"x"}`)
	flow := `{"@odata.type":"#microsoft.graph.industryData.userProvisioningFlow","createUnmatchedUsers":true,"managementOptions":{"additionalOptions":{}},
		"creationOptions":{"configurations":[{"roleGroup@odata.bind":"roleGroups/staff","defaultPasswordSettings":{
		"@odata.type":"#microsoft.graph.industryData.simplePasswordSettings","password":"` + secret + `"}}]}}`
	id := must(201, "POST", set+"/provisioningFlows", flow)
	must(204, "PATCH", set+"/provisioningFlows/"+id, flow)
	must(400, "PATCH", set+"/provisioningFlows/"+id, `{"createUnmatchedUsers":"`+secret+`"}`)
	source := must(201, "POST", industryData+"/sourceSystems", `{"displayName":"x"}`)
	must(201, "POST", industryData+"/dataConnectors", `{"@odata.type":"#microsoft.graph.industryData.oneRosterApiDataConnector","displayName":"x",
		"sourceSystem@odata.bind":"sourceSystems/`+source+`","apiFormat":"oneRoster","baseUrl":"https://sis.example/","apiVersion":"1.1",
		"isContactsEnabled":false,"isDemographicsEnabled":false,"isFlagsEnabled":false,"credential":{
		"@odata.type":"#microsoft.graph.industryData.oAuth1ClientCredential","displayName":"x","clientId":"x","clientSecret":"`+secret+`"}}`)
	must(201, "POST", "/v1.0/users", `{"accountEnabled":true,"displayName":"Anna","mailNickname":"anna","userPrincipalName":"anna@school.example",
		"passwordProfile":{"password":"`+secret+`"}}`)
	must(204, "PATCH", "/v1.0/users/anna@school.example", `{"displayName":"Ann"}`)
	must(204, "DELETE", "/v1.0/users/anna@school.example", "")
	user := must(201, "POST", "/v1.0/users", `{"accountEnabled":true,"displayName":"Ben","mailNickname":"ben","userPrincipalName":"ben@school.example","passwordProfile":{"password":"`+secret+`"}}`)
	group := "/v1.0/groups/" + must(201, "POST", "/v1.0/groups", `{"displayName":"G","mailNickname":"g","mailEnabled":true,"securityEnabled":false,"groupTypes":["Unified"]}`)
	must(204, "PATCH", group, `{"displayName":"H","members@odata.bind":["https://localhost/v1.0/users/`+user+`"]}`)
	must(204, "POST", group+"/owners/$ref", `{"@odata.id":"https://localhost/v1.0/users/`+user+`"}`)
	lines, records := a.lines(t, "callerName eq 'school'")
	if len(lines) != 13 {
		t.Errorf("%d records: %q", len(lines), lines)
	}
	text := fmt.Sprint(records)
	if strings.Contains(text, secret) || strings.Contains(text, "sealed") {
		t.Errorf("a secret is in the log: %s", text)
	}
	for _, part := range []string{"roleGroup@odata.bind:staff", "displayName:Ann ", "displayName:Anna ", "sourceSystem@odata.bind:" + source, "***************", "members@odata.bind:[" + user, "owners@odata.bind:[" + user} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in the log: %s", part, text)
		}
	}
}
