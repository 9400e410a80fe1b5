package graph_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (w *world) securityGroup(name, more string) string {
	w.tb.Helper()
	return w.must(201, "POST", "/v1.0/groups", fmt.Sprintf(
		`{"displayName":%q,"mailEnabled":false,"securityEnabled":true,"mailNickname":%q%s}`, name, name, more)).id()
}

// Security groups are members of others, also in a circle, and what is asked
// transitively goes through all of them.
func TestGroupsInGroups(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada, ben, cleo := w.userNamed("ada"), w.userNamed("ben"), w.userNamed("cleo")
	inner := w.securityGroup("inner", `,"members@odata.bind":["users/`+ada+`","users/`+ben+`"]`)
	middle := w.securityGroup("middle", `,"members@odata.bind":["groups/`+inner+`","users/`+ben+`"]`)
	outer := w.securityGroup("outer", `,"members@odata.bind":["users/`+cleo+`"]`)
	in := func(group string) string {
		return `{"@odata.id":"https://graph.microsoft.example/v1.0/directoryObjects/` + group + `"}`
	}
	w.must(204, "POST", "/v1.0/groups/"+outer+"/members/$ref", in(middle))
	want := func(path string, ids ...string) {
		t.Helper()
		got, first := w.pages("/v1.0/" + path + "?$count=true&$top=1")
		if diff := cmp.Diff(append([]string{}, sorted(ids)...), got); diff != "" || first.member("@odata.count") != float64(len(ids)) {
			t.Errorf("%s: counted %v (-want +got)\n%s", path, first.member("@odata.count"), diff)
		}
	}
	want("groups/"+outer+"/members", cleo, middle)
	want("groups/"+outer+"/members/microsoft.graph.group", middle)
	want("groups/"+outer+"/members/graph.user", cleo)
	want("groups/"+outer+"/transitiveMembers", ada, ben, cleo, inner, middle)
	want("groups/"+outer+"/transitiveMembers/graph.user", ada, ben, cleo)
	want("groups/"+outer+"/transitiveMembers/graph.group", inner, middle)
	want("groups/"+inner+"/memberOf", middle)
	want("groups/"+inner+"/transitiveMemberOf/graph.group", middle, outer)
	want("users/"+ada+"/memberOf", inner)
	want("users/"+ada+"/transitiveMemberOf", inner, middle, outer)
	if a := w.must(200, "POST", "/v1.0/users/"+ada+"/checkMemberGroups", `{"groupIds":`+quoted(outer, middle)+`}`); !cmp.Equal(sorted([]string{middle, outer}), a.values()) {
		t.Error(a.text)
	}
	if a := w.must(200, "POST", "/v1.0/groups/"+inner+"/getMemberGroups", `{}`); !cmp.Equal(sorted([]string{middle, outer}), a.values()) {
		t.Error(a.text)
	}
	w.must(204, "PATCH", "/v1.0/groups/"+inner, `{"members@odata.bind":["groups/`+outer+`"]}`)
	want("groups/"+inner+"/transitiveMembers/graph.group", inner, middle, outer)
	want("users/"+cleo+"/transitiveMemberOf", inner, middle, outer)
	w.must(204, "DELETE", "/v1.0/groups/"+inner+"/members/"+outer+"/$ref", "")
	w.must(404, "DELETE", "/v1.0/groups/"+inner+"/members/"+outer+"/$ref", "")
	want("groups/" + inner + "/transitiveMembers/graph.group")
	w.must(204, "DELETE", "/v1.0/groups/"+middle, "")
	want("groups/"+outer+"/transitiveMembers", cleo)
	want("users/"+ada+"/transitiveMemberOf", inner)
	// What cannot be is refused, and nothing of it is done.
	unified := w.groupNamed("choir", "")
	for body, path := range map[string]string{
		in(outer): outer, in(unified): outer, `{"@odata.id":"groups/` + inner + `"}`: unified,
	} {
		if a := w.must(400, "POST", "/v1.0/groups/"+path+"/members/$ref", body); a.member("error/code") != "Request_BadRequest" {
			t.Error(a.text)
		}
	}
	w.must(204, "POST", "/v1.0/groups/"+outer+"/members/$ref", in(inner))
	w.must(400, "POST", "/v1.0/groups/"+outer+"/members/$ref", in(inner))
	w.must(400, "PATCH", "/v1.0/groups/"+outer, `{"members@odata.bind":["users/`+ada+`","groups/`+inner+`"]}`)
	w.must(400, "POST", "/v1.0/groups/"+outer+"/owners/$ref", in(inner))
	want("groups/"+outer+"/members", cleo, inner)
}
