package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/odata"
)

// values returns a collection of texts, or the IDs of one of objects.
func (a answer) values() []string {
	all := []string{}
	list, _ := a.member("value").([]any)
	for _, v := range list {
		if object, ok := v.(map[string]any); ok {
			v = object["id"]
		}
		all = append(all, fmt.Sprint(v))
	}
	return all
}

func quoted(ids ...string) string { return `["` + strings.Join(ids, `","`) + `"]` }

func TestGetByIDs(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	ids := quoted(a.unit, a.sam, strings.ToUpper(a.choir), "01919191-0000-7000-8000-000000000999", "ada@school.example", a.sam)
	for body, want := range map[string][]string{
		`{"ids":` + ids + `}`:                                      {a.sam, a.choir, a.unit},
		`{"ids":` + ids + `,"types":["user"]}`:                     {a.sam},
		`{"ids":` + ids + `,"types":["Group","servicePrincipal"]}`: {a.choir},
		`{"ids":` + ids + `,"types":["directoryObject"]}`:          {a.sam, a.choir, a.unit},
		`{"ids":` + ids + `,"types":["device"]}`:                   {},
		`{"ids":[]}`:                                               {},
	} {
		for _, path := range []string{"directoryObjects/getByIds", "directoryObjects/microsoft.graph.getByIds", "users/graph.getByIds", "groups/getByIds"} {
			got := w.must(200, "POST", "/v1.0/"+path, body)
			if diff := cmp.Diff(sorted(want), got.values()); diff != "" {
				t.Errorf("%s %s (-want +got)\n%s", path, body, diff)
			}
		}
	}
	got := w.must(200, "POST", "/v1.0/directoryObjects/getByIds?$select=id,displayName", `{"ids":`+quoted(a.sam)+`}`)
	if !strings.HasSuffix(fmt.Sprint(got.member("@odata.context")), "/v1.0/$metadata#directoryObjects") || got.member("value/0/@odata.type") != "#microsoft.graph.user" || got.member("value/0/userPrincipalName") != nil {
		t.Error(got.text)
	}
	many := make([]string, 1001)
	for _, body := range []string{`{}`, `{"ids":null}`, `{"ids":"x"}`, `{"ids":[1]}`, `{"colors":[]}`, `{"ids":` + quoted(many...) + `}`} {
		w.must(400, "POST", "/v1.0/directoryObjects/getByIds", body)
	}
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	w.must(204, "POST", "/v1.0/groups/"+a.staff+"/members/$ref", `{"@odata.id":"directoryObjects/`+a.sam+`"}`)
	for _, test := range []struct {
		path, body string
		want       []string
	}{
		{"users/" + a.sam + "/getMemberGroups", `{"securityEnabledOnly":false}`, []string{a.algebra, a.history, a.staff}},
		{"users/sam@school.example/microsoft.graph.getMemberGroups", `{"securityEnabledOnly":true}`, []string{a.staff}},
		{"users/" + a.sam + "/getMemberGroups", `{}`, []string{a.algebra, a.history, a.staff}},
		{"users/" + a.sam + "/getMemberObjects", `{}`, []string{a.algebra, a.history, a.staff, a.north}},
		{"users/" + a.sam + "/getMemberObjects", `{"securityEnabledOnly":true}`, []string{a.staff}},
		{"directoryObjects/" + a.sam + "/getMemberObjects", `{}`, []string{a.algebra, a.history, a.staff, a.north}},
		{"groups/" + a.algebra + "/getMemberObjects", `{}`, []string{a.north}},
		{"groups/" + a.algebra + "/getMemberGroups", `{}`, []string{}},
		{"directoryObjects/" + a.unit + "/getMemberGroups", `{}`, []string{}},
		{"users/" + a.sam + "/checkMemberGroups", `{"groupIds":` + quoted(a.choir, strings.ToUpper(a.history), "x") + `}`, []string{a.history}},
		{"users/" + a.sam + "/checkMemberObjects", `{"ids":` + quoted(a.north, a.staff, a.south) + `}`, []string{a.staff, a.north}},
		{"groups/" + a.algebra + "/checkMemberObjects", `{"ids":` + quoted(a.north, a.staff) + `}`, []string{a.north}},
	} {
		got := w.must(200, "POST", "/v1.0/"+test.path, test.body)
		if diff := cmp.Diff(sorted(test.want), got.values()); diff != "" || !strings.HasSuffix(fmt.Sprint(got.member("@odata.context")), "/v1.0/$metadata#Collection(Edm.String)") {
			t.Errorf("%s %s: %s (-want +got)\n%s", test.path, test.body, got.text, diff)
		}
	}
	many := make([]string, 21)
	for path, status := range map[string]int{
		"users/nobody/getMemberGroups": 404, "groups/" + a.sam + "/getMemberGroups": 404, "directoryObjects/nobody/getMemberObjects": 404,
		"users/" + a.sam + "/checkMemberGroups": 400, "users/" + a.sam + "/checkMemberObjects": 400,
	} {
		w.must(status, "POST", "/v1.0/"+path, `{}`)
	}
	w.must(400, "POST", "/v1.0/users/"+a.sam+"/checkMemberGroups", `{"groupIds":`+quoted(many...)+`}`)
}

