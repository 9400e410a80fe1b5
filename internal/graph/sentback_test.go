package graph_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/graph"
	"rollbook/internal/graph/schema"
	"rollbook/internal/odata"
)

// everything makes an entity of every type that can be changed, and returns their
// keys by the path of the operation that changes them.
func (w *world) everything() map[string][][]string {
	w.tb.Helper()
	i := w.populated()
	flows := industry + "outboundProvisioningFlowSets/" + i.set + "/provisioningFlows"
	const options = `Options":{"createBasedOnOrgPlusRoleGroup":true,`
	key := func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
	people := w.richPeople()
	base := strings.TrimPrefix(industry, "/beta/")
	keys := map[string][][]string{
		base + "sourceSystems/{id}":              {{i.source}},
		base + "dataConnectors/{id}":             {{i.connector}, {w.must(201, "POST", industry+"dataConnectors", oneRosterBody(i.source)).id()}},
		base + "years/{id}":                      {{i.year}},
		base + "inboundFlows/{id}":               {{i.inbound}},
		base + "inboundFlows/{id}/dataConnector": {{i.inbound}},
		base + "outboundProvisioningFlowSets/{id}": {{i.set}, {w.must(201, "POST", industry+"outboundProvisioningFlowSets",
			`{"displayName":"One","filter":{"@odata.type":"microsoft.graph.industryData.basicFilter","attribute":"orgExternalId","in":["1"]}}`).id()}},
		base + "referenceDefinitions/{id}": {{"RefGradeLevel-KG"}, {w.must(201, "POST", industry+"referenceDefinitions", `{"referenceType":"RefRace","code":"x","isDisabled":false,"sortIndex":3,"displayName":"X"}`).id()}},
		base + "outboundProvisioningFlowSets/{set}/provisioningFlows/{id}": {
			{i.set, i.class},
			{i.set, w.must(201, "POST", flows, userFlowBody).id()},
			{i.set, w.must(201, "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.securityGroupProvisioningFlow","creation`+options+`"createBasedOnRoleGroup":false}}`).id()},
			{i.set, w.must(201, "POST", flows, `{"@odata.type":"#microsoft.graph.industryData.administrativeUnitProvisioningFlow","creation`+options+`"createBasedOnOrg":false}}`).id()},
		},
		"users/{id}": {{key(people["user"])}, {key(people["educationUser"])}}, "groups/{id}": {{key(people["group"])}, {key(people["educationClass"])}},
		"directory/administrativeUnits/{id}": {{key(people["administrativeUnit"])}, {key(people["educationSchool"])}},
		"education/users/{id}":               {{key(people["educationUser"])}, {key(people["user"])}},
		"education/classes/{id}":             {{key(people["educationClass"])}},
		"education/schools/{id}":             {{key(people["educationSchool"])}},
	}
	keys["administrativeUnits/{id}"] = keys["directory/administrativeUnits/{id}"]
	return keys
}

const userFlowBody = `{"@odata.type":"#microsoft.graph.industryData.userProvisioningFlow","createUnmatchedUsers":true,
	"managementOptions":{"additionalAttributes":["userGradeLevel"],"additionalOptions":{"markAllStudentsAsMinors":true}},
	"creationOptions":{"configurations":[{"roleGroup@odata.bind":"roleGroups/students","licenseSkus":["a"],
	"defaultPasswordSettings":{"@odata.type":"microsoft.graph.industryData.simplePasswordSettings","password":"Secret-1"}}]}}`

// richPeople is people of whom everything that can be kept is kept, and who belong
// together.
func (w *world) richPeople() map[string]string {
	w.tb.Helper()
	people := w.people()
	for typ, path := range people {
		for _, m := range schema.Members()[typ] {
			if sent, _ := sample(m); m.Rule == schema.Kept {
				w.must(204, "PATCH", path, `{"`+m.Name+`":`+sent+`}`)
			}
		}
		if !strings.HasPrefix(typ, "education") {
			w.must(204, "PATCH", path, `{"`+application+`House":"red"}`)
		}
	}
	w.must(204, "PATCH", people["educationUser"], `{"student":{"grade":"05","externalId":"p-1","birthDate":"2012-05-03"},"externalSource":"sis","department":"x"}`)
	w.must(204, "PATCH", people["educationClass"], `{"course":{"subject":"M"},"term":{"startDate":"2024-09-01"},"grade":"05"}`)
	w.must(204, "PATCH", people["educationSchool"], `{"address":{"city":"Harbor"},"lowestGrade":"01"}`)
	for _, group := range []string{"group", "educationClass"} {
		path := strings.Replace(people[group], "education/classes", "groups", 1)
		for _, relation := range []string{"owners", "members"} {
			w.must(204, "POST", path+"/"+relation+"/$ref", `{"@odata.id":"`+people["user"]+`"}`)
		}
	}
	return people
}

// What was read of any entity that can be changed can be sent back as it is, and
// changes nothing: whichever members were asked for, whatever was expanded, and
// with all of the metadata.
func TestEntitiesCanBeSentBack(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	services, err := graph.Services(graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	keys, sent := w.everything(), 0
	for _, s := range services {
		for _, op := range s.Operations() {
			if op.Method != "PATCH" {
				continue
			}
			if keys[op.Path] == nil {
				t.Errorf("%s: nothing of it was made here", op.Path)
			}
			for _, values := range keys[op.Path] {
				sent++
				w.sendBack(t, s.Prefix+"/"+at(op.Path, values), s.Model)
			}
		}
	}
	if sent < 30 {
		t.Errorf("only %d entities were sent back", sent)
	}
}

// at returns a path with its keys.
func at(path string, keys []string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i], keys = keys[0], keys[1:]
		}
	}
	return strings.Join(segments, "/")
}

