package graph_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/graph"
	"rollbook/internal/graph/schema"
	"rollbook/internal/odata"
)

const v1 = "/v1.0/"

// people makes one of each kind of object that schema knows, and returns their
// paths by type.
func (w *world) people() map[string]string {
	w.tb.Helper()
	made := func(path, body string) string { return path + "/" + w.must(201, "POST", path, body).id() }
	return map[string]string{
		"user":               made(v1+"users", `{"accountEnabled":true,"displayName":"Ada","mailNickname":"ada","userPrincipalName":"ada@harbor.example","passwordProfile":{"password":"Secret-1"}}`),
		"group":              made(v1+"groups", `{"displayName":"Staff room","mailEnabled":true,"mailNickname":"staff","securityEnabled":false,"groupTypes":["Unified"]}`),
		"administrativeUnit": made(v1+"directory/administrativeUnits", `{"displayName":"Harbor"}`),
		"educationUser":      made(v1+"education/users", `{"displayName":"Peter","mail":"peter@harbor.example","primaryRole":"student"}`),
		"educationClass":     made(v1+"education/classes", `{"displayName":"Algebra","mailNickname":"algebra","externalId":"k-1"}`),
		"educationSchool":    made(v1+"education/schools", `{"displayName":"Harbor School","externalId":"s-1"}`),
	}
}

// membersOf returns the members of a type, with those that all objects have.
func membersOf(typ string) []schema.Member {
	all := schema.Members()
	if strings.HasPrefix(typ, "education") {
		return all[typ]
	}
	return append(all[typ], all["directoryObject"]...)
}

// sample returns a value of the member, as JSON, and what a GET gives back of it.
func sample(m schema.Member) (sent, read string) {
	one := map[string]string{
		"String": `"some Text"`, "Boolean": "true", "Int32": "7", "Date": `"2012-05-03"`, "DateTimeOffset": `"2012-05-03T07:00:00Z"`,
		"employeeOrgData":               `{"costCenter":"K1","division":null}`,
		"educationOnPremisesInfo":       `{"immutableId":"x=="}`,
		"physicalAddress":               `{"street":"1 Quay","city":"Harbor","state":null,"countryOrRegion":null,"postalCode":"10005"}`,
		"relatedContact":                `{"accessConsent":true,"displayName":"Vera","emailAddress":"vera@mail.example","mobilePhone":null,"relationship":"parent"}`,
		"onPremisesExtensionAttributes": `{` + strings.Join(attributes(), ",") + `}`,
	}[m.Of]
	if one == "" {
		one = `{"any":"thing"}`
	}
	if m.Many {
		return "[" + one + "]", "[" + one + "]"
	}
	return one, one
}

func attributes() []string {
	var all []string
	for n := range 15 {
		all = append(all, fmt.Sprintf(`"extensionAttribute%d":%s`, n+1, []string{"null", `"x"`}[n%2]))
	}
	return all
}

func (w *world) patched(path, body string) answer {
	w.tb.Helper()
	return w.call("PATCH", path, body)
}

// selected returns what $select answers for a member.
func (w *world) selected(path, name string) any {
	w.tb.Helper()
	return w.must(200, "GET", path+"?$select="+name, "").member(name)
}

func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(text, err)
	}
	return v
}

// Every member of Graph's schema does what its line says it does.
func TestMembersOfTheSchema(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for typ, path := range w.people() {
		t.Run(typ, func(t *testing.T) {
			for _, m := range membersOf(typ) {
				sent, read := sample(m)
				got := w.patched(path, `{"`+m.Name+`":`+sent+`}`)
				switch m.Rule {
				case schema.Kept:
					if got.status != 204 {
						t.Errorf("%s: %d %s", m.Name, got.status, got.text)
					}
					if diff := cmp.Diff(decoded(t, read), w.selected(path, m.Name)); diff != "" {
						t.Errorf("%s (-want +got)\n%s", m.Name, diff)
					}
				case schema.Refused, schema.Fixed:
					if got.status != 400 || !strings.Contains(got.text, m.Reason) {
						t.Errorf("%s: %d %s, want 400 because %s", m.Name, got.status, got.text, m.Reason)
					}
				case schema.Ignored, schema.Told:
					if got.status != 204 {
						t.Errorf("%s: %d %s", m.Name, got.status, got.text)
					}
				}
				if m.Rule != schema.Kept {
					continue
				}
				if got := w.patched(path, `{"`+m.Name+`":null}`); got.status != 204 {
					t.Errorf("%s with null: %d %s", m.Name, got.status, got.text)
				}
				if v := w.selected(path, m.Name); v != nil && fmt.Sprint(v) != "[]" {
					t.Errorf("%s after null: %v", m.Name, v)
				}
			}
		})
	}
}

