package graph_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asked is a small directory with something of everything.
type asked struct {
	sam, tess, ada   string // a student, a teacher, somebody made by hand
	algebra, history string // classes
	choir, staff     string // a group of type Unified, and one of security
	north, south     string // schools
	unit             string
}

func newAsked(w *world) asked {
	w.tb.Helper()
	var a asked
	a.sam, a.tess, a.algebra = provisioned(w)
	a.ada = w.userNamed("ada")
	w.must(204, "PATCH", "/v1.0/users/"+a.ada, `{"department":"Music","employeeId":"E-7","mail":"Ada.Byron@mail.example","userType":"Guest","surname":"Byron","city":"London","country":"UK","businessPhones":["+44 20 1"],"otherMails":["ada@home.example"]}`)
	a.history = w.must(201, "POST", education+"classes", `{"displayName":"Early history","mailNickname":"history","externalId":"his-1","description":"Of the world","course":{"subject":"History"},"term":{"displayName":"Autumn"}}`).id()
	a.choir = w.groupNamed("choir", `,"visibility":"Private","owners@odata.bind":["users/`+a.ada+`"]`)
	a.staff = w.must(201, "POST", "/v1.0/groups", `{"displayName":"All staff","mailEnabled":false,"securityEnabled":true,"mailNickname":"staff","groupTypes":[]}`).id()
	a.north = w.must(201, "POST", education+"schools", schoolJSON).id()
	a.south = w.must(201, "POST", education+"schools", `{"displayName":"South Primary","externalId":"10003","lowestGrade":"01","address":{"city":"Boulder"}}`).id()
	a.unit = w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"West","description":"The west wing"}`).id()
	for _, class := range []string{a.algebra, a.history} {
		w.must(204, "POST", education+"schools/"+a.north+"/classes/$ref", `{"@odata.id":"education/classes/`+class+`"}`)
	}
	for _, user := range []string{a.sam, a.tess} {
		w.must(204, "POST", education+"schools/"+a.north+"/users/$ref", `{"@odata.id":"education/users/`+user+`"}`)
	}
	w.must(204, "POST", education+"classes/"+a.history+"/members/$ref", `{"@odata.id":"education/users/`+a.sam+`"}`)
	return a
}

// Graph's documentation says what can be filtered by, and published tools (the m365
// command line, Graph PowerShell, rclone, Graph Explorer, the samples of the SDKs)
// ask such questions first.
func TestFirstQuestions(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	for _, test := range []struct {
		path, filter string
		want         []string
	}{
		{"groups", "groupTypes/any(c:c eq 'Unified')", []string{a.algebra, a.history, a.choir}},
		{"groups", "groupTypes/any(c:c eq 'unified') and startswith(displayName,'cho')", []string{a.choir}},
		{"groups", "NOT groupTypes/any(c:c eq 'Unified')", []string{a.staff}},
		{"groups", "not(groupTypes/any(c:c eq 'Unified')) and securityEnabled eq true", []string{a.staff}},
		{"groups", "groupTypes/any(c:c eq 'DynamicMembership')", []string{}},
		{"groups", "resourceProvisioningOptions/Any(x:x eq 'Team')", []string{}},
		{"groups", "securityEnabled eq true and mailEnabled eq false", []string{a.staff}},
		{"groups", "mailEnabled eq true", []string{a.algebra, a.history, a.choir}},
		{"groups", "mail eq 'choir@school.example'", []string{}},
		{"groups", "proxyAddresses/any(p:p eq 'SMTP:choir@school.example')", []string{}},
		{"groups", "onPremisesSyncEnabled eq true", []string{}},
		{"groups", "createdDateTime ge 2020-01-01T00:00:00Z", []string{a.algebra, a.history, a.choir, a.staff}},
		{"groups", "createdDateTime lt 2020-01-01T00:00:00Z", []string{}},
		{"groups", "mailNickname eq 'CHOIR'", []string{a.choir}},
		{"groups", "visibility eq 'Private'", []string{a.choir}},
		{"groups", "description eq null", []string{a.algebra, a.choir, a.staff}},
		{"groups", "displayName ne 'choir' and endswith(displayName,'staff')", []string{a.staff}},
		{"groups", "displayName in ('choir','All staff')", []string{a.choir, a.staff}},
		{"groups", "not startswith(displayName,'a')", []string{a.history, a.choir}},
		{"groups", "displayName ge 'c'", []string{a.choir, a.history}},
		{"groups", "contains(displayName,'sto')", []string{a.history}},
		{"groups/$count", "groupTypes/any(c:c eq 'Unified')", nil},
		{"users", "userType eq 'Guest'", []string{a.ada}},
		{"users", "userType eq 'member'", []string{a.sam, a.tess}},
		{"users", "userType ne 'Guest' and accountEnabled eq true", []string{a.sam, a.tess}},
		{"users", "department eq 'music'", []string{a.ada}},
		{"users", "department in ('Music','Sports')", []string{a.ada}},
		{"users", "department ne null", []string{a.ada}},
		{"users", "employeeId eq 'E-7'", []string{a.ada}},
		{"users", "city eq 'london' and country ne null", []string{a.ada}},
		{"users", "businessPhones/any(p:startswith(p,'+44'))", []string{a.ada}},
		{"users", "otherMails/any(m:m eq 'ada@home.example') or proxyAddresses/any(p:p eq 'x')", []string{a.ada}},
		{"users", "assignedLicenses/any() or assignedLicenses/any(l:l/skuId eq 4b590615-0888-425a-a965-b3bf7789848d)", []string{}},
		{"users", "onPremisesSyncEnabled ne true and city eq null", []string{a.sam, a.tess}},
		{"users", "mailNickname eq 'ada'", []string{a.ada}},
		{"users", "jobTitle eq 'Teacher' or userPrincipalName eq 'sam@school.example'", []string{a.sam, a.ada}},
		{"users", "endswith(mail,'@MAIL.example')", []string{a.ada}},
		{"users", "endsWith(userPrincipalName,'@school.example') and not endsWith(mail,'x')", []string{a.sam, a.tess, a.ada}},
		{"users", "startswith(jobTitle,'tea')", []string{a.ada}},
		{"users", "not(startswith(displayName,'A'))", []string{a.sam, a.tess}},
		{"users", "mail eq 'ada.byron@mail.example' or mailNickname eq 'nobody'", []string{a.ada}},
		{"education/users", "primaryRole eq 'student'", []string{a.sam}},
		{"education/users", "primaryRole ne 'teacher'", []string{a.sam, a.ada}},
		{"education/users", "externalSource eq 'sis'", []string{a.sam, a.tess}},
		{"education/users", "student/externalId eq 'SAM'", []string{a.sam}},
		{"education/users", "student/studentNumber eq '7sam' or teacher/teacherNumber eq '7tess'", []string{a.sam, a.tess}},
		{"education/users", "userType eq 'Guest' and department eq 'Music'", []string{a.ada}},
		{"education/classes", "externalId eq 'his-1'", []string{a.history}},
		{"education/classes", "externalId eq 'alg-1' and displayName eq 'Algebra'", []string{a.algebra}},
		{"education/classes", "startswith(externalId,'HIS')", []string{a.history}},
		{"education/classes", "course/subject eq 'History'", []string{a.history}},
		{"education/classes", "term/displayName eq 'Autumn' or classCode eq 'A1'", []string{a.algebra, a.history}},
		{"education/classes", "externalSource eq 'manual'", []string{a.history}},
		{"education/classes", "externalId ne null", []string{a.algebra, a.history}},
		{"education/schools", "externalId eq '10002'", []string{a.north}},
		{"education/schools", "externalId in ('10003','x')", []string{a.south}},
		{"education/schools", "displayName eq 'south primary'", []string{a.south}},
		{"education/schools", "address/city eq 'Denver' and schoolNumber eq '7'", []string{a.north}},
		{"education/schools", "lowestGrade ne '01'", []string{a.north}},
		{"directory/administrativeUnits", "description eq 'The west wing'", []string{a.unit}},
		{"directory/administrativeUnits", "startswith(displayName,'We')", []string{a.unit}},
		{"groups/" + a.choir + "/owners", "department eq 'Music'", []string{a.ada}},
		{"groups/" + a.algebra + "/members/graph.user", "endswith(userPrincipalName,'example')", []string{a.sam}},
		{"groups/" + a.algebra + "/members", "displayName eq 'sam'", []string{a.sam}},
		{"users/" + a.sam + "/memberOf", "mailNickname eq 'history'", []string{a.history}},
		{"users/" + a.sam + "/memberOf/graph.group", "groupTypes/any(c:c eq 'Unified')", []string{a.algebra, a.history}},
		{"education/schools/" + a.north + "/classes", "externalId eq 'his-1'", []string{a.history}},
		{"education/schools/" + a.north + "/classes", "course/subject eq 'Mathematics'", []string{}},
		{"education/schools/" + a.north + "/users", "primaryRole eq 'teacher'", []string{a.tess}},
		{"education/users/" + a.sam + "/classes", "externalId eq 'his-1'", []string{a.history}},
		{"education/classes/" + a.algebra + "/members", "primaryRole eq 'student'", []string{a.sam}},
		{"education/users/" + a.sam + "/schools", "externalId eq '10002'", []string{a.north}},
	} {
		path, filter := "/v1.0/"+test.path, "$filter="+strings.ReplaceAll(url.QueryEscape(test.filter), "+", "%20")
		if test.want == nil {
			if a := w.must(200, "GET", path+"?"+filter, ""); a.text != "3" {
				t.Errorf("%s %s: %s", path, test.filter, a.text)
			}
			continue
		}
		got, first := w.pages(path + "?$count=true&$top=2&" + filter)
		if diff := cmp.Diff(sorted(test.want), sorted(got)); diff != "" || first.member("@odata.count") != float64(len(test.want)) {
			t.Errorf("%s %s: counted %v (-want +got)\n%s", path, test.filter, first.member("@odata.count"), diff)
		}
		if a := w.must(200, "GET", path+"/$count?"+filter, ""); a.text != fmt.Sprint(len(test.want)) {
			t.Errorf("%s/$count %s: %s", path, test.filter, a.text)
		}
	}
}

// $search finds what begins a word of a name or a description, and otherwise the
// value; phrases are combined.
func TestFirstSearches(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	for _, test := range []struct {
		path, search string
		want         []string
	}{
		{"users", `"displayName:byr"`, []string{a.ada}},
		{"users", `"mail:ada" OR "displayName:tess"`, []string{a.tess, a.ada}},
		{"users", `"displayName:a" AND NOT "department:music"`, []string{}},
		{"users", `"department:mus"`, []string{a.ada}},
		{"groups", `"displayName:hist"`, []string{a.history}},
		{"groups", `"displayName:history"`, []string{a.history}},
		{"groups", `"displayName:story"`, []string{}},
		{"groups", `"description:WORLD" OR "displayName:choir"`, []string{a.history, a.choir}},
		{"groups", `"mailNickname:sta"`, []string{a.staff}},
		{"education/schools", `"displayName:primary"`, []string{a.south}},
		{"education/schools/" + a.north + "/classes", `"displayName:history"`, []string{a.history}},
		{"groups/" + a.algebra + "/transitiveMembers/microsoft.graph.user", `"displayName:sa"`, []string{a.sam}},
	} {
		for _, level := range []string{"eventual", ""} {
			got := w.call("GET", "/v1.0/"+test.path+"?$count=true&$search="+strings.ReplaceAll(url.QueryEscape(test.search), "+", "%20"), "", "ConsistencyLevel", level)
			ids := []string{}
			list, _ := got.member("value").([]any)
			for _, v := range list {
				ids = append(ids, fmt.Sprint(v.(map[string]any)["id"]))
			}
			if diff := cmp.Diff(sorted(test.want), sorted(ids)); diff != "" || got.status != 200 {
				t.Errorf("%s %s: %s (-want +got)\n%s", test.path, test.search, got.text, diff)
			}
		}
	}
}

// Lists that have no index of an order are sorted, page by page.
func TestOrders(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	for _, test := range []struct {
		path, order string
		want        []string
	}{
		{"education/schools/" + a.north + "/classes", "displayName desc", []string{a.history, a.algebra}},
		{"education/schools/" + a.north + "/classes", "displayName", []string{a.algebra, a.history}},
		{"education/schools/" + a.north + "/classes", "course/subject", []string{a.algebra, a.history}},
		{"education/schools/" + a.north + "/users", "displayName desc", []string{a.tess, a.sam}},
		{"education/schools", "displayName desc", []string{a.south, a.north}},
		{"education/schools", "externalId desc", []string{a.south, a.north}},
		{"education/users/" + a.sam + "/classes", "displayName desc", []string{a.history, a.algebra}},
		{"education/classes", "externalId desc", []string{a.history, a.algebra}},
		{"education/users", "primaryRole desc,displayName", []string{a.tess, a.sam, a.ada}},
		{"users", "department desc, displayName desc", []string{a.ada, a.tess, a.sam}},
		{"users/" + a.sam + "/memberOf", "displayName desc", []string{a.north, a.history, a.algebra}},
		{"groups/" + a.choir + "/owners", "displayName", []string{a.ada}},
		{"groups/" + a.algebra + "/members/microsoft.graph.user", "displayName", []string{a.sam}},
		{"groups", "mail,displayName", []string{a.algebra, a.staff, a.choir, a.history}},
		{"directory/administrativeUnits", "displayName desc", []string{a.unit, a.south, a.north}},
	} {
		got, first := w.pages("/v1.0/" + test.path + "?$top=1&$count=true&$orderby=" + url.QueryEscape(test.order))
		if diff := cmp.Diff(test.want, got); diff != "" || first.member("@odata.count") != float64(len(test.want)) {
			t.Errorf("%s by %s: counted %v (-want +got)\n%s", test.path, test.order, first.member("@odata.count"), diff)
		}
	}
}

// $expand shows what belongs to each entity of a list.
func TestExpandedLists(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	north := education + "schools/" + a.north
	for path, want := range map[string]string{
		north + "/classes?$expand=members($select=id)&$orderby=displayName":                 a.algebra + "[" + a.sam + "] " + a.history + "[" + a.sam + "]",
		north + "/classes?$expand=teachers&$filter=externalId%20eq%20'alg-1'":               a.algebra + "[" + a.tess + "]",
		north + "/classes?$expand=schools&$top=1":                                           a.algebra + "[" + a.north + "]",
		north + "/users?$expand=classes($filter=displayName%20eq%20'Algebra')":              a.sam + "[" + a.algebra + "] " + a.tess + "[" + a.algebra + "]",
		education + "users?$expand=taughtClasses&$filter=primaryRole%20eq%20'teacher'":      a.tess + "[" + a.algebra + "]",
		education + "users/" + a.sam + "/classes?$expand=members&$top=1":                    a.algebra + "[" + a.sam + "]",
		education + "classes?$expand=members":                                               a.algebra + "[" + a.sam + "] " + a.history + "[" + a.sam + "]",
		education + "schools?$expand=classes($select=id)&$filter=externalId%20eq%20'10002'": a.north + "[" + a.algebra + " " + a.history + "]",
		education + "schools?$expand=users($select=id)&$filter=externalId%20eq%20'10003'":   a.south + "[]",
		"/v1.0/groups?$expand=owners&$filter=displayName%20eq%20'choir'":                    a.choir + "[" + a.ada + "]",
		"/v1.0/users?$expand=memberOf&$filter=displayName%20eq%20'sam'":                     a.sam + "[" + a.algebra + " " + a.history + " " + a.north + "]",
		"/v1.0/users?$expand=ownedObjects&$filter=displayName%20eq%20'Ada%20Byron'":         a.ada + "[" + a.choir + "]",
	} {
		answer := w.must(200, "GET", path, "")
		_, expanded, _ := strings.Cut(path, "$expand=")
		name := strings.FieldsFunc(expanded, func(c rune) bool { return c == '(' || c == '&' })[0]
		var got []string
		for _, v := range answer.member("value").([]any) {
			var inner []string
			list, _ := v.(map[string]any)[name].([]any)
			for _, one := range list {
				inner = append(inner, fmt.Sprint(one.(map[string]any)["id"]))
			}
			got = append(got, fmt.Sprint(v.(map[string]any)["id"], inner))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
	if a := w.callAs("EduRoster.ReadBasic.All", "GET", north+"/users?$expand=user", ""); a.status != 403 && a.status != 400 {
		t.Error(a.text)
	}
}

// What belongs to something is there one by one, too.
func TestBelongingsOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	for path, want := range map[string]int{
		"groups/" + a.algebra + "/members/" + a.sam:                      200,
		"groups/" + a.algebra + "/members/" + a.sam + "/graph.user":      200,
		"groups/" + a.algebra + "/members/" + a.sam + "/graph.group":     404,
		"groups/" + a.algebra + "/members/" + a.tess:                     404,
		"groups/" + a.algebra + "/owners/" + a.tess:                      200,
		"users/" + a.sam + "/memberOf/" + a.algebra + "/graph.group":     200,
		"users/" + a.sam + "/memberOf/" + a.choir:                        404,
		"directory/administrativeUnits/" + a.north + "/members/" + a.sam: 200,
		"education/schools/" + a.north + "/classes/" + a.algebra:         200,
		"education/users/" + a.sam + "/classes/" + a.choir:               404,
	} {
		if a := w.call("GET", "/v1.0/"+path, ""); a.status != want {
			t.Errorf("%s: %d, want %d: %s", path, a.status, want, a.text)
		}
	}
}

// Who may read what is basic of users finds nothing out by asking for more.
func TestQuestionsTellNoMore(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	for path, token := range map[string]string{
		"users": "User.ReadBasic.All", "groups/" + a.choir + "/owners": "GroupMember.Read.All",
		"education/users": "EduRoster.ReadBasic.All", "education/classes/" + a.algebra + "/members": "EduRoster.ReadBasic.All",
		"education/schools/" + a.north + "/users": "EduRoster.ReadBasic.All",
	} {
		for _, query := range []string{
			"$filter=department%20eq%20'Music'", "$filter=endswith(department,'c')", "$filter=displayName%20eq%20'x'%20and%20department%20eq%20'Music'",
			"$search=%22department:mus%22", "$search=%22displayName:x%22%20OR%20%22department:mus%22",
		} {
			for _, path := range []string{path + "?" + query, path + "/$count?" + query} {
				if a := w.callAs(token, "GET", "/v1.0/"+path, ""); a.status != 403 {
					t.Errorf("%s with %s: %d %s", path, token, a.status, a.text)
				}
			}
		}
		if a := w.callAs(token, "GET", "/v1.0/"+path+"?$filter=endswith(mail,'x')", ""); a.status != 200 {
			t.Errorf("%s by mail with %s: %d %s", path, token, a.status, a.text)
		}
	}
}

func sorted(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return ids
}