func (w *world) sendBack(t *testing.T, path string, m *odata.Model) {
	t.Helper()
	whole := w.call("GET", path, "", "Accept", "application/json;odata.metadata=full")
	name, _ := whole.member("@odata.type").(string)
	typ := m.Type(strings.TrimPrefix(name, "#"))
	if typ == nil {
		t.Fatalf("%s: %d, and its type is %q", path, whole.status, name)
	}
	queries := []string{"", "?$select=" + url.QueryEscape(strings.Join(allNames(typ), ","))}
	for _, p := range typ.All() {
		if expanded := "?$expand=" + p.Name; p.Navigation && w.call("GET", path+expanded, "").status == 200 {
			queries = append(queries, expanded)
		}
	}
	for _, query := range queries {
		for _, metadata := range []string{"minimal", "full"} {
			accept := []string{"Accept", "application/json;odata.metadata=" + metadata}
			before := w.call("GET", path+query, "", accept...)
			if a := w.call("PATCH", path, before.text); a.status != 204 {
				t.Errorf("%s%s with %s metadata: %d %s\n%s", path, query, metadata, a.status, a.text, before.text)
			}
			after := w.call("GET", path+query, "", accept...)
			if diff := cmp.Diff(withoutTime(before), withoutTime(after)); diff != "" {
				t.Errorf("%s%s (-before +after)\n%s", path, query, diff)
			}
		}
	}
}

// allNames returns the members of a type that $select can name, those that
// applications defined among them.
func allNames(t *odata.Type) []string {
	var names []string
	for _, p := range append(t.All(), t.Extra...) {
		if !p.Navigation {
			names = append(names, p.Name)
		}
	}
	if t.Open != nil {
		names = append(names, application+"House")
	}
	return names
}

// withoutTime returns an answer without what says when it was changed.
func withoutTime(a answer) map[string]any {
	o, _ := a.body.(map[string]any)
	o = maps.Clone(o)
	if _, timed := o["lastModifiedDateTime"]; timed {
		delete(o, "lastModifiedDateTime")
		delete(o, "@odata.etag")
	}
	return o
}

// The role group of a matching rule is read where it stands, also through a
// connector, and is in the answer to no creation.
func TestRoleGroupsOfMatchingSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	made := w.must(201, "POST", industry+"sourceSystems", sourceBody)
	if made.member("userMatchingSettings/0/roleGroup") != nil {
		t.Errorf("the creation answers %s", made.text)
	}
	want := map[string]any{"id": "staff", "displayName": "Staff"}
	for path, member := range map[string]string{
		"sourceSystems/" + i.source:                               "userMatchingSettings/0/roleGroup",
		"sourceSystems":                                           "value/0/userMatchingSettings/0/roleGroup",
		"dataConnectors/" + i.connector + "/sourceSystem":         "userMatchingSettings/0/roleGroup",
		"dataConnectors/" + i.connector + "?$expand=sourceSystem": "sourceSystem/userMatchingSettings/0/roleGroup",
	} {
		a := w.must(200, "GET", industry+path, "")
		got, _ := a.member(member).(map[string]any)
		got = maps.Clone(got)
		maps.DeleteFunc(got, func(name string, _ any) bool { return !slices.Contains([]string{"id", "displayName"}, name) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s\n%s", path, diff, a.text)
		}
		context, _ := a.member(member + "@odata.context").(string)
		if !strings.HasSuffix(context, "/beta/$metadata#external/industryData/sourceSystems('"+i.source+"')/userMatchingSettings/roleGroup/$entity") {
			t.Errorf("%s: the context is %q", path, context)
		}
	}
	w.must(204, "PATCH", industry+"sourceSystems/"+i.source, `{"userMatchingSettings":[{"matchTarget":{"code":"mail"},"priorityOrder":0,
		"sourceIdentifier":{"code":"email"},"roleGroup":{"id":"students","displayName":"anything","roles":[]}}]}`)
	if got := w.must(200, "GET", industry+"sourceSystems/"+i.source, "").member("userMatchingSettings/0/roleGroup/id"); got != "students" {
		t.Errorf("after a PATCH the role group is %v", got)
	}
}
