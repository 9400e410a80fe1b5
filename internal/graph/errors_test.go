package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// Every refused request gets the envelope with code, message and innerError.
func TestErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	flows := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows"
	classFlow := flows + "/" + i.class
	const patchType = `"@odata.type":"#microsoft.graph.industryData.classGroupProvisioningFlow"`
	tests := []struct {
		name, method, path, body string
		status                   int
		code, inner, message     string
	}{
		{"unknown id", "GET", industry + "years/nope", "", 404, "itemNotFound", "", "nope"},
		{"unknown id of a patch", "PATCH", industry + "years/nope", `{}`, 404, "itemNotFound", "", "nope"},
		{"flow of another set", "GET", industry + "outboundProvisioningFlowSets/nope/provisioningFlows/" + i.class, "", 404, "itemNotFound", "", "nope"},
		{"unknown segment", "GET", industry + "yaers", "", 404, "itemNotFound", "", "yaers"},
		{"wrong derived type", "PATCH", classFlow, `{"@odata.type":"#microsoft.graph.industryData.userProvisioningFlow"}`, 400, "badRequest", "invalidType", "userProvisioningFlow"},
		{"unknown type", "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.nonsense"}`, 400, "badRequest", "invalidType", "nonsense"},
		{"abstract type", "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.provisioningFlow"}`, 400, "badRequest", "invalidType", "abstract"},
		{"no type", "POST", flows, `{"configuration":{}}`, 400, "badRequest", "invalidType", "classGroupProvisioningFlow"},
		{"unknown property", "PATCH", classFlow, `{"configuration":{"colour":1}}`, 400, "badRequest", "unknownProperty", "configuration/colour"},
		{"unknown property at the top", "POST", industry + "years", `{"displayName":"x","colour":1}`, 400, "badRequest", "unknownProperty", "colour"},
		{"unknown section role", "PATCH", classFlow, `{"configuration":{"enrollmentMappings":{"ownerEnrollmentMappings":[{"code":"teecher"}]}}}`, 400, "badRequest", "invalidValue", "teecher"},
		{"unknown section role names the list", "PATCH", classFlow, `{"configuration":{"enrollmentMappings":{"ownerEnrollmentMappings":[{"code":"xyz"}]}}}`, 400, "badRequest", "invalidValue", "RefSectionRole"},
		{"unknown attribute", "PATCH", classFlow, `{"configuration":{"additionalAttributes":["color"]}}`, 400, "badRequest", "invalidParameterFormat", "courseTitle"},
		{"the sentinel", "PATCH", classFlow, `{"configuration":{"additionalAttributes":["unknownFutureValue"]}}`, 400, "badRequest", "invalidParameterFormat", "unknownFutureValue"},
		{"malformed", "PATCH", classFlow, `{` + patchType + `,"configuration":}`, 400, "badRequest", "invalidJSON", "at byte 90"},
		{"cut off", "PATCH", classFlow, `{"configuration":`, 400, "badRequest", "invalidJSON", "at byte 17"},
		{"not an object", "PATCH", classFlow, `[]`, 400, "badRequest", "invalidJSON", "an array"},
		{"member twice", "PATCH", industry + "years/" + i.year, `{"displayName":"a","DisplayName":"b"}`, 400, "badRequest", "invalidJSON", "twice"},
		{"lone surrogate", "PATCH", industry + "years/" + i.year, `{"displayName":"\ud800"}`, 400, "badRequest", "invalidJSON", "surrogate"},
		{"invalid UTF-8", "PATCH", industry + "years/" + i.year, "{\"displayName\":\"\xff\"}", 400, "badRequest", "invalidJSON", "UTF-8"},
		{"too deep", "PATCH", industry + "years/" + i.year, strings.Repeat(`{"year":`, 100), 400, "badRequest", "invalidJSON", "levels"},
		{"too large", "PATCH", industry + "years/" + i.year, `{"displayName":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "requestEntityTooLarge", "", "1 MiB"},
		{"long string", "PATCH", industry + "years/" + i.year, `{"displayName":"` + strings.Repeat("x", 100<<10) + `"}`, 400, "badRequest", "invalidJSON", "longer"},
		{"null where there must be a value", "PATCH", industry + "years/" + i.year, `{"displayName":null}`, 400, "badRequest", "propertyNotNullable", "null is not a valid value for the property 'displayName'."},
		{"null collection", "PATCH", classFlow, `{"configuration":{"additionalAttributes":null}}`, 400, "badRequest", "propertyNotNullable", "additionalAttributes"},
		{"wrong JSON type", "PATCH", classFlow, `{"configuration":{"additionalOptions":{"createTeam":"yes"}}}`, 400, "badRequest", "invalidParameterFormat", "true or false"},
		{"name too long", "PATCH", industry + "years/" + i.year, `{"displayName":"` + strings.Repeat("x", 101) + `"}`, 400, "badRequest", "invalidValue", "100"},
		{"no date", "PATCH", industry + "years/" + i.year, `{"startDate":"2024-02-30"}`, 400, "badRequest", "invalidParameterFormat", "2024-02-30"},
		{"immutable", "PATCH", industry + "years/" + i.year, `{"year":{"code":"2025"}}`, 400, "badRequest", "propertyNotUpdateable", "year"},
		{"immutable binding", "PATCH", industry + "inboundFlows/" + i.inbound, `{"year@odata.bind":"years/other"}`, 400, "badRequest", "propertyNotUpdateable", "year"},
		{"name of a source system", "PATCH", industry + "sourceSystems/" + i.source, `{"displayName":"Another"}`, 400, "badRequest", "propertyNotUpdateable", "displayName"},
		{"filter without an organization", "POST", industry + "outboundProvisioningFlowSets", `{"displayName":"x","filter":{"@odata.type":"#microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":[]}}`, 400, "badRequest", "invalidValue", "null for all"},
		{"filter by something else", "POST", industry + "outboundProvisioningFlowSets", `{"displayName":"x","filter":{"@odata.type":"#microsoft.graph.industryData.basicFilter","attribute":"name","in":["a"]}}`, 400, "badRequest", "invalidParameterFormat", "orgExternalId"},
		{"year that ends before it begins", "PATCH", industry + "years/" + i.year, `{"endDate":"2024-08-31"}`, 400, "badRequest", "invalidValue", "before"},
		{"required", "POST", industry + "years", `{"displayName":"x","startDate":"2024-01-01","endDate":"2024-01-02"}`, 400, "badRequest", "propertyRequired", "'year'"},
		{"required binding", "POST", industry + "dataConnectors", `{"@odata.type":"#microsoft.graph.industryData.azureDataLakeConnector","displayName":"x"}`, 400, "badRequest", "propertyRequired", "sourceSystem@odata.bind"},
		{"dangling binding", "POST", industry + "dataConnectors", `{"@odata.type":"#microsoft.graph.industryData.azureDataLakeConnector","displayName":"x","sourceSystem@odata.bind":"sourceSystems/nope"}`, 400, "badRequest", "invalidValue", "nope"},
		{"binding to another set", "POST", industry + "dataConnectors", `{"@odata.type":"#microsoft.graph.industryData.azureDataLakeConnector","displayName":"x","sourceSystem@odata.bind":"years/` + i.year + `"}`, 400, "badRequest", "invalidReference", "years"},
		{"second flow of a kind", "POST", flows, classBody, 409, "conflict", "", "classGroupProvisioningFlow"},
		{"deleting what is in use", "DELETE", industry + "sourceSystems/" + i.source, "", 409, "conflict", "", "Files"},
		{"doubled definition", "POST", industry + "referenceDefinitions", `{"referenceType":"RefGradeLevel","code":"kg","isDisabled":false,"sortIndex":1}`, 409, "conflict", "nameAlreadyExists", "KG"},
		{"list that cannot grow", "POST", industry + "referenceDefinitions", `{"referenceType":"RefRole","code":"x","isDisabled":false,"sortIndex":1}`, 403, "notAllowed", "", "RefGradeLevel"},
		{"value of a list that cannot change", "PATCH", industry + "referenceDefinitions/RefRole-teacher", `{"isDisabled":true}`, 403, "notAllowed", "", "RefGradeLevel"},
		{"unknown list", "POST", industry + "referenceDefinitions", `{"referenceType":"RefNonsense","code":"x","isDisabled":false,"sortIndex":1}`, 400, "badRequest", "invalidValue", "RefNonsense"},
		{"OneRoster's version", "POST", industry + "dataConnectors", strings.Replace(oneRosterBody(i.source), `"1.1"`, `"1.3"`, 1), 400, "badRequest", "invalidValue", "1.2"},
		{"OneRoster without a flag", "POST", industry + "dataConnectors", strings.Replace(oneRosterBody(i.source), `"isDemographicsEnabled":false,`, "", 1), 400, "badRequest", "propertyRequired", "isDemographicsEnabled"},
		{"OneRoster without a credential's kind", "POST", industry + "dataConnectors", strings.Replace(oneRosterBody(i.source), `"@odata.type":"#microsoft.graph.industryData.oAuth1ClientCredential",`, "", 1), 400, "badRequest", "invalidType", "oAuth2ClientCredential"},
		{"file flow of a OneRoster API", "PATCH", industry + "inboundFlows/" + i.inbound, `{"@odata.type":"#microsoft.graph.industryData.inboundApiFlow"}`, 400, "badRequest", "invalidType", "inboundFileFlow"},
		{"security groups without a switch", "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.securityGroupProvisioningFlow","creationOptions":{"createBasedOnRoleGroup":true}}`, 400, "badRequest", "propertyRequired", "createBasedOnOrgPlusRoleGroup"},
		{"security groups with a unit's switch", "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.securityGroupProvisioningFlow","creationOptions":{"createBasedOnOrg":true}}`, 400, "badRequest", "unknownProperty", "createBasedOnOrg"},
		{"method", "POST", industry + "roleGroups", `{}`, 405, "methodNotAllowed", "", "GET"},
		{"method on an item", "PUT", industry + "years/" + i.year, `{}`, 405, "methodNotAllowed", "", "PATCH"},
		{"unknown option", "GET", industry + "years?$apply=x", "", 400, "badRequest", "invalidQueryOption", "$apply"},
		{"unknown property of select", "GET", industry + "years?$select=colour", "", 400, "badRequest", "invalidQueryOption", "colour"},
		{"unknown navigation", "GET", industry + "years?$expand=colour", "", 400, "badRequest", "invalidQueryOption", "colour"},
		{"unknown property of filter", "GET", industry + "years?$filter=colour%20eq%201", "", 400, "badRequest", "invalidQueryOption", "colour"},
		{"broken filter", "GET", industry + "years?$filter=displayName%20eq%20'x", "", 400, "badRequest", "invalidQueryOption", "character 16"},
		{"content type", "PATCH", industry + "years/" + i.year, `x`, 415, "unsupportedMediaType", "", "application/json"},
		{"unknown session argument", "GET", industry + "dataConnectors/" + i.connector + "/getUploadSession?resetSession=maybe", "", 400, "badRequest", "invalidParameterFormat", "resetSession"},
		{"unknown user", "GET", "/v1.0/users/nobody", "", 404, "Request_ResourceNotFound", "", "nobody"},
		{"industryData is beta", "GET", "/v1.0/external/industryData/years", "", 404, "itemNotFound", "", "external"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := []string{"client-request-id", "mine"}
			if test.name == "content type" {
				header = append(header, "Content-Type", "application/x-www-form-urlencoded")
			}
			a := w.call(test.method, test.path, test.body, header...)
			message, _ := a.member("error/message").(string)
			if a.status != test.status || a.member("error/code") != test.code || !strings.Contains(message, test.message) {
				t.Errorf("got %d %v %q, want %d %s with %q", a.status, a.member("error/code"), message, test.status, test.code, test.message)
			}
			if inner, _ := a.member("error/innerError/code").(string); inner != test.inner {
				t.Errorf("innerError.code %q, want %q", inner, test.inner)
			}
			if a.member("error/innerError/request-id") != a.header.Get("request-id") || a.header.Get("request-id") == "" ||
				a.member("error/innerError/client-request-id") != "mine" || a.header.Get("client-request-id") != "mine" {
				t.Errorf("ids of the request are missing: %v\n%s", a.header, a.text)
			}
			if date, _ := a.member("error/innerError/date").(string); !strings.HasPrefix(date, "2024-09-02T06:0") || strings.HasSuffix(date, "Z") {
				t.Errorf("date %q is not one without a zone", date)
			}
		})
	}
	if len(w.reported) > 0 {
		t.Errorf("reported as faults: %v", w.reported)
	}
}

func oneRosterBody(source string) string {
	return `{"@odata.type":"#microsoft.graph.industryData.oneRosterApiDataConnector","displayName":"API","sourceSystem@odata.bind":"sourceSystems/` + source + `",
		"baseUrl":"https://sis.example/ims/oneroster/v1p1","apiVersion":"1.1","apiFormat":"oneRoster","isDemographicsEnabled":false,"isFlagsEnabled":false,
		"isContactsEnabled":false,"credential":{"@odata.type":"#microsoft.graph.industryData.oAuth1ClientCredential","displayName":"c","clientId":"i","clientSecret":"s"}}`
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for token, want := range map[string]string{"": `Bearer realm="Rollbook"`, "Basic YQ==": `Bearer realm="Rollbook", error="invalid_token"`} {
		header := []string{}
		if token != "" {
			header = append(header, "Authorization", token)
		}
		a := w.callAs("", "GET", industry+"years", "", header...)
		if got := a.header.Get("WWW-Authenticate"); a.status != 401 || a.member("error/code") != "InvalidAuthenticationToken" || got != want {
			t.Errorf("%q: got %d %s %q, want %q", token, a.status, a.text, got, want)
		}
	}
}

// What the directory refuses is told in its words, and not in those of the
// layers between.
func TestRefusalOfTheDirectory(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := w.must(400, "GET", "/v1.0/users?$skiptoken=x", "")
	message := fmt.Sprint(a.member("error/message"))
	if !strings.HasPrefix(message, `The directory refuses: the place to go on from is none that was given out`) || strings.Contains(message, "refused by") {
		t.Error(a.text)
	}
}
