package graph_test

import (
	"strings"
	"testing"
)

// Errors say what things are called in the API, and never what the directory
// calls them.
func TestErrorsSpeakTheNamesOfTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	class, user := people["educationClass"], people["educationUser"]
	reference := `{"@odata.id":"` + user + `"}`
	for _, navigation := range []string{class + "/teachers", class + "/members", people["educationSchool"] + "/users", people["group"] + "/owners"} {
		w.must(204, "POST", navigation+"/$ref", reference)
	}
	classBody := func(nickname, id string) string {
		return `{"displayName":"x","mailNickname":"` + nickname + `","externalId":"` + id + `"}`
	}
	other := v1 + "education/classes/" + w.must(201, "POST", v1+"education/classes", classBody("other", "k-2")).id()
	id := user[strings.LastIndexByte(user, '/')+1:]
	for _, test := range []struct{ method, path, body, says, target string }{
		{"POST", v1 + "education/classes", classBody("new", "k-1"), "property externalId already", "externalId"},
		{"POST", v1 + "education/classes", classBody("algebra", "k-3"), "property mailNickname already", "mailNickname"},
		{"PATCH", other, `{"externalId":"k-1"}`, "property externalId already", "externalId"},
		{"PATCH", other, `{"mailNickname":"ALGEBRA"}`, "property mailNickname already", "mailNickname"},
		{"PATCH", people["user"], `{"userPrincipalName":"peter@harbor.example"}`, "property userPrincipalName already", "userPrincipalName"},
		{"POST", class + "/teachers/$ref", reference, "modified properties: 'teachers'.", ""},
		{"POST", class + "/members/$ref", reference, "modified properties: 'members'.", ""},
		{"POST", people["educationSchool"] + "/users/$ref", reference, "modified properties: 'users'.", ""},
		{"POST", people["group"] + "/owners/$ref", reference, "modified properties: 'owners'.", ""},
		{"DELETE", other + "/teachers/" + id + "/$ref", "", "none of the teachers.", ""},
		{"DELETE", people["educationSchool"] + "/classes/" + id[:len(id)-1] + "x/$ref", "", "none of the classes.", ""},
		{"DELETE", people["administrativeUnit"] + "/members/" + id + "/$ref", "", "none of the members.", ""},
	} {
		a := w.call(test.method, test.path, test.body)
		message, _ := a.member("error/message").(string)
		target, _ := a.member("error/target").(string)
		if a.status < 400 || a.status >= 500 || !strings.Contains(message, test.says) || target != test.target {
			t.Errorf("%s %s: %d %s, want %q about %q", test.method, test.path, a.status, a.text, test.says, test.target)
		}
		for _, internal := range []string{"anchor", "nickname_folded", "upn_folded", "Section_", "Class_"} {
			if strings.Contains(message, internal) {
				t.Errorf("%s %s says %q: %s", test.method, test.path, internal, message)
			}
		}
	}
}
