package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// follow reads a delta to its end and returns its objects and the deltaLink.
func (w *world) follow(path string) (found []map[string]any, link string) {
	w.tb.Helper()
	for {
		a := w.must(200, "GET", path, "")
		for _, v := range a.member("value").([]any) {
			found = append(found, v.(map[string]any))
		}
		next, more := a.member("@odata.nextLink").(string)
		link, done := a.member("@odata.deltaLink").(string)
		if more == done {
			w.tb.Fatal("one of nextLink and deltaLink has to be there:", a.text)
		}
		if done {
			return found, strings.TrimPrefix(link, w.url)
		}
		path = strings.TrimPrefix(next, w.url)
	}
}

func summary(found []map[string]any) []string {
	all := []string{}
	for _, o := range found {
		line := fmt.Sprint(o["displayName"])
		if removed, ok := o["@removed"].(map[string]any); ok {
			line = "removed " + fmt.Sprint(o["id"], removed["reason"], len(o))
		}
		moves, _ := o["members@delta"].([]any)
		for _, m := range moves {
			who := m.(map[string]any)
			if who["@removed"] != nil {
				line += " -" + fmt.Sprint(who["id"])
			} else {
				line += " +" + fmt.Sprint(who["id"], who["@odata.type"])
			}
		}
		all = append(all, line)
	}
	return all
}

func (w *world) wantDelta(path string, want ...string) (link string) {
	w.tb.Helper()
	found, link := w.follow(path)
	if diff := cmp.Diff(append([]string{}, want...), summary(found)); diff != "" {
		w.tb.Errorf("%s (-want +got)\n%s", path, diff)
	}
	return link
}

func TestUsersDelta(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	var ids []string
	for _, name := range []string{"a", "b", "c"} {
		ids = append(ids, w.userNamed(name))
		w.must(204, "PATCH", "/v1.0/users/"+ids[len(ids)-1], `{"displayName":"`+name+`"}`)
	}
	link := w.wantDelta("/v1.0/users/microsoft.graph.delta()?$top=2&$select=displayName", "a", "b", "c")
	if a := w.call("GET", "/v1.0/users/delta?$select=displayName", ""); !strings.Contains(a.text, `{"id":"`+ids[0]+`","displayName":"a"}`) {
		t.Error("who changed is not said:", a.text)
	}
	link = w.wantDelta(link)
	w.must(204, "PATCH", "/v1.0/users/"+ids[1], `{"displayName":"B"}`)
	w.must(204, "DELETE", "/v1.0/users/"+ids[0], "")
	w.must(204, "PATCH", "/v1.0/users/"+ids[2], `{"displayName":"C"}`)
	late := w.userNamed("d")
	w.must(204, "DELETE", "/v1.0/users/"+late, "")
	w.wantDelta(link, "B", "removed "+ids[0]+"deleted2", "C", "removed "+late+"deleted2")
	w.wantDelta("/v1.0/users/delta?$deltatoken=", "B", "C")
	if a := w.callAs("User.ReadBasic.All", "GET", "/v1.0/users/delta", ""); strings.Contains(a.text, "accountEnabled") {
		t.Error("who may read what is basic gets more:", a.text)
	}
}

func TestGroupsDelta(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ada, ben := w.userNamed("ada"), w.userNamed("ben")
	added := func(id string) string { return " +" + id + "#microsoft.graph.user" }
	choir := w.groupNamed("choir", `,"members@odata.bind":["users/`+ada+`"],"owners@odata.bind":["users/`+ben+`"]`)
	link := w.wantDelta("/v1.0/groups/delta", "choir"+added(ada))
	latest := w.wantDelta("/v1.0/groups/delta?$deltatoken=latest")
	names := w.wantDelta("/v1.0/groups/delta?$select=displayName", "choir")
	w.must(204, "POST", "/v1.0/groups/"+choir+"/members/$ref", `{"@odata.id":"users/`+ben+`"}`)
	w.must(204, "DELETE", "/v1.0/groups/"+choir+"/members/"+ada+"/$ref", "")
	band := w.groupNamed("band", "")
	want := []string{"choir" + added(ben) + " -" + ada, "band"}
	w.wantDelta(latest, want...)
	link = w.wantDelta(link, want...)
	names = w.wantDelta(names, "band")
	w.must(204, "DELETE", "/v1.0/groups/"+band, "")
	link = w.wantDelta(link, "removed "+band+"deleted2")
	w.must(204, "DELETE", "/v1.0/users/"+ben, "")
	link = w.wantDelta(link, "choir -"+ben)
	w.wantDelta(names, "removed "+band+"deleted2")
	w.wantDelta(link)
}

