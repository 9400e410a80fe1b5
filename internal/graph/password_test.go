package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/flow"
)

// A password is sealed when it arrives, stays where it is not said again, and
// is never shown.
func TestPasswords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := w.must(201, "POST", industry+"outboundProvisioningFlowSets", `{"displayName":"Everyone"}`).id()
	const settings = `{"@odata.type":"#microsoft.graph.industryData.simplePasswordSettings","password":"PASSWORD"}`
	configurations := func(staff, students string) string {
		return `"creationOptions":{"configurations":[{"roleGroup@odata.bind":"roleGroups/staff","licenseSkus":[]` + staff + `},` +
			`{"roleGroup@odata.bind":"roleGroups/students","licenseSkus":[]` + students + `}]}`
	}
	password := func(p string) string {
		return `,"defaultPasswordSettings":` + strings.Replace(settings, "PASSWORD", p, 1)
	}
	path := industry + "outboundProvisioningFlowSets/" + set + "/provisioningFlows"
	id := w.must(201, "POST", path, `{"@odata.type":"#microsoft.graph.industryData.userProvisioningFlow","createUnmatchedUsers":true,
		"managementOptions":{"additionalOptions":{}},`+configurations(password("one"), password("two"))+`}`).id()

	tests := []struct{ name, body, staff, students string }{
		{"nothing said", `{}`, "sealed:one", "sealed:two"},
		{"other member changed", `{"createUnmatchedUsers":false}`, "sealed:one", "sealed:two"},
		{"masks", `{` + configurations(password("***************"), password("*")) + `}`, "sealed:one", "sealed:two"},
		{"settings left out", `{` + configurations("", "") + `}`, "sealed:one", "sealed:two"},
		{"password left out", `{` + configurations(`,"defaultPasswordSettings":{"@odata.type":"microsoft.graph.industryData.simplePasswordSettings"}`, "") + `}`, "sealed:one", "sealed:two"},
		{"one changed", `{` + configurations(password("three"), password("***")) + `}`, "sealed:three", "sealed:two"},
		{"one cleared", `{` + configurations(password("***"), `,"defaultPasswordSettings":null`) + `}`, "sealed:three", ""},
	}
	for _, test := range tests {
		w.must(204, "PATCH", path+"/"+id, test.body)
		if diff := cmp.Diff([]string{test.staff, test.students}, w.storedPasswords(set, id)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
		if a := w.must(200, "GET", path+"/"+id, ""); strings.Contains(a.text, "sealed") || strings.Contains(a.text, "one") {
			t.Errorf("%s: a password is shown: %s", test.name, a.text)
		}
	}
	if a := w.call("PATCH", path+"/"+id, `{`+configurations(password("***"), password("***"))+`}`); a.status != 400 || !strings.Contains(a.text, "no stored password") {
		t.Errorf("a mask without a password behind it: %d %s", a.status, a.text)
	}
	// What an entity was read as can be sent back.
	read := w.must(200, "GET", path+"/"+id, "").text
	w.must(204, "PATCH", path+"/"+id, read)
	if diff := cmp.Diff([]string{"sealed:three", ""}, w.storedPasswords(set, id)); diff != "" {
		t.Errorf("sent back: (-want +got)\n%s", diff)
	}
}

func (w *world) storedPasswords(set, id string) []string {
	w.tb.Helper()
	f, err := w.flows.ProvisioningFlow(w.tb.Context(), set, id)
	if err != nil {
		w.tb.Fatal(err)
	}
	var stored []string
	for _, c := range f.User.CreationOptions.Configurations {
		var p flow.Sealed
		if c.DefaultPasswordSettings != nil {
			p = c.DefaultPasswordSettings.Password
		}
		stored = append(stored, string(p))
	}
	return stored
}
