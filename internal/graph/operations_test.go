package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollbook/internal/run"
)

// operation is a row of the published table of operations. In the path, {x}
// stands for the id of an entity.
type operation struct {
	number       int
	method, path string
	body         string
	status       int
}

// operations returns all 73, with two paths more that only the documentation
// has, in an order in which each can be done.
func operations() []operation {
	const flows = "outboundProvisioningFlowSets/{set}/provisioningFlows"
	const securityGroups = `{"@odata.type":"#microsoft.graph.industryData.securityGroupProvisioningFlow","creationOptions":{"createBasedOnRoleGroup":true,"createBasedOnOrgPlusRoleGroup":false}}`
	const files = `{"@odata.type":"#microsoft.graph.industryData.azureDataLakeConnector","displayName":"Files","sourceSystem@odata.bind":"sourceSystems/{source}"}`
	const feed = `{"@odata.type":"#microsoft.graph.industryData.inboundFileFlow","displayName":"F","dataDomain":"educationRostering","effectiveDateTime":"2024-08-01",
		"dataConnector@odata.bind":"dataConnectors('{connector}')","year@odata.bind":"years/{year}"}`
	const definition = `{"referenceType":"RefRace","code":"x","isDisabled":false,"sortIndex":900}`
	return []operation{
		{1, "GET", "", "", 200},
		{2, "GET", "dataConnectors", "", 200},
		{3, "GET", "dataConnectors/$count", "", 200},
		{5, "GET", "dataConnectors/{connector}", "", 200},
		{6, "PATCH", "dataConnectors/{connector}", `{"displayName":"x"}`, 204},
		{8, "GET", "dataConnectors/{connector}/sourceSystem", "", 200},
		{9, "POST", "dataConnectors/{connector}/validate", "", 202},
		{10, "GET", "dataConnectors/{connector}/microsoft.graph.industryData.azureDataLakeConnector/getUploadSession", "", 200},
		{11, "GET", "inboundFlows", "", 200},
		{12, "GET", "inboundFlows/$count", "", 200},
		{14, "GET", "inboundFlows/{inbound}", "", 200},
		{15, "PATCH", "inboundFlows/{inbound}", `{"displayName":"x"}`, 204},
		{17, "GET", "inboundFlows/{inbound}/dataConnector", "", 200},
		{18, "PATCH", "inboundFlows/{inbound}/dataConnector", `{"displayName":"y"}`, 204},
		{19, "POST", "inboundFlows/{inbound}/dataConnector/validate", "{}", 202},
		{20, "GET", "inboundFlows/{inbound}/year", "", 200},
		{21, "GET", "operations", "", 200},
		{22, "GET", "operations/$count", "", 200},
		{23, "GET", "operations/{operation}", "", 200},
		{24, "POST", "operations", "{}", 405},
		{25, "PATCH", "operations/{operation}", "{}", 405},
		{26, "DELETE", "operations/{operation}", "", 405},
		{27, "GET", "outboundProvisioningFlowSets", "", 200},
		{28, "GET", "outboundProvisioningFlowSets/$count", "", 200},
		{29, "POST", "outboundProvisioningFlowSets", `{"displayName":"x"}`, 201},
		{30, "GET", "outboundProvisioningFlowSets/{set}", "", 200},
		{31, "PATCH", "outboundProvisioningFlowSets/{set}", `{"displayName":"y"}`, 204},
		{33, "GET", flows, "", 200},
		{34, "GET", flows + "/$count", "", 200},
		{35, "POST", flows, securityGroups, 201},
		{36, "GET", flows + "/{class}", "", 200},
		{37, "PATCH", flows + "/{class}", `{"configuration":{"additionalOptions":{"createTeam":false}}}`, 204},
		{39, "POST", flows + "/{class}/reset", "", 202},
		{38, "DELETE", flows + "/{class}", "", 204},
		{32, "DELETE", "outboundProvisioningFlowSets/{set}", "", 204},
		{40, "GET", "referenceDefinitions", "", 200},
		{41, "GET", "referenceDefinitions/$count", "", 200},
		{42, "POST", "referenceDefinitions", definition, 201},
		{43, "GET", "referenceDefinitions/RefRace-x", "", 200},
		{44, "PATCH", "referenceDefinitions/RefRace-x", `{"sortIndex":901}`, 204},
		{45, "DELETE", "referenceDefinitions/RefRace-x", "", 204},
		{46, "GET", "roleGroups", "", 200},
		{47, "GET", "roleGroups/$count", "", 200},
		{48, "GET", "roleGroups/staff", "", 200},
		{49, "POST", "roleGroups", "{}", 405},
		{50, "PATCH", "roleGroups/staff", "{}", 405},
		{51, "DELETE", "roleGroups/staff", "", 405},
		{52, "GET", "runs", "", 200},
		{53, "GET", "runs/$count", "", 200},
		{54, "GET", "runs/{run}", "", 200},
		{55, "GET", "runs/{run}/getStatistics", "", 200},
		{56, "GET", "runs/getStatistics", "", 200},
		{57, "POST", "runs/start", "", 202},
		{58, "GET", "runs/{run}/activities", "", 200},
		{59, "GET", "runs/{run}/activities/$count", "", 200},
		{60, "GET", "runs/{run}/activities/activity-1", "", 200},
		{61, "GET", "runs/{run}/activities/activity-1/activity", "", 200},
		{62, "GET", "sourceSystems", "", 200},
		{63, "GET", "sourceSystems/$count", "", 200},
		{64, "POST", "sourceSystems", `{"displayName":"x"}`, 201},
		{65, "GET", "sourceSystems/{source}", "", 200},
		{66, "PATCH", "sourceSystems/{source}", `{"vendor":"x"}`, 204},
		{0, "GET", "sourceSystems/{source}/sourceSystem", "", 200},
		{0, "POST", "runs", "{}", 405},
		{68, "GET", "years", "", 200},
		{69, "GET", "years/$count", "", 200},
		{70, "POST", "years", yearBody, 201},
		{71, "GET", "years/{year}", "", 200},
		{72, "PATCH", "years/{year}", `{"endDate":"2025-07-01"}`, 204},
		{16, "DELETE", "inboundFlows/{inbound}", "", 204},
		{13, "POST", "inboundFlows", feed, 201},
		{0, "DELETE", "inboundFlows/{made}", "", 204},
		{73, "DELETE", "years/{year}", "", 204},
		{7, "DELETE", "dataConnectors/{connector}", "", 204},
		{4, "POST", "dataConnectors", files, 201},
		{0, "DELETE", "dataConnectors/{made}", "", 204},
		{67, "DELETE", "sourceSystems/{source}", "", 204},
	}
}