func TestMe(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	// The token of a person is its ID in this test.
	person := func(id string) string { return forPerson + id + " User.Read.All Group.Read.All EduRoster.Read.All" }
	w.speaksFor = map[string]string{person("sam"): a.sam, person("tess"): "an-id-of-elsewhere"}
	get := func(token, path string) answer { return w.callAs(token, "GET", "/v1.0/"+path, "") }
	if got := get(person("sam"), "me?$select=id,displayName&$expand=memberOf($select=id)"); got.status != 200 || got.id() != a.sam || len(got.member("memberOf").([]any)) != 3 ||
		!strings.HasSuffix(fmt.Sprint(got.member("@odata.context")), "#users/$entity") {
		t.Error(got.text)
	}
	if got := get(person("tess"), "me"); got.id() != a.tess {
		t.Error("by name:", got.text)
	}
	for path, want := range map[string][]string{
		"me/memberOf/graph.group": {a.algebra, a.history}, "me/transitiveMemberOf": {a.algebra, a.history, a.north}, "me/ownedObjects": {},
		"education/me/classes": {a.algebra, a.history}, "education/me/taughtClasses": {}, "education/me/schools": {a.north},
	} {
		if got := get(person("sam"), path); !cmp.Equal(sorted(want), sorted(got.values())) || got.status != 200 {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	if got := w.callAs(person("sam"), "POST", "/v1.0/me/getMemberGroups", `{}`); !cmp.Equal(sorted([]string{a.algebra, a.history}), got.values()) {
		t.Error(got.text)
	}
	if got := get(person("sam"), "education/me"); got.member("primaryRole") != "student" {
		t.Error(got.text)
	}
	for _, path := range []string{"me", "me/memberOf", "education/me", "education/me/classes"} {
		if got := get("all", path); got.status != 400 || !strings.Contains(got.text, "delegated") {
			t.Errorf("an application asks for %s: %d %s", path, got.status, got.text)
		}
		if got := get(person("nobody"), path); got.status != 404 {
			t.Errorf("somebody unknown asks for %s: %d %s", path, got.status, got.text)
		}
	}
}

func TestOrganization(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	if a := w.must(200, "GET", "/v1.0/organization", ""); a.member("value/0/id") != tenant || a.member("value/1") != nil || a.member("value/0/verifiedDomains/0") != nil {
		t.Error(a.text)
	}
	w.userNamed("ada")
	if a := w.must(200, "GET", "/v1.0/domains", ""); !cmp.Equal([]string{"school.example"}, a.values()) || a.member("value/0/isDefault") != true {
		t.Error(a.text)
	}
	w.must(201, "POST", industry+"sourceSystems", `{"displayName":"Registry","userMatchingSettings":[
		{"matchTarget":{"code":"userPrincipalName"},"priorityOrder":0,"sourceIdentifier":{"code":"username"},"domainName":"Staff.example","roleGroup@odata.bind":"roleGroups/staff"},
		{"matchTarget":{"code":"userPrincipalName"},"priorityOrder":1,"sourceIdentifier":{"code":"username"},"domainName":"students.example","roleGroup@odata.bind":"roleGroups/students"}]}`)
	if a := w.must(200, "GET", "/v1.0/domains?$filter=isDefault%20eq%20false", ""); !cmp.Equal([]string{"students.example"}, a.values()) {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", "/v1.0/organization/"+tenant+"?$select=displayName,verifiedDomains", ""); a.member("displayName") != "staff.example" || a.member("verifiedDomains/1/name") != "students.example" {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", "/v1.0/domains/STAFF.example", ""); a.id() != "staff.example" {
		t.Error(a.text)
	}
	w.must(404, "GET", "/v1.0/domains/nowhere.example", "")
	w.must(404, "GET", "/v1.0/organization/other", "")
	if a := w.must(200, "GET", "/v1.0/subscribedSkus", ""); len(a.values()) != 0 {
		t.Error(a.text)
	}
	w.must(405, "POST", "/v1.0/domains", `{}`)
}

// recorded keeps which requests were audited, one after the other.
type recorded struct{ lines []string }

func (*recorded) Watch(ctx context.Context, _ func() (odata.Record, bool)) context.Context {
	return ctx
}

func (a *recorded) Record(_ context.Context, r odata.Record) {
	a.lines = append(a.lines, fmt.Sprint(r.Method, " ", r.Path, " ", r.Status))
}

// A POST that only asks is recorded where it is denied, and one that changes
// something always.
func TestQuestionsAreNotRecorded(t *testing.T) {
	t.Parallel()
	kept := &recorded{}
	w := newWorldWith(t, true, kept)
	ada := w.userNamed("ada")
	w.must(200, "POST", "/v1.0/users/"+ada+"/getMemberGroups", `{}`)
	w.must(400, "POST", "/v1.0/directoryObjects/getByIds", `{}`)
	w.callAs("User.Read.All", "POST", "/v1.0/directoryObjects/getByIds", `{"ids":[]}`)
	want := []string{"POST /v1.0/users 201", "POST /v1.0/directoryObjects/getByIds 403"}
	if diff := cmp.Diff(want, kept.lines); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
