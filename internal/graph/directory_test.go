package graph_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/graph"
	"rollbook/internal/hosted"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.call("GET", "/v1.0/users?$top=2&$count=true", "")
	if a.member("@odata.count") != 5.0 || a.member("value/0/id") != "u0" || a.member("value/0/@odata.type") != nil ||
		a.member("@odata.context") != w.url+"/v1.0/$metadata#users" {
		t.Fatal(a.text)
	}
	var seen []string
	for {
		for _, v := range a.member("value").([]any) {
			seen = append(seen, v.(map[string]any)["id"].(string))
		}
		next, ok := a.member("@odata.nextLink").(string)
		if !ok {
			break
		}
		if a.member("@odata.count") != nil && len(seen) > 2 {
			t.Error("the count is told again on a later page")
		}
		a = w.call("GET", strings.TrimPrefix(next, w.url), "")
	}
	if diff := cmp.Diff([]string{"u0", "u1", "u2", "u3", "u4"}, seen); diff != "" {
		t.Error(diff)
	}
	if a := w.call("GET", "/v1.0/users/P1@school.example?$select=displayName,id", ""); !strings.HasSuffix(a.text, `{"@odata.context":"`+w.url+
		`/v1.0/$metadata#users(displayName,id)/$entity","id":"u1","displayName":"Person 1"}`) {
		t.Error(a.text)
	}
	if a := w.call("GET", "/v1.0/users/$count", ""); a.text != "5" || a.header.Get("Content-Type") != "text/plain" {
		t.Error(a.text, a.header)
	}
	if a := w.callAs("User.ReadBasic.All", "GET", "/v1.0/users/u1", ""); a.member("accountEnabled") != nil || a.member("grade") != nil || a.member("displayName") != "Person 1" {
		t.Error("who may read what is basic gets more:", a.text)
	}
	for filter, want := range map[string]int{"displayName%20eq%20'x'": 200, "not%20(accountEnabled%20eq%20true)%20or%20displayName%20eq%20'x'": 403} {
		for _, path := range []string{"/v1.0/users", "/v1.0/users/$count"} {
			if a := w.callAs("User.ReadBasic.All", "GET", path+"?$filter="+filter, ""); a.status != want {
				t.Errorf("who may read what is basic filters %s by %s: %d %s", path, filter, a.status, a.text)
			}
			if a := w.callAs("User.Read.All", "GET", path+"?$filter="+filter, ""); a.status != 200 {
				t.Errorf("who may read users filters %s by %s: %d %s", path, filter, a.status, a.text)
			}
		}
	}
	if a := w.call("GET", "/v1.0/users/u1", ""); a.member("accountEnabled") != true || a.member("grade") != "07" {
		t.Error(a.text)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := `{"@odata.context":"` + w.url + `/v1.0/$metadata#groups/$entity","id":"g1","displayName":"Algebra","mailNickname":"Section_1","mail":null,` +
		`"description":null,"groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":false,"visibility":"HiddenMembership",` +
		`"resourceProvisioningOptions":["Team"],"courseTitle":"Mathematics"}`
	if a := w.call("GET", "/v1.0/groups/g1", ""); a.text != want {
		t.Error(cmp.Diff(want, a.text))
	}
	want = `{"@odata.context":"` + w.url + `/v1.0/$metadata#groups(displayName,courseCode)/$entity","displayName":"Algebra","courseCode":null}`
	if a := w.call("GET", "/v1.0/groups/g1?$select=displayName,courseCode", ""); a.text != want {
		t.Error("what was asked for by name:", cmp.Diff(want, a.text))
	}
	a := w.call("GET", "/v1.0/groups/g1/owners", "")
	if a.member("value/0/@odata.type") != "#microsoft.graph.user" || a.member("value/0/userPrincipalName") != "p0@school.example" || len(a.member("value").([]any)) != 1 {
		t.Error(a.text)
	}
	if a := w.call("GET", "/v1.0/groups/g1/members?$select=userPrincipalName&$top=999&$count=true", ""); a.member("@odata.count") != 5.0 ||
		a.member("value/4/userPrincipalName") != "p4@school.example" || a.member("value/4/id") != nil {
		t.Error(a.text)
	}
	if a := w.callAs("GroupMember.Read.All", "GET", "/v1.0/groups/g1/members?$filter=accountEnabled%20eq%20true", ""); a.status != 403 {
		t.Errorf("who may read what is basic of members filters by more: %d %s", a.status, a.text)
	}
	if a := w.call("GET", "/v1.0/groups('g1')/members/$count", ""); a.text != "5" {
		t.Error(a.text)
	}
	if a := w.call("GET", "/beta/groups?$top=1", ""); a.member("@odata.nextLink") == nil || a.member("value/0/resourceProvisioningOptions/0") != "Team" {
		t.Error(a.text)
	}
}

// What the directory has columns of reaches it as a condition; nothing of that is
// filtered afterwards.
func TestDirectoryFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	value := "p1@school.example"
	no := "false"
	tests := map[string]hosted.Filter{
		"userprincipalname eq 'p1@school.example'": hosted.Equal{Property: "userPrincipalName", Value: &value},
		"mail eq null":                      hosted.Equal{Property: "mail"},
		"mail ne null":                      hosted.Not{Inner: hosted.Equal{Property: "mail"}},
		"accountEnabled eq false":           hosted.Equal{Property: "accountEnabled", Value: &no},
		"startsWith(displayName,'O''Neil')": hosted.StartsWith{Property: "displayName", Prefix: "O'Neil"},
		"id in ('u1', 'u2') and not (startswith(surname,'A') or mail eq null)": hosted.And{
			Left: hosted.In{Property: "id", Values: []string{"u1", "u2"}},
			Right: hosted.Not{Inner: hosted.Or{
				Left: hosted.StartsWith{Property: "surname", Prefix: "A"}, Right: hosted.Equal{Property: "mail"}}},
		},
	}
	for filter, want := range tests {
		a := w.call("GET", "/v1.0/users?$filter="+url.QueryEscape(filter), "")
		if diff := cmp.Diff(want, w.directory.asked.Filter); a.status != 200 || diff != "" {
			t.Errorf("%s: %d (-want +got)\n%s%s", filter, a.status, diff, a.text)
		}
	}
	for _, query := range []string{
		"$skip=1", "$search=a", "$top=1000", "$filter=colour%20eq%20'a'", "$orderby=colour", "$expand=owners", "$filter=groupTypes/any(c:c%20eq%20'Unified')",
	} {
		if a := w.call("GET", "/v1.0/users?"+query, ""); a.status != 400 {
			t.Errorf("%s: status %d\n%s", query, a.status, a.text)
		}
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	objects, err := graph.NewObjects()
	if err != nil {
		t.Fatal(err)
	}
	got := string(objects.AppendUser(nil, hosted.User{ID: "u", DisplayName: "Zoë \"Z\"", Attributes: map[string]string{"ageGroup": "minor"}}))
	want := `{"id":"u","displayName":"Zoë \"Z\"","userPrincipalName":null,"givenName":null,"surname":null,"mail":null,"accountEnabled":false,"ageGroup":"minor"}`
	if got != want {
		t.Error(cmp.Diff(want, got))
	}
	if got := string(objects.AppendGroup([]byte("x"), hosted.Group{ID: "g"})); !strings.HasPrefix(got, `x{"id":"g","displayName":null`) {
		t.Error(got)
	}
}
