package graph_test

import (
	"strings"
	"testing"
)

// A client's secret never leaves, is sealed where it is kept, and stays when a
// patch does not name it.
func TestOneRosterConnector(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	made := w.must(201, "POST", industry+"dataConnectors", strings.ReplaceAll(oneRosterBody(i.source), `"s"`, `"hunter2"`))
	connector := industry + "dataConnectors/" + made.id()
	stored := func() string {
		t.Helper()
		c, err := w.flows.Connector(t.Context(), made.id())
		if err != nil {
			t.Fatal(err)
		}
		return string(c.OneRoster.Credential.ClientSecret)
	}
	if stored() != "sealed:hunter2" {
		t.Errorf("stored %q, want it sealed", stored())
	}
	const oAuth1, oAuth2 = `"@odata.type":"microsoft.graph.industryData.oAuth1ClientCredential"`, `"@odata.type":"#microsoft.graph.industryData.oAuth2ClientCredential"`
	for _, step := range []struct {
		name, body string
		status     int
		secret     string
	}{
		{"a name", `{"displayName":"x"}`, 204, "sealed:hunter2"},
		{"a credential without a secret", `{"credential":{` + oAuth1 + `,"displayName":"y"}}`, 204, "sealed:hunter2"},
		{"a credential that does not say its kind", `{"credential":{"clientSecret":"hunter3"}}`, 204, "sealed:hunter3"},
		{"and back", `{"credential":{"clientSecret":"hunter2"}}`, 204, "sealed:hunter2"},
		{"a mask", `{"credential":{` + oAuth1 + `,"clientSecret":"*****"}}`, 204, "sealed:hunter2"},
		{"null", `{"credential":{` + oAuth1 + `,"clientSecret":null}}`, 400, "sealed:hunter2"},
		{"another kind without a secret", `{"credential":{` + oAuth2 + `,"displayName":"y","clientId":"i","tokenUrl":"https://sis.example/token"}}`, 400, "sealed:hunter2"},
		{"another kind", `{"credential":{` + oAuth2 + `,"displayName":"y","clientId":"i","clientSecret":"z","tokenUrl":"https://sis.example/token"}}`, 204, "sealed:z"},
		{"validity, which clients cannot say", `{"credential":{` + oAuth2 + `,"isValid":true,"lastValidDateTime":"2024-09-01T00:00:00Z"}}`, 204, "sealed:z"},
	} {
		if a := w.call("PATCH", connector, step.body); a.status != step.status || stored() != step.secret {
			t.Errorf("%s: status %d and secret %q, want %d and %q\n%s", step.name, a.status, stored(), step.status, step.secret, a.text)
		}
		a := w.must(200, "GET", connector+"?$select=credential", "")
		if strings.Contains(a.text, "clientSecret") || strings.Contains(a.text, "sealed") || a.member("credential/isValid") != false || strings.Contains(made.text, "hunter2") {
			t.Errorf("%s: %s", step.name, a.text)
		}
	}
	if a := w.call("GET", industry+"dataConnectors?$filter=credential/clientSecret%20eq%20'sealed:z'", ""); a.status != 400 {
		t.Errorf("a filter on the secret: status %d\n%s", a.status, a.text)
	}
	if a := w.call("GET", connector+"/getUploadSession", ""); a.status != 400 {
		t.Errorf("an upload session: status %d\n%s", a.status, a.text)
	}
	if a := w.call("GET", connector+"/microsoft.graph.industryData.azureDataLakeConnector/getUploadSession", ""); a.status != 404 && a.status != 400 {
		t.Errorf("an upload session through a cast: status %d\n%s", a.status, a.text)
	}
}

// Nothing is claimed of a connection that was not tested.
func TestValidateOfAnAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	connector := w.must(201, "POST", industry+"dataConnectors", oneRosterBody(i.source)).id()
	a := w.must(202, "POST", industry+"dataConnectors/"+connector+"/validate", "")
	operation := w.must(200, "GET", strings.TrimPrefix(a.header.Get("Location"), w.url), "")
	for path, want := range map[string]any{
		"@odata.type": "#microsoft.graph.industryData.fileValidateOperation", "status": "failed",
		"errors/0/code": "oneRosterNotSupported", "errors/0/target": "https://sis.example/ims/oneroster/v1p1",
		"resourceLocation": w.url + industry + "dataConnectors/" + connector,
	} {
		if got := operation.member(path); got != want {
			t.Errorf("%s: %v, want %v\n%s", path, got, want, operation.text)
		}
	}
	if len(w.uploads.validated) != 0 {
		t.Errorf("uploads were validated: %v", w.uploads.validated)
	}
	if a := w.must(200, "GET", industry+"dataConnectors/"+connector, ""); a.member("credential/isValid") != false || a.member("credential/lastValidDateTime") != nil {
		t.Errorf("the credential is called valid: %s", a.text)
	}
}
