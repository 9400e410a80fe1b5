package graph_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"rollbook/internal/flow"
	"rollbook/internal/graph"
	"rollbook/internal/identity"
)

// want is what the documented table of endpoints asks for: of each operation,
// the permissions of which one is enough.
func wantPermissions() map[string][]string {
	const i = "external/industryData/"
	read := func(n string) []string {
		return []string{"IndustryData-" + n + ".Read.All", "IndustryData-" + n + ".ReadWrite.All"}
	}
	write := func(n string) []string { return []string{"IndustryData-" + n + ".ReadWrite.All"} }
	upload := []string{"IndustryData-DataConnector.Upload", "IndustryData-DataConnector.ReadWrite.All"}
	runs := []string{"IndustryData-Run.Read.All", "IndustryData-Run.Start"}
	basic := []string{"IndustryData.ReadBasic.All"}
	lists := append(slices.Clone(basic), read("ReferenceDefinition")...)
	users := []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	groups := []string{"GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	directory := []string{"Directory.Read.All", "Directory.ReadWrite.All"}
	writeUsers := []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	writeGroups := []string{"Group.ReadWrite.All", "Directory.ReadWrite.All"}
	createGroups := append([]string{"Group.Create"}, writeGroups...)
	writeMembers := append([]string{"GroupMember.ReadWrite.All"}, writeGroups...)
	want := map[string][]string{
		"GET ": nil, "GET $metadata": nil, "POST $batch": nil,
		"GET external/industryData":                     nil,
		"GET " + i + "dataConnectors/{id}/sourceSystem": read("SourceSystem"), "POST " + i + "dataConnectors/{id}/validate": upload,
		"GET " + i + "dataConnectors/{id}/getUploadSession": upload,
		"GET " + i + "inboundFlows/{id}/dataConnector":      read("DataConnector"), "PATCH " + i + "inboundFlows/{id}/dataConnector": write("DataConnector"),
		"POST " + i + "inboundFlows/{id}/dataConnector/validate": upload, "GET " + i + "inboundFlows/{id}/year": read("TimePeriod"),
		"GET " + i + "operations": basic, "GET " + i + "operations/$count": basic, "GET " + i + "operations/{id}": append(slices.Clone(basic), upload...),
		"GET " + i + "roleGroups": lists, "GET " + i + "roleGroups/$count": lists, "GET " + i + "roleGroups/{id}": read("ReferenceDefinition"),
		"GET " + i + "runs": runs, "GET " + i + "runs/$count": runs, "GET " + i + "runs/{id}": runs,
		"GET " + i + "runs/{id}/getStatistics": runs, "GET " + i + "runs/getStatistics": runs, "POST " + i + "runs/start": {"IndustryData-Run.Start"},
		"GET " + i + "runs/{run}/activities": runs, "GET " + i + "runs/{run}/activities/$count": runs,
		"GET " + i + "runs/{run}/activities/{id}": runs, "GET " + i + "runs/{run}/activities/{id}/activity": runs,
		"GET users": users, "GET users/$count": users, "GET users/{id}": users,
		"GET groups": groups, "GET groups/$count": groups, "GET groups/{id}": groups,
		"GET me": users, "GET subscribedSkus": directory, "GET subscribedSkus/$count": directory,
		"GET users/delta": users, "GET groups/delta": groups, "GET education/classes/delta": {"EduRoster.ReadBasic.All", "EduRoster.Read.All", "EduRoster.ReadWrite.All"},
		"GET directoryObjects/{id}": {"Directory.Read.All", "Directory.ReadWrite.All"},
		"POST users":                writeUsers, "PATCH users/{id}": writeUsers, "DELETE users/{id}": writeUsers,
		"POST groups": createGroups, "PATCH groups/{id}": writeGroups, "DELETE groups/{id}": writeGroups,
		"POST groups/{group}/members/$ref": writeMembers, "DELETE groups/{group}/members/{id}/$ref": writeMembers,
		"GET groups/{group}/members/$ref": groups, "DELETE groups/{group}/members/$ref": writeMembers,
		"GET groups/{group}/owners/$ref": groups, "DELETE groups/{group}/owners/$ref": writeGroups,
		"POST groups/{group}/owners/$ref": writeGroups, "DELETE groups/{group}/owners/{id}/$ref": writeGroups,
	}
	want["POST "+i+"outboundProvisioningFlowSets/{set}/provisioningFlows/{id}/reset"] = write("OutboundFlow")
	want["GET "+i+"sourceSystems/{id}/sourceSystem"] = read("SourceSystem")
	units := []string{"AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeUnits := []string{"AdministrativeUnit.ReadWrite.All", "Directory.ReadWrite.All"}
	roster := []string{"EduRoster.ReadBasic.All", "EduRoster.Read.All", "EduRoster.ReadWrite.All"}
	writeRoster := []string{"EduRoster.ReadWrite.All"}
	whole := func(path string, read, write []string) {
		want["GET "+path], want["GET "+path+"/$count"], want["GET "+path+"/{id}"] = read, read, read
		want["POST "+path], want["PATCH "+path+"/{id}"], want["DELETE "+path+"/{id}"] = write, write, write
	}
	listed := func(path string, read []string) {
		want["GET "+path], want["GET "+path+"/$count"], want["GET "+path+"/{id}"] = read, read, read
	}
	listed("organization", directory)
	listed("domains", directory)
	for _, path := range []string{"directoryObjects", "users", "groups"} {
		want["POST "+path+"/getByIds"] = directory
	}
	for path, permissions := range map[string][]string{"users/{id}": groups, "groups/{id}": groups, "directoryObjects/{id}": directory, "me": groups} {
		for _, name := range []string{"getMemberGroups", "checkMemberGroups", "getMemberObjects", "checkMemberObjects"} {
			want["POST "+path+"/"+name] = permissions
		}
	}
	for _, path := range []string{
		"groups/{group}/owners", "groups/{group}/members", "groups/{group}/transitiveMembers", "groups/{group}/memberOf", "groups/{group}/transitiveMemberOf", "me/memberOf", "me/transitiveMemberOf", "me/ownedObjects",
		"users/{user}/memberOf", "users/{user}/transitiveMemberOf", "users/{user}/ownedObjects",
	} {
		listed(path, groups)
	}
	for _, path := range []string{
		"classes/{class}/members", "classes/{class}/teachers", "schools/{school}/classes", "schools/{school}/users",
		"users/{user}/classes", "users/{user}/taughtClasses", "me/classes", "me/taughtClasses",
	} {
		listed("education/"+path, roster)
	}
	for _, path := range []string{"administrativeUnits", "directory/administrativeUnits"} {
		whole(path, units, writeUnits)
		listed(path+"/{unit}/members", units)
		want["GET "+path+"/{unit}/members/$ref"], want["DELETE "+path+"/{unit}/members/$ref"] = units, writeUnits
		want["POST "+path+"/{unit}/members/$ref"], want["DELETE "+path+"/{unit}/members/{id}/$ref"] = writeUnits, writeUnits
	}
	want["GET directory/administrativeUnits/delta"], want["GET administrativeUnits/delta"] = units, units
	for _, name := range []string{"classes", "schools", "users"} {
		whole("education/"+name, roster, writeRoster)
	}
	for _, path := range []string{
		"classes/{class}/schools", "classes/{class}/schools/$count", "classes/{id}/group", "schools/{id}/administrativeUnit",
		"classes/{class}/members/$ref", "classes/{class}/teachers/$ref", "schools/{school}/classes/$ref", "schools/{school}/users/$ref",
		"users/{user}/schools", "users/{user}/schools/$count", "me", "me/schools", "me/schools/$count", "users/delta", "schools/delta",
	} {
		want["GET education/"+path] = roster
	}
	for _, path := range []string{"schools/{school}/classes", "users/{user}/classes", "users/{user}/taughtClasses", "me/classes", "me/taughtClasses"} {
		want["GET education/"+path+"/{id}/group"] = roster
	}
	for _, path := range []string{"users", "classes/{class}/members", "classes/{class}/teachers", "schools/{school}/users"} {
		want["GET education/"+path+"/{id}/user"] = roster[1:]
	}
	for _, path := range []string{"classes/{group}/members", "classes/{group}/teachers", "schools/{school}/classes", "schools/{school}/users"} {
		want["DELETE education/"+path+"/$ref"] = writeRoster
		want["POST education/"+path+"/$ref"], want["DELETE education/"+path+"/{id}/$ref"] = writeRoster, writeRoster
	}
	for set, noun := range map[string]string{
		"sourceSystems": "SourceSystem", "dataConnectors": "DataConnector", "years": "TimePeriod", "inboundFlows": "InboundFlow",
		"outboundProvisioningFlowSets": "OutboundFlow", "outboundProvisioningFlowSets/{set}/provisioningFlows": "OutboundFlow",
		"referenceDefinitions": "ReferenceDefinition",
	} {
		list := read(noun)
		if noun == "ReferenceDefinition" {
			list = lists
		}
		want["GET "+i+set], want["GET "+i+set+"/$count"] = list, list
		want["GET "+i+set+"/{id}"] = read(noun)
		want["POST "+i+set], want["PATCH "+i+set+"/{id}"], want["DELETE "+i+set+"/{id}"] = write(noun), write(noun), write(noun)
	}
	return want
}

// Every operation wants what is documented, and refuses what is not enough. The
// requests come from the table of operations itself, so none is forgotten.
func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops, err := graph.Operations(graph.Config{Flows: &flow.Service{}})
	if err != nil {
		t.Fatal(err)
	}
	want := wantPermissions()
	for _, op := range ops {
		key := op.Method + " " + op.Path
		enough, ok := want[key]
		if !ok {
			t.Errorf("%s is not in the table of this test", key)
		}
		delete(want, key)
		path := "/beta/" + strings.NewReplacer("{id}", "x", "{set}", "x", "{run}", "x", "{group}", "x", "{user}", "x", "{class}", "x", "{school}", "x", "{unit}", "x").Replace(op.Path)
		for _, p := range identity.Permissions() {
			a := w.callAs(p.Name, op.Method, path, "")
			allowed := enough == nil || slices.Contains(enough, p.Name)
			if (a.status != http.StatusForbidden) != allowed {
				t.Errorf("%s with %s: status %d, allowed %v", key, p.Name, a.status, allowed)
			}
			if delegated := w.callAs(forPerson+p.Name, op.Method, path, ""); (delegated.status == http.StatusForbidden) == allowed {
				t.Errorf("%s with %s for a person: status %d, allowed %v", key, p.Name, delegated.status, allowed)
			}
			if a.status != http.StatusForbidden {
				continue
			}
			message := fmt.Sprint(a.member("error/message"))
			if a.member("error/code") != "Authorization_RequestDenied" || !strings.Contains(message, enough[0]) || !strings.Contains(message, enough[len(enough)-1]) {
				t.Errorf("%s with %s: %s does not name %v", key, p.Name, a.text, enough)
			}
		}
		if a := w.callAs("all", op.Method, path, ""); a.status == http.StatusForbidden {
			t.Errorf("%s with every permission: %s", key, a.text)
		}
		public := key == "GET " || key == "GET $metadata"
		if a := w.callAs("", op.Method, path, ""); (a.status != http.StatusUnauthorized) != public {
			t.Errorf("%s without a token: status %d", key, a.status)
		}
	}
	for key := range want {
		t.Errorf("%s cannot be asked for", key)
	}
	if len(w.reported) > 0 {
		t.Errorf("reported as faults: %v", w.reported)
	}
}

// What /v1.0 has too wants the same permissions there.
func TestPermissionsOfVersions(t *testing.T) {
	t.Parallel()
	services, err := graph.Services(graph.Config{Flows: &flow.Service{}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, op := range services[0].Operations() {
		want[op.Method+" "+op.Path] = op.Permissions
	}
	for _, op := range services[1].Operations() {
		beta, ok := want[op.Method+" "+op.Path]
		if !ok || !slices.Equal(beta, op.Permissions) {
			t.Errorf("%s %s wants %v, and on beta %v", op.Method, op.Path, op.Permissions, beta)
		}
	}
}

// What $expand adds needs the permission that reading it alone would need.
func TestExpandNeedsPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.populated()
	path := industry + "inboundFlows/" + i.inbound + "?$expand=dataConnector"
	if a := w.callAs("IndustryData-InboundFlow.Read.All", "GET", path, ""); a.status != 403 || !strings.Contains(a.text, "IndustryData-DataConnector.Read.All") {
		t.Errorf("got %d %s", a.status, a.text)
	}
	if a := w.callAs("IndustryData-InboundFlow.Read.All IndustryData-DataConnector.Read.All", "GET", path, ""); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.text)
	}
}