func TestClassesDelta(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, _, algebra := provisioned(w)
	w.groupNamed("choir", `,"members@odata.bind":["users/`+student+`"]`)
	added := " +" + student + "<nil>" // of the type that is declared
	link := w.wantDelta("/beta/education/classes/delta", "Algebra"+added)
	class := w.must(201, "POST", education+"classes", classJSON).id()
	band := w.groupNamed("band", "")
	link = w.wantDelta(link, "Health 1")
	w.must(204, "DELETE", "/v1.0/groups/"+band, "")
	w.must(204, "DELETE", education+"classes/"+class, "")
	link = w.wantDelta(link, "removed "+class+"deleted2")
	w.must(204, "DELETE", education+"classes/"+algebra+"/members/"+student+"/$ref", "")
	link = w.wantDelta(link, "Algebra -"+student)
	w.must(204, "POST", education+"classes/"+algebra+"/members/$ref", `{"@odata.id":"education/users/`+student+`"}`)
	link = w.wantDelta(link, "Algebra"+added)
	w.must(204, "DELETE", education+"users/"+student, "")
	link = w.wantDelta(link, "Algebra -"+student)
	w.wantDelta(link)
}

func TestDeltaIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	for _, token := range []string{"x", "e30=", "eyJzaW5jZSI6OTl9"} { // the last is of version 99
		a := w.call("GET", "/v1.0/users/delta?$select=id&$deltatoken="+token, "")
		if a.status != 410 || a.member("error/code") != "syncStateNotFound" || a.header.Get("Location") != w.url+"/v1.0/users/delta?$select=id&$deltatoken=" {
			t.Errorf("%s: %d %v %s", token, a.status, a.header, a.text)
		}
	}
	for _, query := range []string{"$filter=id%20eq%20'x'", "$top=0", "$top=1000", "$orderby=displayName", "$count=true"} {
		w.must(400, "GET", "/v1.0/users/delta?"+query, "")
	}
}

// Students and teachers, schools and units are told about as users and classes are.
func TestEducationDelta(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	a := newAsked(w)
	users := w.wantDelta(education+"users/delta?$select=displayName&$top=2", "sam", "tess", "Ada Byron")
	schools := w.wantDelta(education+"schools/microsoft.graph.delta()?$top=1", "North High", "South Primary")
	latest := w.wantDelta(education + "schools/delta?$deltatoken=latest")
	units := w.wantDelta("/v1.0/directory/administrativeUnits/graph.delta()", "North High", "South Primary", "West")
	w.wantDelta(schools)
	w.must(204, "PATCH", education+"schools/"+a.south, `{"displayName":"South"}`)
	w.must(204, "PATCH", "/v1.0/directory/administrativeUnits/"+a.unit, `{"displayName":"East"}`)
	w.must(204, "DELETE", education+"schools/"+a.north, "")
	w.must(201, "POST", education+"schools", `{"displayName":"New"}`)
	w.must(204, "DELETE", "/v1.0/users/"+a.ada, "")
	for _, link := range []string{schools, latest} {
		found, _ := w.follow(link)
		if diff := cmp.Diff(sorted([]string{"South", "New", "removed " + a.north + "deleted2"}), sorted(summary(found))); diff != "" {
			t.Error(diff)
		}
	}
	found, units := w.follow(units)
	if diff := cmp.Diff(sorted([]string{"South", "New", "East", "removed " + a.north + "deleted2"}), sorted(summary(found))); diff != "" {
		t.Error(diff)
	}
	w.wantDelta(units)
	w.wantDelta(users, "removed "+a.ada+"deleted2")
	w.must(204, "DELETE", "/v1.0/directory/administrativeUnits/"+a.unit, "")
	w.wantDelta(units, "removed "+a.unit+"deleted2")
	if got := w.call("GET", education+"schools/delta?$deltatoken=x", ""); got.status != 410 {
		t.Error(got.text)
	}
	w.clock.Add(40 * 24 * 60 * 60 * 1000)
	w.must(204, "PATCH", education+"schools/"+a.south, `{"displayName":"Old"}`)
	if got := w.call("GET", schools, ""); got.status != 410 {
		t.Error("what changed 40 days ago is known:", got.text)
	}
	w.wantDelta(w.wantDelta(education+"schools/delta", "Old", "New"))
}
