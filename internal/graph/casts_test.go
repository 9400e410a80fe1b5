package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Clients that are made from Graph's description name the namespace by its alias,
// in casts, in functions and in payloads.
func TestAliasStandsForNamespace(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, teacher, class := provisioned(w)
	unit := w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"sam"}`).id()
	w.must(204, "POST", "/v1.0/directory/administrativeUnits/"+unit+"/members/$ref", `{"@odata.id":"directoryObjects/`+student+`"}`)
	group := "/v1.0/groups/" + class
	for path, want := range map[string][]string{
		group + "/members/NS.user":                                          {student},
		group + "/members/NS.group":                                         {},
		group + "/owners/NS.user":                                           {teacher},
		group + "/transitiveMembers/NS.user":                                {student},
		group + "/transitiveMembers/NS.group":                               {},
		"/v1.0/users/" + student + "/memberOf/NS.group":                     {class},
		"/v1.0/users/" + student + "/memberOf/NS.administrativeUnit":        {unit},
		"/v1.0/users/" + student + "/transitiveMemberOf/NS.group":           {class},
		"/v1.0/users/" + teacher + "/ownedObjects/NS.group":                 {class},
		"/v1.0/directory/administrativeUnits/" + unit + "/members/NS.user":  {student},
		"/v1.0/users/NS.user":                                               {student, teacher},
		education + "classes/" + class + "/members/NS.educationUser":        {student},
		education + "classes/" + class + "/teachers/NS.educationUser":       {teacher},
		education + "users/" + student + "/classes/NS.educationClass":       {class},
		education + "users/" + teacher + "/taughtClasses/NS.educationClass": {class},
		education + "users/" + student + "/schools/NS.educationSchool":      {},
	} {
		for _, namespace := range []string{"microsoft.graph", "graph", "Graph"} {
			path := strings.ReplaceAll(path, "NS", namespace)
			if diff := cmp.Diff(want, w.ids(path)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", path, diff)
			}
			if a := w.call("GET", path+"/$count", ""); a.text != string(rune('0'+len(want))) {
				t.Errorf("%s/$count: %d %s", path, a.status, a.text)
			}
		}
	}
	for path, want := range map[string]int{
		"/v1.0/directoryObjects/" + student + "/graph.user": 200, "/v1.0/directoryObjects/" + student + "/graph.group": 404,
		"/v1.0/directoryObjects/" + class + "/graph.group": 200, "/v1.0/users/graph.delta()": 200, "/v1.0/users/graph.nothing": 404,
		"/v1.0/users/graphs.user": 404, "/v1.0/users/graph.": 404, "/v1.0/users/graph": 404,
	} {
		if a := w.call("GET", path, ""); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	w.must(204, "PATCH", "/v1.0/groups/"+class, `{"@odata.type":"#graph.group","description":"x"}`)
}

// $metadata declares the alias, of the one namespace that has it.
func TestMetadataDeclaresAlias(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, prefix := range []string{"/beta", "/v1.0"} {
		aliases := map[string]string{}
		for _, s := range w.metadata(prefix).Schemas {
			if s.Alias != "" {
				aliases[s.Alias] = s.Namespace
			}
		}
		if diff := cmp.Diff(map[string]string{"graph": "microsoft.graph"}, aliases); diff != "" {
			t.Errorf("%s (-want +got)\n%s", prefix, diff)
		}
	}
}
