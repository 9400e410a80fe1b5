package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const adaBody = `{"accountEnabled":true,"displayName":"Ada Byron","mailNickname":"ada","userPrincipalName":"Ada@school.example","givenName":"Ada",
	"jobTitle":"Teacher","passwordProfile":{"password":"correct horse","forceChangePasswordNextSignIn":true}}`

// userNamed makes an account and returns its ID.
func (w *world) userNamed(name string) string {
	w.tb.Helper()
	return w.must(201, "POST", "/v1.0/users", strings.NewReplacer("Ada@", name+"@", `"ada"`, `"`+name+`"`).Replace(adaBody)).id()
}

func (w *world) groupNamed(name, more string) string {
	w.tb.Helper()
	return w.must(201, "POST", "/v1.0/groups", fmt.Sprintf(
		`{"displayName":%q,"mailEnabled":true,"securityEnabled":false,"mailNickname":%q,"groupTypes":["Unified"]%s}`, name, name, more)).id()
}

// ids returns the IDs of a collection, as they are listed.
func (w *world) ids(path string) []string {
	w.tb.Helper()
	all := []string{}
	for _, v := range w.must(200, "GET", path, "").member("value").([]any) {
		all = append(all, v.(map[string]any)["id"].(string))
	}
	return all
}

func TestUserIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := w.must(201, "POST", "/v1.0/users", adaBody)
	id := a.id()
	if a.header.Get("Location") != w.url+"/v1.0/users/"+id || a.member("jobTitle") != "Teacher" || a.member("accountEnabled") != true {
		t.Error(a.header, a.text)
	}
	w.must(204, "PATCH", "/v1.0/users/ada@school.example", `{"displayName":"Ada Lovelace","givenName":null,"accountEnabled":false,"jobTitle":"Head"}`)
	a = w.must(200, "GET", "/beta/users/"+id, "")
	if a.member("displayName") != "Ada Lovelace" || a.member("givenName") != nil || a.member("accountEnabled") != false || a.member("jobTitle") != "Head" {
		t.Error(a.text)
	}
	for _, path := range []string{"/v1.0/users/" + id, "/v1.0/users", "/v1.0/users/" + id + "?$select=passwordProfile"} {
		if a := w.call("GET", path, ""); strings.Contains(a.text, "horse") || strings.Contains(a.text, `"password"`) {
			t.Errorf("%s shows the password: %s", path, a.text)
		}
	}
	w.must(204, "DELETE", "/v1.0/users/"+id, "")
	for _, method := range []string{"GET", "DELETE", "PATCH"} {
		if a := w.call(method, "/v1.0/users/"+id, "{}"); a.status != 404 || a.member("error/code") != "Request_ResourceNotFound" {
			t.Errorf("%s: %d %s", method, a.status, a.text)
		}
	}
}

func TestUserIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	w.userNamed("ada")
	other := w.userNamed("ben")
	create := func(old, new string) string {
		return strings.Replace(strings.Replace(adaBody, "Ada@", "new@", 1), old, new, 1)
	}
	for name, test := range map[string]struct{ method, path, body, message string }{
		"name taken":         {"POST", "users", strings.Replace(adaBody, "Ada@", "ADA@", 1), "property userPrincipalName already exists"},
		"name taken, change": {"PATCH", "users/" + other, `{"userPrincipalName":"ada@School.example"}`, "property userPrincipalName already exists"},
		"no password":        {"POST", "users", create(`"password":"correct horse",`, ""), "password must be specified"},
		"no profile":         {"POST", "users", create(`"passwordProfile"`, `"@note"`), "'passwordProfile' is required"},
		"no nickname":        {"POST", "users", create(`"mailNickname":"ada",`, ""), "'mailNickname' is required"},
		"no domain":          {"POST", "users", create("new@school.example", "new"), "userPrincipalName is invalid"},
		"blank in name":      {"PATCH", "users/" + other, `{"userPrincipalName":"a b@school.example"}`, "userPrincipalName is invalid"},
		"name null":          {"PATCH", "users/" + other, `{"displayName":null}`, "'displayName'"},
		"enabled null":       {"PATCH", "users/" + other, `{"accountEnabled":null}`, "'accountEnabled'"},
		"too long":           {"PATCH", "users/" + other, `{"jobTitle":"` + strings.Repeat("é", 257) + `"}`, "longer than 256"},
	} {
		a := w.call(test.method, "/v1.0/"+test.path, test.body)
		if a.status != 400 || a.member("error/code") != "Request_BadRequest" || !strings.Contains(fmt.Sprint(a.member("error/message")), test.message) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if got := len(w.ids("/v1.0/users")); got != 2 {
		t.Errorf("there are %d users, want the 2 that were made rightly", got)
	}
}

func TestGroupIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada, ben := w.userNamed("ada"), w.userNamed("ben")
	id := w.groupNamed("algebra", `,"owners@odata.bind":["https://graph.microsoft.com/v1.0/users/`+ada+`"],"members@odata.bind":["`+
		w.url+`/v1.0/directoryObjects('`+ada+`')","users/`+ben+`"]`)
	a := w.must(200, "GET", "/v1.0/groups/"+id, "")
	if a.member("groupTypes/0") != "Unified" || a.member("visibility") != "Public" || a.member("mailEnabled") != true || a.member("securityEnabled") != false {
		t.Error(a.text)
	}
	if diff := cmp.Diff([][]string{{ada}, {ada, ben}}, [][]string{w.ids("/v1.0/groups/" + id + "/owners"), w.ids("/v1.0/groups/" + id + "/members")}); diff != "" {
		t.Error(diff)
	}
	w.must(204, "PATCH", "/v1.0/groups/"+id, `{"description":"With numbers","visibility":"private","owners@odata.bind":["users/`+ben+`"]}`)
	a = w.must(200, "GET", "/v1.0/groups/"+id, "")
	if a.member("description") != "With numbers" || a.member("visibility") != "Private" || a.member("displayName") != "algebra" {
		t.Error(a.text)
	}
	if diff := cmp.Diff([]string{ada, ben}, w.ids("/v1.0/groups/"+id+"/owners")); diff != "" {
		t.Error(diff)
	}
	w.must(204, "DELETE", "/v1.0/groups/"+id, "")
	w.must(404, "DELETE", "/v1.0/groups/"+id, "")
	w.must(404, "GET", "/v1.0/groups/"+id+"/members", "")
}

func TestSecurityGroup(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	id := w.must(201, "POST", "/v1.0/groups", `{"displayName":"All Students","mailEnabled":false,"securityEnabled":true,"mailNickname":"students","groupTypes":[]}`).id()
	a := w.must(200, "GET", "/v1.0/groups/"+id, "")
	if len(a.member("groupTypes").([]any)) != 0 || a.member("visibility") != nil || a.member("mailEnabled") != false || a.member("securityEnabled") != true {
		t.Error(a.text)
	}
}

func TestGroupIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada := w.userNamed("ada")
	id := w.groupNamed("algebra", "")
	create := func(members string) string {
		return `{"displayName":"x","mailNickname":"x","mailEnabled":true,"securityEnabled":false,` + members + `}`
	}
	many := strings.Repeat(`"users/x",`, 20) + `"users/x"`
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		message            string
	}{
		"nickname taken":          {"POST", "groups", strings.Replace(create(`"groupTypes":["Unified"]`), `"mailNickname":"x"`, `"mailNickname":"ALGEBRA"`, 1), 400, "mailNickname already exists"},
		"nickname":                {"PATCH", "groups/" + id, `{"mailNickname":"a b"}`, 400, "mailNickname"},
		"distribution list":       {"POST", "groups", create(`"groupTypes":[]`), 400, "cannot be created"},
		"by rule":                 {"POST", "groups", create(`"groupTypes":["DynamicMembership"]`), 400, "rules"},
		"no name":                 {"POST", "groups", `{"mailNickname":"x","mailEnabled":true,"securityEnabled":false}`, 400, "'displayName' is required"},
		"kind":                    {"PATCH", "groups/" + id, `{"groupTypes":[]}`, 400, "cannot be changed"},
		"visibility":              {"PATCH", "groups/" + id, `{"visibility":"secret"}`, 400, "HiddenMembership"},
		"too many":                {"PATCH", "groups/" + id, `{"members@odata.bind":[` + many + `]}`, 400, "at most 20"},
		"nobody":                  {"PATCH", "groups/" + id, `{"members@odata.bind":["users/nobody"]}`, 404, "The directory has no user nobody."},
		"somebody and nobody":     {"PATCH", "groups/" + id, `{"displayName":"lost","members@odata.bind":["users/` + ada + `","users/nobody"]}`, 404, "nobody"},
		"twice":                   {"PATCH", "groups/" + id, `{"members@odata.bind":["users/` + ada + `","users/` + ada + `"]}`, 400, "already exist"},
		"no address":              {"PATCH", "groups/" + id, `{"members@odata.bind":["` + ada + `"]}`, 400, ""},
		"no array":                {"PATCH", "groups/" + id, `{"members@odata.bind":"users/` + ada + `"}`, 400, "array"},
		"another collection":      {"PATCH", "groups/" + id, `{"members@odata.bind":["years/` + ada + `"]}`, 400, "directoryObject"},
		"created with nobody":     {"POST", "groups", create(`"groupTypes":["Unified"],"owners@odata.bind":["users/nobody"]`), 404, "nobody"},
		"group in a group":        {"POST", "groups/" + id + "/members/$ref", `{"@odata.id":"directoryObjects/` + id + `"}`, 400, "member of itself"},
		"group owns a group":      {"POST", "groups/" + id + "/owners/$ref", `{"@odata.id":"groups/` + id + `"}`, 400, "groups own no groups"},
		"group bound":             {"PATCH", "groups/" + id, `{"members@odata.bind":["groups/` + id + `"]}`, 400, "member of itself"},
		"created with a group":    {"POST", "groups", create(`"groupTypes":["Unified"],"members@odata.bind":["groups/` + id + `"]`), 400, "of type Unified"},
		"group that is not there": {"PATCH", "groups/nothing", `{"displayName":"x"}`, 404, "nothing"},
	} {
		a := w.call(test.method, "/v1.0/"+test.path, test.body)
		if a.status != test.status || !strings.Contains(fmt.Sprint(a.member("error/message")), test.message) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if got := w.ids("/v1.0/groups"); len(got) != 1 {
		t.Errorf("there are %d groups, want the one that was made rightly", len(got))
	}
	if a := w.must(200, "GET", "/v1.0/groups/"+id, ""); a.member("displayName") != "algebra" || len(w.ids("/v1.0/groups/"+id+"/members")) != 0 {
		t.Error("something of what was refused was done:", a.text)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada, ben := w.userNamed("ada"), w.userNamed("ben")
	group := "/v1.0/groups/" + w.groupNamed("algebra", "")
	for _, name := range []string{"members", "owners"} {
		path := group + "/" + name
		w.must(204, "POST", path+"/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+ada+`"}`)
		w.must(204, "POST", path+"/$ref", `{"@odata.id":"users('`+ben+`')"}`)
		a := w.must(400, "POST", path+"/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/users/`+ada+`"}`)
		if a.member("error/code") != "Request_BadRequest" || a.member("error/message") != "One or more added object references already exist for the following modified properties: '"+name+"'." {
			t.Error(a.text)
		}
		w.must(204, "DELETE", path+"/"+ada+"/$ref", "")
		if diff := cmp.Diff([]string{ben}, w.ids(path)); diff != "" {
			t.Error(diff)
		}
		for _, missing := range []string{path + "/" + ada + "/$ref", path + "/nobody/$ref", "/v1.0/groups/nothing/" + name + "/" + ben + "/$ref"} {
			if a := w.must(404, "DELETE", missing, ""); a.member("error/code") != "Request_ResourceNotFound" {
				t.Error(a.text)
			}
		}
		w.must(404, "POST", path+"/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/users/nobody"}`)
		w.must(404, "POST", "/v1.0/groups/nothing/"+name+"/$ref", `{"@odata.id":"users/`+ada+`"}`)
		w.must(400, "POST", path+"/$ref", `{}`)
		w.must(400, "POST", path+"/$ref", `{"@odata.id":7}`)
		w.must(405, "PATCH", path+"/$ref", `{}`)
	}
}

func TestMemberOf(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada := w.userNamed("ada")
	first := w.groupNamed("algebra", `,"members@odata.bind":["users/`+ada+`"]`)
	second := w.groupNamed("biology", `,"members@odata.bind":["users/`+ada+`"]`)
	w.groupNamed("chemistry", `,"owners@odata.bind":["users/`+ada+`"]`)
	for _, name := range []string{"memberOf", "transitiveMemberOf", "memberOf/microsoft.graph.group"} {
		if diff := cmp.Diff([]string{first, second}, w.ids("/v1.0/users/"+ada+"/"+name)); diff != "" {
			t.Error(name, diff)
		}
	}
	if a := w.must(200, "GET", "/v1.0/users/ada@school.example/memberOf?$top=1&$count=true&$select=displayName", ""); a.member("@odata.count") != 2.0 ||
		a.member("value/0/@odata.type") != "#microsoft.graph.group" || a.member("value/0/displayName") != "algebra" || a.member("@odata.nextLink") == nil {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", "/v1.0/users/"+ada+"/memberOf/$count?$filter=startswith(displayName,'b')", ""); a.text != "1" {
		t.Error(a.text)
	}
	for path, want := range map[string]int{"members/microsoft.graph.group": 0, "transitiveMembers": 1, "transitiveMembers/microsoft.graph.user": 1} {
		if got := w.ids("/v1.0/groups/" + first + "/" + path); len(got) != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if a := w.must(200, "GET", "/v1.0/groups/"+first+"/transitiveMembers/$count", ""); a.text != "1" {
		t.Error(a.text)
	}
	w.must(404, "GET", "/v1.0/users/nobody/memberOf", "")
	w.must(404, "GET", "/v1.0/users/nobody/memberOf/$count", "")
}

func TestDirectoryObject(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for id, want := range map[string]string{w.userNamed("ada"): "#microsoft.graph.user", w.groupNamed("algebra", ""): "#microsoft.graph.group"} {
		if a := w.must(200, "GET", "/v1.0/directoryObjects/"+id, ""); a.member("@odata.type") != want || a.id() != id {
			t.Error(a.text)
		}
	}
	w.must(404, "GET", "/v1.0/directoryObjects/ada@school.example", "")
}

func TestDirectoryIsOrderedAndSearched(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	var ids []string
	for _, name := range []string{"Cleo", "ada", "Ben", "Zed"} {
		ids = append(ids, w.userNamed(name))
		w.must(204, "PATCH", "/v1.0/users/"+ids[len(ids)-1], fmt.Sprintf(`{"displayName":%q,"surname":"Bo"}`, name))
	}
	w.must(204, "PATCH", "/v1.0/users/"+ids[3], `{"surname":"Adams"}`)
	for query, want := range map[string][]string{
		"$orderby=displayName": {ids[1], ids[2], ids[0], ids[3]},
		"$orderby=displayName%20desc&$filter=surname%20eq%20'bo'":    {ids[0], ids[2], ids[1]},
		"$search=%22displayName:AD%22":                               ids, // the given name of all is Ada
		"$search=%22displayName:bo%22":                               ids[:3],
		"$search=%22displayName:a%22&$filter=surname%20ne%20'Adams'": ids[:3],
		"$search=%22userPrincipalName:be%22":                         {ids[2]},
	} {
		got := w.ids("/v1.0/users?" + query)
		if strings.Contains(query, "search") {
			slices.Sort(got)
			want = slices.Sorted(slices.Values(want))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(query, diff)
		}
	}
	seen := []string{}
	for path := "/v1.0/users?$top=1&$orderby=displayName"; path != ""; {
		a := w.must(200, "GET", path, "")
		seen = append(seen, fmt.Sprint(a.member("value/0/id")))
		next, _ := a.member("@odata.nextLink").(string)
		path = strings.TrimPrefix(next, w.url)
	}
	if diff := cmp.Diff([]string{ids[1], ids[2], ids[0], ids[3]}, seen); diff != "" {
		t.Error(diff)
	}
	for _, query := range []string{"$search=ada", "$search=%22color:7%22", "$search=%22accountEnabled:t%22", "$search=%22displayName:%22", "$skiptoken=x"} {
		w.must(400, "GET", "/v1.0/users?"+query, "")
	}
}

func TestGroupExpanded(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada := w.userNamed("ada")
	group := w.groupNamed("choir", `,"members@odata.bind":["users/`+ada+`"]`)
	a := w.must(200, "GET", "/v1.0/groups/"+group+"?$expand=members($select=id,displayName),owners&$select=displayName", "")
	if a.member("members/0/id") != ada || a.member("members/0/displayName") != "Ada Byron" || a.member("members/0/userPrincipalName") != nil ||
		len(a.member("owners").([]any)) != 0 || a.member("displayName") != "choir" {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", "/v1.0/groups?$expand=members($select=id)", ""); a.member("value/0/members/0/id") != ada {
		t.Error(a.text)
	}
}

// The contexts are those of Graph: what is expanded stands in them, and of mixed
// lists they name the set that all objects are of.
func TestContexts(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada := w.userNamed("ada")
	group := w.groupNamed("choir", `,"members@odata.bind":["users/`+ada+`"],"owners@odata.bind":["users/`+ada+`"]`)
	unit := w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"North"}`).id()
	for path, want := range map[string]string{
		"groups/" + group + "?$expand=members":                                           "groups(members())/$entity",
		"groups/" + group + "?$expand=MEMBERS($select=ID,displayName),owners&$select=id": "groups(id,members(id,displayName),owners())/$entity",
		"groups/" + group + "/members":                                                   "directoryObjects",
		"groups/" + group + "/members?$select=id":                                        "directoryObjects(id)",
		"groups/" + group + "/owners":                                                    "directoryObjects",
		"groups/" + group + "/transitiveMembers":                                         "directoryObjects",
		"users/" + ada + "/memberOf":                                                     "directoryObjects",
		"users/" + ada + "/transitiveMemberOf":                                           "directoryObjects",
		"users/" + ada + "/ownedObjects":                                                 "directoryObjects",
		"directory/administrativeUnits/" + unit + "/members":                             "directoryObjects",
	} {
		a := w.must(200, "GET", "/v1.0/"+path, "")
		if got := a.member("@odata.context"); got != w.url+"/v1.0/$metadata#"+want {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
}