// spellings are the ways in which clients write a path.
func spellings() map[string]func(string) string {
	segments := func(path string, change func(string) string) string {
		parts := strings.Split(path, "/")
		for i, part := range parts {
			if !strings.HasPrefix(part, "{") && !strings.Contains(part, "-") {
				parts[i] = change(part)
			}
		}
		return strings.Join(parts, "/")
	}
	return map[string]func(string) string{
		"as documented": func(path string) string { return path },
		"lower case":    func(path string) string { return segments(path, strings.ToLower) },
		"Pascal case": func(path string) string {
			return segments(path, func(s string) string {
				if s == "" {
					return s
				}
				return strings.ToUpper(s[:1]) + s[1:]
			})
		},
		"keys in parentheses": func(path string) string {
			for _, key := range []string{"{connector}", "{inbound}", "{operation}", "{set}", "{class}", "{run}", "{source}", "{year}", "{made}", "staff", "RefRace-x", "activity-1"} {
				path = strings.ReplaceAll(path, "/"+key, "('"+key+"')")
			}
			return path
		},
		"qualified names": func(path string) string {
			for _, name := range []string{"validate", "getStatistics", "getUploadSession", "start", "reset"} {
				if strings.HasSuffix(path, "/"+name) {
					path = strings.TrimSuffix(path, name) + "microsoft.graph.industryData." + name + "()"
				}
			}
			return path
		},
		"names with parentheses": func(path string) string {
			for _, name := range []string{"validate", "getStatistics", "getUploadSession", "start", "reset"} {
				if strings.HasSuffix(path, "/"+name) {
					path += "()"
				}
			}
			return path
		},
	}
}

