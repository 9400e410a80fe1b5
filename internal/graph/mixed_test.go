package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pages reads a list to its end, and returns its IDs and the first page.
func (w *world) pages(path string) ([]string, answer) {
	w.tb.Helper()
	first := w.must(200, "GET", path, "")
	ids := []string{}
	for a := first; ; {
		for _, v := range a.member("value").([]any) {
			ids = append(ids, v.(map[string]any)["id"].(string))
		}
		next, more := a.member("@odata.nextLink").(string)
		if !more {
			return ids, first
		}
		a = w.must(200, "GET", strings.TrimPrefix(next, w.url), "")
	}
}

// Lists of what belongs to a unit, and of what a user belongs to, are filtered
// and counted, also where they hold objects of several kinds.
func TestListsOfUnits(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, teacher, class := provisioned(w)
	unit := w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"sam"}`).id()
	choir := w.groupNamed("samba", `,"members@odata.bind":["users/`+student+`"]`)
	school := w.must(201, "POST", education+"schools", schoolJSON).id()
	for _, member := range []string{student, teacher, class, choir} {
		for _, one := range []string{school, unit} {
			w.must(204, "POST", "/v1.0/directory/administrativeUnits/"+one+"/members/$ref", `{"@odata.id":"directoryObjects/`+member+`"}`)
		}
	}
	// Those who belong nowhere.
	w.userNamed("samuel")
	w.groupNamed("sampler", "")
	w.must(201, "POST", education+"classes", `{"displayName":"Algebra","mailNickname":"algebra-2"}`)
	w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"sam"}`)
	members, memberOf := "/v1.0/directory/administrativeUnits/"+unit+"/members", "/v1.0/users/sam@school.example/memberOf"
	classes, users := education+"schools/"+school+"/classes", education+"schools/"+school+"/users"
	const sam = "startswith(displayName,'sam')"
	for _, test := range []struct {
		path, cast, filter string
		want               []string
	}{
		{members, "", "", []string{student, teacher, class, choir}},
		{members, "", sam, []string{student, choir}},
		{members, "/microsoft.graph.user", "accountEnabled eq true", []string{student, teacher}},
		{members, "/microsoft.graph.group", "mailNickname eq 'Section_alg-1'", []string{class}},
		{members, "/microsoft.graph.administrativeUnit", "", []string{}},
		{memberOf, "", "", []string{class, unit, choir, school}},
		{memberOf, "", sam, []string{unit, choir}},
		{memberOf, "/microsoft.graph.administrativeUnit", "displayName ne 'sam'", []string{school}},
		{memberOf, "/microsoft.graph.group", "mailNickname eq 'Section_alg-1'", []string{class}},
		{"/v1.0/users/" + student + "/ownedObjects", "", "", []string{}},
		{classes, "", "", []string{class}},
		{classes, "", "externalId eq 'x'", []string{}},
		{classes, "", "displayName eq 'Algebra'", []string{class}},
		{users, "", "", []string{student, teacher}},
		{users, "", sam, []string{student}},
	} {
		filter := ""
		if test.filter != "" {
			filter = "&$filter=" + strings.ReplaceAll(test.filter, " ", "%20")
		}
		got, first := w.pages(test.path + test.cast + "?$top=1&$count=true" + filter)
		if diff := cmp.Diff(test.want, got); diff != "" || first.member("@odata.count") != float64(len(test.want)) {
			t.Errorf("%s%s %s: %s%s", test.path, test.cast, test.filter, first.text, diff)
		}
		if a := w.must(200, "GET", test.path+test.cast+"/$count?"+filter, ""); a.text != fmt.Sprint(len(test.want)) {
			t.Errorf("%s%s/$count %s: %s", test.path, test.cast, test.filter, a.text)
		}
	}
	for _, query := range []string{"$orderby=color", "$skip=1", "$filter=color%20eq%20'x'", "$search=%22color:x%22", "$skiptoken=x", "$orderby=displayName&$skiptoken=x"} {
		for _, path := range []string{members, memberOf} {
			w.must(400, "GET", path+"?"+query, "")
		}
	}
	if a := w.must(200, "GET", "/v1.0/directoryObjects/"+unit, ""); a.member("@odata.type") != "#microsoft.graph.administrativeUnit" || a.member("displayName") != "sam" {
		t.Error(a.text)
	}
	w.must(404, "GET", "/v1.0/directory/administrativeUnits/none/members/$count", "")
	w.must(404, "GET", education+"schools/"+unit+"/classes/$count", "")
}

// Who may not read administrative units learns no more than that they are there,
// and whoever may read what is basic of users filters by nothing else.
func TestListsOfUnitsTellNoMore(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, _, _ := provisioned(w)
	unit := w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"Staff room"}`).id()
	w.must(204, "POST", "/v1.0/directory/administrativeUnits/"+unit+"/members/$ref", `{"@odata.id":"users/`+student+`"}`)
	path := "/v1.0/users/" + student + "/memberOf"
	if a := w.callAs("Group.Read.All", "GET", path, ""); !strings.Contains(a.text, unit) || !strings.Contains(a.text, "#microsoft.graph.administrativeUnit") || strings.Contains(a.text, "Staff room") {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", path, ""); !strings.Contains(a.text, `"displayName":"Staff room"`) {
		t.Error(a.text)
	}
	if a := w.callAs("Group.Read.All", "GET", path+"?$filter=startswith(displayName,'S')", ""); a.status != 200 || strings.Contains(a.text, unit) {
		t.Error(a.text)
	}
	users := "/v1.0/directory/administrativeUnits/" + unit + "/members/microsoft.graph.user"
	for _, path := range []string{users + "?$filter=accountEnabled%20eq%20true", users + "/$count?$filter=accountEnabled%20eq%20true"} {
		if a := w.callAs("AdministrativeUnit.Read.All", "GET", path, ""); a.status != 403 {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
}
