package server_test

import (
	"fmt"
	"strings"
	"testing"
)

// Each change of the directory is in the log with what was before it and what is
// after it: of memberships with those who came or went.
func TestAuditLogOfDirectory(t *testing.T) {
	t.Parallel()
	a := newAudited(t, testConfig(t))
	must := func(want int, method, path, body string) string {
		t.Helper()
		status, _, members := a.mustCall(t, method, path, []byte(body))
		if status != want {
			t.Fatalf("%s %s: %d %v", method, path, status, members)
		}
		return fmt.Sprint(members["id"])
	}
	const education = "/v1.0/education/"
	user := must(201, "POST", education+"users", `{"accountEnabled":true,"displayName":"Ada","mailNickname":"ada","userPrincipalName":"ada@school.example",
		"primaryRole":"student","student":{"grade":"07"},"passwordProfile":{"password":"Hidden-4711"}}`)
	class := must(201, "POST", education+"classes", `{"displayName":"Algebra","mailNickname":"algebra","course":{"subject":"Maths"}}`)
	school := must(201, "POST", education+"schools", `{"displayName":"North","phone":"1"}`)
	unit := must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"Staff"}`)
	group := must(201, "POST", "/v1.0/groups", `{"displayName":"Choir","mailNickname":"choir","mailEnabled":true,"securityEnabled":false,
		"groupTypes":["Unified"],"members@odata.bind":["users/`+user+`"]}`)
	came := func(name, id string) string { return name + "@odata.bind:[" + id + "]" }
	reference := func(id string) string { return `{"@odata.id":"https://localhost/v1.0/directoryObjects/` + id + `"}` }
	for _, test := range []struct{ method, path, body, before, after string }{
		{"PATCH", education + "users/" + user, `{"student":{"grade":"08"}}`, "grade:07", "grade:08"},
		{"PATCH", education + "classes/" + class, `{"course":{"subject":"Music"}}`, "subject:Maths", "subject:Music"},
		{"PATCH", education + "schools/" + school, `{"phone":"2"}`, "phone:1", "phone:2"},
		{"PATCH", "/v1.0/directory/administrativeUnits/" + unit, `{"displayName":"Staff 2"}`, "displayName:Staff id", "displayName:Staff 2 id"},
		{"POST", education + "classes/" + class + "/members/$ref", `{"@odata.id":"education/users/` + user + `"}`, "", came("members", user)},
		{"POST", education + "classes/" + class + "/teachers/$ref", `{"@odata.id":"education/users/` + user + `"}`, "", came("teachers", user)},
		{"DELETE", education + "classes/" + class + "/members/" + user + "/$ref", "", came("members", user), ""},
		{"POST", education + "schools/" + school + "/classes/$ref", `{"@odata.id":"education/classes/` + class + `"}`, "", came("classes", class)},
		{"DELETE", education + "schools/" + school + "/classes/" + class + "/$ref", "", came("classes", class), ""},
		{"POST", "/v1.0/directory/administrativeUnits/" + unit + "/members/$ref", reference(user), "", came("members", user)},
		{"DELETE", "/v1.0/directory/administrativeUnits/" + unit + "/members/" + user + "/$ref", "", came("members", user), ""},
		{"DELETE", "/v1.0/groups/" + group + "/members/" + user + "/$ref", "", came("members", user), ""},
		{"POST", "/v1.0/groups/" + group + "/owners/$ref", reference(user), "", came("owners", user)},
		{"PATCH", "/v1.0/groups/" + group, `{"members@odata.bind":["users/` + user + `"]}`, "", came("members", user)},
		{"DELETE", education + "classes/" + class, "", "subject:Music", "<nil>"},
		{"DELETE", education + "schools/" + school, "", "phone:2", "<nil>"},
		{"DELETE", "/v1.0/directory/administrativeUnits/" + unit, "", "Staff 2", "<nil>"},
		{"DELETE", education + "users/" + user, "", "grade:08", "<nil>"},
	} {
		must(204, test.method, test.path, test.body)
		_, records := a.lines(t, "path eq '"+test.path+"' and method eq '"+test.method+"'")
		changes, _ := records[0]["changes"].([]any)
		if len(records) != 1 || len(changes) != 1 {
			t.Errorf("%s %s: %v", test.method, test.path, records)
			continue
		}
		change := changes[0].(map[string]any)
		before, after := fmt.Sprint(change["before"]), fmt.Sprint(change["after"])
		if !strings.Contains(before, " id:") || test.after != "<nil>" && !strings.Contains(after, " id:") ||
			!strings.Contains(before, test.before) || !strings.Contains(after, test.after) ||
			strings.Contains(before, "odata.bind") != strings.Contains(test.before, "odata.bind") ||
			strings.Contains(after, "odata.bind") != strings.Contains(test.after, "odata.bind") {
			t.Errorf("%s %s: %v", test.method, test.path, change)
		}
	}
	lines, records := a.lines(t, "status eq 201")
	if text := fmt.Sprint(records); len(lines) != 5 || !strings.Contains(text, came("members", user)) || strings.Contains(text, "Hidden-4711") {
		t.Errorf("%q %s", lines, text)
	}
}
