package graph_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// references returns the addresses of a list of references, page by page.
func (w *world) references(path string) []string {
	w.tb.Helper()
	all := []string{}
	for path != "" {
		a := w.must(200, "GET", path, "")
		if got, _ := a.member("@odata.context").(string); !strings.HasSuffix(got, "/v1.0/$metadata#Collection($ref)") {
			w.tb.Errorf("%s: the context is %q", path, got)
		}
		for _, v := range a.member("value").([]any) {
			entry := v.(map[string]any)
			address, _ := entry["@odata.id"].(string)
			if len(entry) != 1 {
				w.tb.Errorf("%s: %v is more than a reference", path, entry)
			}
			all = append(all, strings.TrimPrefix(address, w.url+"/v1.0/"))
		}
		next, _ := a.member("@odata.nextLink").(string)
		path = strings.TrimPrefix(next, w.url)
	}
	return all
}

// Each list of references can be read, and what it says be added and removed.
func TestReferencesAreListed(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada, ben := w.userNamed("ada"), w.userNamed("ben")
	class := w.must(201, "POST", education+"classes", `{"displayName":"Algebra","mailNickname":"algebra"}`).id()
	school := w.must(201, "POST", education+"schools", `{"displayName":"North"}`).id()
	unit := w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"North"}`).id()
	for path, set := range map[string]string{
		"/v1.0/groups/" + w.groupNamed("choir", "") + "/members":   "directoryObjects/",
		"/v1.0/groups/" + w.groupNamed("band", "") + "/owners":     "directoryObjects/",
		education + "classes/" + class + "/members":                "education/users/",
		education + "classes/" + class + "/teachers":               "education/users/",
		education + "schools/" + school + "/users":                 "education/users/",
		"/v1.0/directory/administrativeUnits/" + unit + "/members": "directoryObjects/",
	} {
		want := []string{set + ada, set + ben}
		for _, reference := range want {
			w.must(204, "POST", path+"/$ref", `{"@odata.id":"`+w.url+"/v1.0/"+reference+`"}`)
		}
		if diff := cmp.Diff(want, w.references(path+"/$ref?$top=1")); diff != "" {
			t.Error(path, diff)
		}
		w.must(400, "GET", path+"/$ref?$select=id", "")
		if a := w.callAs("User.Read.All", "GET", path+"/$ref", ""); a.status != 403 {
			t.Errorf("%s: who may not list members lists references: %d", path, a.status)
		}
		w.must(400, "DELETE", path+"/$ref", "")
		w.must(400, "DELETE", path+"/$ref?$id=years/1", "")
		w.must(400, "DELETE", path+"/"+ada+"/$ref?$id=users/"+ben, "")
		w.must(204, "DELETE", path+"/$ref?$id="+url.QueryEscape(w.url+"/v1.0/"+want[0]), "")
		w.must(404, "DELETE", path+"/$ref?%24id="+url.QueryEscape(want[0]), "")
		if diff := cmp.Diff(want[1:], w.references(path+"/$ref")); diff != "" {
			t.Error(path, diff)
		}
		w.must(204, "DELETE", path+"/$ref?@id=https://graph.microsoft.com/v1.0/"+want[1], "")
		if left := w.references(path + "/$ref"); len(left) != 0 {
			t.Error(path, left)
		}
	}
	w.must(204, "POST", education+"schools/"+school+"/classes/$ref", `{"@odata.id":"education/classes/`+class+`"}`)
	if diff := cmp.Diff([]string{"education/classes/" + class}, w.references(education+"schools/"+school+"/classes/$ref")); diff != "" {
		t.Error(diff)
	}
	w.must(400, "GET", "/v1.0/users?$id=users/"+ada, "")
}