// Every published operation answers as it says, however its path is written.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	numbers := map[int]bool{}
	for _, op := range operations() {
		numbers[op.number] = true
	}
	for n := range 74 {
		if !numbers[n] {
			t.Errorf("operation %d is not in the table", n)
		}
	}
	for name, spell := range spellings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			i := w.populated()
			w.runs.runs[1].Activities[0].FlowID = i.inbound
			ids := []string{"{connector}", i.connector, "{inbound}", i.inbound, "{set}", i.set, "{class}", i.class,
				"{source}", i.source, "{year}", i.year, "{run}", "run-1", "{operation}", "operation-1", "{made}", ""}
			for _, op := range operations() {
				known := strings.NewReplacer(ids...)
				made := w.try(t, op, known.Replace(strings.TrimSuffix(industry, "/")+slash(spell(op.path))), known.Replace(op.body))
				ids[len(ids)-1] = made
			}
			if len(w.reported) > 0 {
				t.Errorf("reported as faults: %v", w.reported)
			}
		})
	}
}

func slash(path string) string {
	if path == "" {
		return ""
	}
	return "/" + path
}

// try does one operation, and returns the id of what it made.
func (w *world) try(t *testing.T, op operation, path, body string) string {
	t.Helper()
	a := w.call(op.method, path, body)
	what := fmt.Sprintf("%d %s %s", op.number, op.method, path)
	if a.status != op.status {
		t.Errorf("%s: status %d, want %d\n%s", what, a.status, op.status, a.text)
		return ""
	}
	switch {
	case op.status == 202 || op.status == 204:
		if a.text != "" {
			t.Errorf("%s: the answer has a body: %s", what, a.text)
		}
		if strings.Contains(strings.ToLower(path), "validate") != (a.header.Get("Location") != "") {
			t.Errorf("%s: Location %q", what, a.header.Get("Location"))
		}
	case strings.Contains(path, "$count"):
		if strings.Trim(a.text, "0123456789") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %q of %s is not a number", what, a.text, a.header.Get("Content-Type"))
		}
	case op.status == 405:
		if a.member("error/code") == nil || a.member("error/message") == nil || a.header.Get("Allow") == "" {
			t.Errorf("%s: not the error that it should be: %s", what, a.text)
		}
	default:
		if context, _ := a.member("@odata.context").(string); !strings.Contains(context, "/beta/$metadata#") {
			t.Errorf("%s: the context is %q", what, context)
		}
	}
	return a.id()
}

// Who starts runs too often learns when they may again.
func TestTooManyStarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runs.refusal = fmt.Errorf("start: %w", &run.TooManyRequests{Most: 5, RetryAfter: 90*time.Minute + time.Millisecond})
	a := w.must(429, "POST", industry+"runs/start", "")
	if a.member("error/code") != "activityLimitReached" || a.header.Get("Retry-After") != "5401" {
		t.Errorf("Retry-After %q\n%s", a.header.Get("Retry-After"), a.text)
	}
}