// What a navigation leads to is not kept, and the body and $expand are told so.
func TestNavigationsOfTheSchema(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for typ, path := range w.people() {
		for _, m := range membersOf(typ) {
			if !m.Navigation {
				continue
			}
			if got := w.patched(path, `{"`+m.Name+`@odata.bind":"users/1"}`); got.status != 400 || !strings.Contains(got.text, m.Reason) {
				t.Errorf("%s/%s bound: %d %s", typ, m.Name, got.status, got.text)
			}
			if got := w.call("GET", path+"?$expand="+m.Name, ""); got.status != 400 || !strings.Contains(got.text, m.Reason) {
				t.Errorf("%s/%s expanded: %d %s", typ, m.Name, got.status, got.text)
			}
		}
	}
}

// Answers without $select have what they always had, and $select gets every name;
// in lists, in a delta and inside of $expand too.
func TestSelectOfTheSchema(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for typ, path := range w.people() {
		names := func(a answer, at string) []string {
			o, _ := a.member(at).(map[string]any)
			return slices.DeleteFunc(slices.Sorted(maps.Keys(o)), func(name string) bool { return strings.HasPrefix(name, "@") })
		}
		whole := func() []string {
			return names(answer{body: map[string]any{"x": w.must(200, "GET", path, "").body}}, "x")
		}
		before := whole()
		want := []string{"id"}
		for _, m := range membersOf(typ) {
			if sent, _ := sample(m); m.Rule == schema.Kept {
				w.must(204, "PATCH", path, `{"`+m.Name+`":`+sent+`}`)
			}
			if !m.Navigation {
				want = append(want, m.Name)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(before, slices.DeleteFunc(whole(), written(typ))); diff != "" {
			t.Errorf("%s without $select (-before +after)\n%s", typ, diff)
		}
		list := path[:strings.LastIndexByte(path, '/')] + "?$select=" + url.QueryEscape(strings.Join(want, ","))
		if diff := cmp.Diff(want, names(w.must(200, "GET", list, ""), "value/0")); diff != "" {
			t.Errorf("%s in a list with $select (-want +got)\n%s", typ, diff)
		}
	}
	w.must(204, "PATCH", v1+"users/ada@harbor.example", `{"city":"Harbor"}`)
	if got := w.must(200, "GET", v1+"users/delta?$select=city", "").member("value/0/city"); got != "Harbor" {
		t.Errorf("a delta has the city %v", got)
	}
	group := v1 + "groups/" + w.must(200, "GET", v1+"groups", "").member("value/0/id").(string)
	user := w.must(200, "GET", v1+"users/ada@harbor.example", "").id()
	w.must(204, "POST", group+"/members/$ref", `{"@odata.id":"users/`+user+`"}`)
	if got := w.must(200, "GET", group+"?$expand=members($select=city)", "").member("members/0/city"); got != "Harbor" {
		t.Errorf("inside of $expand the city is %v", got)
	}
	if got := w.must(200, "GET", group+"/members?$select=city", "").member("value/0/city"); got != "Harbor" {
		t.Errorf("of a member the city is %v", got)
	}
}

// written reports members that extensions of School Data Sync are other names of.
func written(typ string) func(string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(schema.Members()[typ], func(m schema.Member) bool {
			return m.Rule == schema.Kept && m.As != m.Name && strings.Split(m.As, "/")[0] == name
		})
	}
}

func TestNamesThatGraphDoesNotHave(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for _, path := range w.people() {
		for _, name := range []string{"citty", "businessPhone", "extension_House", "educationGrade"} {
			if got := w.patched(path, `{"`+name+`":"x"}`); got.status != 400 || got.member("error/innerError/code") != "unknownProperty" {
				t.Errorf("%s with %s: %d %s", path, name, got.status, got.text)
			}
			if got := w.call("GET", path+"?$select="+name, ""); got.status != 400 {
				t.Errorf("%s?$select=%s: %d", path, name, got.status)
			}
		}
	}
}

// When an object was made is in its ID.
func TestCreatedDateTime(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	for _, typ := range []string{"user", "group"} {
		if got := w.selected(people[typ], "createdDateTime"); got != "2024-08-27T02:01:24.736Z" {
			t.Errorf("%s: %v", typ, got)
		}
		w.must(204, "PATCH", people[typ], `{"createdDateTime":"2001-01-01T00:00:00Z"}`)
		if got := w.selected(people[typ], "createdDateTime"); got != "2024-08-27T02:01:24.736Z" {
			t.Errorf("%s after a PATCH: %v", typ, got)
		}
	}
}

// What says nothing, or what is so anyway, is no reason to refuse.
func TestRefusedMembersThatSayNothing(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	for _, test := range []struct {
		typ, body string
		status    int
	}{
		{"user", `{"assignedLicenses":[],"mailboxSettings":null,"identities":[],"print":{}}`, 204},
		{"user", `{"assignedLicenses":[{"skuId":"c7df2760-2c81-4ef7-b578-5b5392b571df"}]}`, 400},
		{"group", `{"isAssignableToRole":false,"membershipRule":null,"membershipRuleProcessingState":"Paused"}`, 204},
		{"group", `{"isAssignableToRole":true}`, 400},
		{"group", `{"membershipRuleProcessingState":"On"}`, 400},
		{"administrativeUnit", `{"membershipType":"assigned","isMemberManagementRestricted":false}`, 204},
		{"administrativeUnit", `{"membershipType":"Dynamic"}`, 400},
	} {
		if got := w.patched(people[test.typ], test.body); got.status != test.status {
			t.Errorf("%s %s: %d %s", test.typ, test.body, got.status, got.text)
		}
	}
}

// Values have to be of their type, and have bounds.
func TestBoundsOfMembers(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	texts := func(n, length int) string {
		return strings.TrimSuffix(strings.Repeat(`"`+strings.Repeat("x", length)+`",`, n), ",")
	}
	for _, test := range []struct {
		typ, body string
		status    int
	}{
		{"user", `{"city":7}`, 400},
		{"user", `{"businessPhones":"1"}`, 400},
		{"user", `{"businessPhones":[null]}`, 400},
		{"user", `{"showInAddressList":"yes"}`, 400},
		{"user", `{"birthday":"tomorrow"}`, 400},
		{"user", `{"employeeOrgData":{"costcentre":"1"}}`, 400},
		{"educationUser", `{"relatedContacts":[{"relationship":"uncle"}]}`, 400},
		{"user", `{"streetAddress":"` + strings.Repeat("ß", 1024) + `"}`, 204},
		{"user", `{"streetAddress":"` + strings.Repeat("ß", 1025) + `"}`, 400},
		{"user", `{"employeeOrgData":{"division":"` + strings.Repeat("x", 1025) + `"}}`, 400},
		{"user", `{"otherMails":[` + texts(250, 1) + `]}`, 204},
		{"user", `{"otherMails":[` + texts(251, 1) + `]}`, 400},
		{"user", `{"otherMails":[` + texts(20, 1000) + `]}`, 400},
	} {
		if got := w.patched(people[test.typ], test.body); got.status != test.status {
			t.Errorf("%s %.80s: %d %s", test.typ, test.body, got.status, got.text)
		}
	}
}

// A structured value is merged member by member.
func TestMergeOfStructuredMembers(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	user := w.people()["educationUser"]
	w.must(204, "PATCH", user, `{"residenceAddress":{"city":"Harbor","street":"1 Quay"}}`)
	w.must(204, "PATCH", user, `{"residenceAddress":{"street":null,"postalCode":"10005"}}`)
	want := map[string]any{"city": "Harbor", "street": nil, "postalCode": "10005", "state": nil, "countryOrRegion": nil}
	if diff := cmp.Diff(any(want), w.selected(user, "residenceAddress")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	w.must(204, "PATCH", user, `{"residenceAddress":null}`)
	if got := w.selected(user, "residenceAddress"); got != nil {
		t.Error(got)
	}
}

// Who may read what is basic only does not get more by $select, nor learns by
// $filter.
func TestMembersThatAreNotBasic(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	w.must(204, "PATCH", people["user"], `{"businessPhones":["1"],"city":"Harbor"}`)
	a := w.callAs("User.ReadBasic.All", "GET", people["user"]+"?$select=businessPhones,city,createdDateTime,displayName", "")
	want := map[string]any{"businessPhones": nil, "city": nil, "createdDateTime": nil, "displayName": "Ada"}
	got, _ := a.body.(map[string]any)
	delete(got, "@odata.context")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if a := w.callAs("User.ReadBasic.All", "GET", v1+"users?$filter=city+eq+'Harbor'", ""); a.status != 403 {
		t.Errorf("a filter by what is not basic: %d %s", a.status, a.text)
	}
}

// What is kept can be filtered by, whatever its type, and so can when an object
// was made.
func TestFilterByMembers(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	for typ, body := range map[string]string{
		"user": `{"city":"Harbor","otherMails":["a@mail.example"],"employeeOrgData":{"division":"D1"},"showInAddressList":true,
			"birthday":"1980-05-03T00:00:00Z","` + application + `House":"Red","` + application + `Locker":7}`,
		"group":         `{"classification":"low","resourceBehaviorOptions":["WelcomeEmailDisabled"]}`,
		"educationUser": `{"residenceAddress":{"city":"Hill"},"relatedContacts":[{"displayName":"Vera","relationship":"parent"}]}`,
	} {
		w.must(204, "PATCH", people[typ], body)
	}
	w.must(201, "POST", v1+"users", `{"accountEnabled":true,"displayName":"Eve","mailNickname":"eve","userPrincipalName":"eve@harbor.example","passwordProfile":{"password":"Secret-1"}}`)
	for filter, found := range map[string]string{
		"users city eq 'harbor'":                                            "Ada",
		"users startswith(city,'Har')":                                      "Ada",
		"users otherMails/any(m:m eq 'a@mail.example')":                     "Ada",
		"users employeeOrgData/division eq 'D1'":                            "Ada",
		"users showInAddressList eq true":                                   "Ada",
		"users birthday lt 1990-01-01T00:00:00Z":                            "Ada",
		"users " + application + "House eq 'Red'":                           "Ada",
		"users startswith(" + application + "House,'R')":                    "Ada",
		"users " + application + "Locker eq 7":                              "Ada",
		"users " + application + "Locker eq '7'":                            "",
		"users createdDateTime lt 2020-01-01T00:00:00Z":                     "",
		"users createdDateTime ge 2024-08-27T00:00:00Z and city ne null":    "Ada",
		"groups classification eq 'low'":                                    "Staff room",
		"groups resourceBehaviorOptions/any(o:o eq 'WelcomeEmailDisabled')": "Staff room",
		"education/users residenceAddress/city eq 'Hill'":                   "Peter",
		"education/users relatedContacts/any(c:c/relationship eq 'parent')": "Peter",
		"education/users relatedContacts/any(c:c/relationship eq 'doctor')": "",
	} {
		path, condition, _ := strings.Cut(filter, " ")
		a := w.call("GET", v1+path+"?$filter="+url.QueryEscape(condition), "")
		list, _ := a.member("value").([]any)
		name, _ := a.member("value/0/displayName").(string)
		if a.status != 200 || name != found || len(list) > 1 {
			t.Errorf("%s: %d %.300s, want %q", filter, a.status, a.text, found)
		}
	}
}

// No member stands both in a table of types and among those beyond it.
func TestMembersStandInOneTable(t *testing.T) {
	t.Parallel()
	services, err := graph.Services(graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for typ := range schema.Members() {
		model := services[0].Model.Type("microsoft.graph." + typ)
		if model == nil {
			t.Errorf("%s is no type", typ)
			continue
		}
		for _, m := range schema.Members()[typ] {
			if slices.ContainsFunc(model.All(), func(p odata.Property) bool { return strings.EqualFold(p.Name, m.Name) }) {
				t.Errorf("%s/%s is a member of the type, too; take it from members.tsv", typ, m.Name)
			}
		}
	}
}