// The root expands into what it contains, for those who may read that.
func TestRoot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	a := w.must(200, "GET", "/beta/external/industryData?$expand=years,sourceSystems($select=displayName),runs", "")
	for path, want := range map[string]any{
		"id": "industryData", "years/0/id": i.year, "sourceSystems/0/displayName": "Registry", "sourceSystems/0/vendor": nil, "runs/1/id": "run-1",
		"dataConnectors": nil, "@odata.context": w.url + "/beta/$metadata#external/industryData",
	} {
		if got := a.member(path); got != want {
			t.Errorf("%s: %v, want %v\n%s", path, got, want, a.text)
		}
	}
	if a := w.callAs("IndustryData-TimePeriod.Read.All", "GET", "/beta/external/industryData?$expand=years,runs", ""); a.status != 403 {
		t.Errorf("expanded without the permission for runs: %d", a.status)
	}
	if a := w.call("GET", "/beta/external/industryData?$expand=classes", ""); a.status != 400 {
		t.Errorf("expanded into what is not there: %d", a.status)
	}
	a = w.must(200, "GET", industry+"inboundFlows/"+i.inbound+"/dataConnector?$expand=sourceSystem", "")
	if a.member("sourceSystem/displayName") != "Registry" {
		t.Errorf("a navigation is not expanded: %s", a.text)
	}
}

// A flow whose time is over is ready in the answer to its creation, as it is
// documented, and expired for whoever reads it.
func TestNewInboundFlowIsReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	a := w.must(201, "POST", industry+"inboundFlows", fmt.Sprintf(`{"@odata.type":"#microsoft.graph.industryData.inboundFileFlow","displayName":"Old","dataDomain":"educationRostering",
		"effectiveDateTime":"2023-08-01","expirationDateTime":"2023-08-02","dataConnector@odata.bind":"dataConnectors/%s","year@odata.bind":"years/%s"}`, i.connector, i.year))
	if a.member("readinessStatus") != "ready" {
		t.Errorf("created as %v", a.member("readinessStatus"))
	}
	if a := w.must(200, "GET", industry+"inboundFlows/"+a.id(), ""); a.member("readinessStatus") != "expired" {
		t.Errorf("read as %v", a.member("readinessStatus"))
	}
}

// Every collection takes every query option that the published clients can
// send, with and without "$".
func TestEveryCollectionTakesEveryOption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	w.must(202, "POST", industry+"dataConnectors/"+i.connector+"/validate", "")
	w.must(201, "POST", industry+"dataConnectors", oneRosterBody(i.source))
	expands := map[string]string{
		"dataConnectors": "sourceSystem", "inboundFlows": "dataConnector($select=id),year", "outboundProvisioningFlowSets": "provisioningFlows",
		"runs": "activities", "runs/run-1/activities": "activity",
	}
	for _, collection := range []string{
		"dataConnectors", "inboundFlows", "operations", "outboundProvisioningFlowSets", "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows",
		"referenceDefinitions", "roleGroups", "runs", "runs/run-1/activities", "sourceSystems", "years",
	} {
		all := w.must(200, "GET", industry+collection, "")
		first, _ := all.member("value/0/id").(string)
		if first == "" {
			t.Fatalf("%s holds nothing: %s", collection, all.text)
		}
		options := []string{
			"$filter=id%20eq%20'" + first + "'", "$orderby=id%20desc", "$top=1", "$skip=1", "$count=true", "$select=id", "$search=x",
			"$top=2&$skip=0&$orderby=id&$count=true&$select=id&$filter=id%20ne%20''",
		}
		if x := expands[collection]; x != "" {
			options = append(options, "$expand="+x)
		}
		for _, option := range options {
			for _, spelled := range []string{option, strings.ReplaceAll(option, "$", "")} {
				a := w.call("GET", industry+collection+"?"+spelled, "")
				if _, isList := a.member("value").([]any); a.status != 200 || !isList {
					t.Errorf("%s?%s: status %d\n%s", collection, spelled, a.status, a.text)
				}
			}
		}
		for _, item := range []string{"/" + first, "('" + first + "')"} {
			if a := w.call("GET", industry+collection+item+"?$select=id", ""); a.status != 200 || a.id() != first {
				t.Errorf("%s%s: status %d\n%s", collection, item, a.status, a.text)
			}
		}
		if a := w.call("GET", industry+collection+"/$count?$filter=id%20eq%20'"+first+"'", ""); a.text != "1" {
			t.Errorf("%s/$count with a filter: %d %s", collection, a.status, a.text)
		}
	}
}
