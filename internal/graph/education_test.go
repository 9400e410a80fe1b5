package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
)

const (
	education = "/v1.0/education/"
	classJSON = `{"displayName":"Health 1","mailNickname":"health1","description":"Level 1","classCode":"H501","externalId":"301","externalSource":"sis",
		"course":{"courseNumber":"H5","subject":"Health"},"term":{"displayName":"Fall","startDate":"2026-09-01"},"grade":"05"}`
	schoolJSON = `{"displayName":"North High","externalId":"10002","schoolNumber":"7","principalName":"Amy Roth","address":{"city":"Denver","postalCode":"12345"}}`
)

// provisioned has a directory with a student, a teacher and a class as a run
// makes them, and returns their IDs.
func provisioned(w *world) (student, teacher, class string) {
	w.tb.Helper()
	user := func(name, role string) hosted.Effect {
		return hosted.Effect{Kind: hosted.CreateUser, Anchor: hosted.UserAnchor(name), User: &hosted.User{
			UserPrincipalName: name + "@school.example", DisplayName: name, AccountEnabled: true, Attributes: map[string]string{
				"primaryRole": role, "externalId": name, "grade": "07", "userNumber": "7" + name}}}
	}
	ids, err := w.directory.Change(w.tb.Context(), user("sam", "student"), user("tess", "teacher"),
		hosted.Effect{Kind: hosted.CreateGroup, Anchor: hosted.GroupAnchor("alg-1"), Group: &hosted.Group{
			DisplayName: "Algebra", MailNickname: "Section_alg-1", Attributes: map[string]string{"courseTitle": "Mathematics", "classCode": "A1"}}},
	)
	if err != nil {
		w.tb.Fatal(err)
	}
	_, err = w.directory.Change(w.tb.Context(), hosted.Effect{Kind: hosted.ChangeMembers, ID: ids[2], Add: []hosted.Membership{
		{Relation: hosted.Member, UserID: ids[0]}, {Relation: hosted.Owner, UserID: ids[1]}}})
	if err != nil {
		w.tb.Fatal(err)
	}
	return ids[0], ids[1], ids[2]
}

func TestProvisionedClass(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, teacher, class := provisioned(w)
	w.groupNamed("choir", "") // no class
	if diff := cmp.Diff([]string{class}, w.ids(education+"classes")); diff != "" {
		t.Error(diff)
	}
	want := `{"@odata.context":"` + w.url + `/v1.0/$metadata#education/classes/$entity","id":"` + class + `","displayName":"Algebra",` +
		`"mailNickname":"Section_alg-1","description":null,"classCode":"A1","externalId":"alg-1","externalName":"Algebra","grade":null,` +
		`"course":{"displayName":"Mathematics","courseNumber":null,"description":null,"externalId":null,"subject":null},"term":null,` +
		`"externalSource":"sis","externalSourceDetail":null}`
	if a := w.must(200, "GET", education+"classes/"+class, ""); a.text != want {
		t.Error(cmp.Diff(want, a.text))
	}
	for path, want := range map[string][]string{
		"classes/" + class + "/members": {student}, "classes/" + class + "/teachers": {teacher}, "users/" + student + "/classes": {class},
		"users/" + teacher + "/classes": {class}, "users/" + teacher + "/taughtClasses": {class}, "users/" + student + "/taughtClasses": {},
		"classes?$filter=externalId%20eq%20'alg-1'": {class}, "classes?$filter=externalId%20eq%20'x'": {}, "users": {student, teacher},
	} {
		if diff := cmp.Diff(want, w.ids(education+path)); diff != "" {
			t.Error(path, diff)
		}
	}
	if a := w.must(200, "GET", education+"classes/"+class+"/group", ""); a.id() != class || a.member("mailNickname") != "Section_alg-1" {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", education+"classes/$count", ""); a.text != "1" {
		t.Error(a.text)
	}
	a := w.must(200, "GET", education+"users/"+student, "")
	if a.member("primaryRole") != "student" || a.member("student/externalId") != "sam" || a.member("student/grade") != "07" ||
		a.member("student/studentNumber") != "7sam" || a.member("teacher") != nil || a.member("externalSource") != "sis" {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", education+"users/"+teacher, ""); a.member("teacher/teacherNumber") != "7tess" || a.member("student") != nil {
		t.Error(a.text)
	}
	if a := w.callAs("EduRoster.ReadBasic.All", "GET", education+"users/"+student, ""); a.member("displayName") != "sam" || strings.Contains(a.text, "student") {
		t.Error("who may read what is basic gets more:", a.text)
	}
	if a := w.callAs("EduRoster.ReadBasic.All", "GET", education+"classes/"+class+"/members?$filter=accountEnabled%20eq%20true", ""); a.status != 403 {
		t.Error("who may read what is basic filters by more:", a.text)
	}
	w.must(404, "GET", education+"classes/"+student, "")
	w.must(404, "GET", education+"users/nobody/classes", "")
}

func TestClassIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, teacher, provisionedClass := provisioned(w)
	a := w.must(201, "POST", education+"classes", classJSON)
	class := education + "classes/" + a.id()
	if a.header.Get("Location") != w.url+class || a.member("course/courseNumber") != "H5" || a.member("term/startDate") != "2026-09-01" || a.member("externalId") != "301" {
		t.Error(a.text)
	}
	w.must(204, "PATCH", class, `{"displayName":"Health 2","course":{"subject":"Sports"},"term":null,"externalId":"302"}`)
	a = w.must(200, "GET", class, "")
	if a.member("displayName") != "Health 2" || a.member("course/courseNumber") != "H5" || a.member("course/subject") != "Sports" ||
		a.member("term") != nil || a.member("externalId") != "302" {
		t.Error(a.text)
	}
	w.must(204, "POST", class+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/education/users/`+student+`"}`)
	w.must(204, "POST", class+"/teachers/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/education/users/`+teacher+`"}`)
	w.must(400, "POST", class+"/teachers/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/education/users/`+teacher+`"}`)
	if diff := cmp.Diff([][]string{{student}, {teacher}}, [][]string{w.ids(class + "/members"), w.ids(class + "/teachers")}); diff != "" {
		t.Error(diff)
	}
	w.must(204, "DELETE", class+"/members/"+student+"/$ref", "")
	w.must(404, "DELETE", class+"/members/"+student+"/$ref", "")
	other := w.must(201, "POST", education+"classes", `{"displayName":"No number","mailNickname":"none"}`)
	if other.member("externalId") != nil || other.member("externalSource") != "manual" {
		t.Error(other.text)
	}
	for name, test := range map[string]struct{ method, path, body string }{
		"externalId taken":      {"POST", "classes", strings.NewReplacer("301", "302", "health1", "health3").Replace(classJSON)},
		"nickname taken":        {"POST", "classes", strings.Replace(classJSON, "301", "303", 1)},
		"no name":               {"POST", "classes", `{"mailNickname":"x"}`},
		"of a provisioned one":  {"PATCH", "classes/" + provisionedClass, `{"externalId":"x"}`},
		"source of no such use": {"PATCH", "classes/" + provisionedClass, `{"externalSource":"telepathy"}`},
	} {
		if a := w.call(test.method, education+test.path, test.body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	choir := w.groupNamed("choir", "")
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		w.must(404, method, education+"classes/"+choir, "{}")
	}
	w.must(404, "POST", education+"classes/"+choir+"/members/$ref", `{"@odata.id":"users/`+student+`"}`)
	w.must(204, "DELETE", class, "")
	w.must(404, "GET", class, "")
}

func TestEducationUserIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	body := strings.Replace(adaBody, `"jobTitle":"Teacher"`, `"primaryRole":"student","student":{"grade":"08","birthDate":"2012-02-03","externalId":"S1"}`, 1)
	a := w.must(201, "POST", education+"users", body)
	if a.member("student/grade") != "08" || a.member("student/birthDate") != "2012-02-03" || a.member("primaryRole") != "student" || strings.Contains(a.text, "horse") {
		t.Error(a.text)
	}
	path := education + "users/" + a.id()
	w.must(204, "PATCH", path, `{"primaryRole":"teacher","student":null,"teacher":{"teacherNumber":"T9"}}`)
	a = w.must(200, "GET", path, "")
	if a.member("primaryRole") != "teacher" || a.member("student") != nil || a.member("teacher/teacherNumber") != "T9" || a.member("teacher/externalId") != nil {
		t.Error(a.text)
	}
	if a := w.must(200, "GET", path+"/user", ""); a.member("userPrincipalName") != "Ada@school.example" {
		t.Error(a.text)
	}
	w.must(400, "PATCH", path, `{"primaryRole":"pirate"}`)
	w.must(204, "DELETE", path, "")
	w.must(404, "GET", path, "")
}

func TestSchools(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, _, class := provisioned(w)
	a := w.must(201, "POST", education+"schools", schoolJSON)
	id, school := a.id(), education+"schools/"+a.id()
	if a.member("address/city") != "Denver" || a.member("address/street") != nil || a.member("externalSource") != "manual" {
		t.Error(a.text)
	}
	w.must(204, "PATCH", school, `{"address":{"street":"Main"},"principalName":null,"displayName":"North"}`)
	a = w.must(200, "GET", school, "")
	if a.member("address/city") != "Denver" || a.member("address/street") != "Main" || a.member("principalName") != nil || a.member("displayName") != "North" {
		t.Error(a.text)
	}
	w.must(204, "POST", school+"/classes/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/education/classes/`+class+`"}`)
	w.must(204, "POST", school+"/users/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/education/users/`+student+`"}`)
	w.must(400, "POST", school+"/users/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/education/users/`+student+`"}`)
	w.must(404, "POST", school+"/users/$ref", `{"@odata.id":"users/nobody"}`)
	for path, want := range map[string]string{
		"schools/" + id + "/classes": class, "schools/" + id + "/users": student, "classes/" + class + "/schools": id, "users/" + student + "/schools": id, "schools": id,
	} {
		if diff := cmp.Diff([]string{want}, w.ids(education+path)); diff != "" {
			t.Error(path, diff)
		}
	}
	// A school is an administrative unit; not every unit is a school.
	unit := w.must(201, "POST", "/v1.0/directory/administrativeUnits", `{"displayName":"Staff","description":"All of it"}`).id()
	if diff := cmp.Diff([]string{id, unit}, w.ids("/beta/administrativeUnits")); diff != "" {
		t.Error(diff)
	}
	w.must(404, "GET", education+"schools/"+unit, "")
	if a := w.must(200, "GET", school+"/administrativeUnit", ""); a.member("displayName") != "North" {
		t.Error(a.text)
	}
	w.must(204, "DELETE", school+"/users/"+student+"/$ref", "")
	w.must(404, "DELETE", school+"/users/"+student+"/$ref", "")
	w.must(400, "POST", education+"schools", `{}`)
	w.must(204, "DELETE", school, "")
	w.must(404, "GET", school, "")
	if diff := cmp.Diff([]string{}, w.ids(education+"classes/"+class+"/schools")); diff != "" {
		t.Error(diff)
	}
}

func TestAdministrativeUnits(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	student, teacher, class := provisioned(w)
	for _, base := range []string{"/v1.0/directory/administrativeUnits", "/beta/directory/administrativeUnits", "/beta/administrativeUnits"} {
		a := w.must(201, "POST", base, `{"displayName":"Staff","visibility":"HiddenMembership"}`)
		unit := base + "/" + a.id()
		w.must(204, "PATCH", unit, `{"description":"All of it"}`)
		if a := w.must(200, "GET", unit, ""); a.member("description") != "All of it" || a.member("visibility") != "HiddenMembership" {
			t.Error(a.text)
		}
		for _, member := range []string{student, teacher, class} {
			w.must(204, "POST", unit+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+member+`"}`)
		}
		if diff := cmp.Diff([]string{student, teacher, class}, w.ids(unit+"/members")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{class}, w.ids(unit+"/members/microsoft.graph.group")); diff != "" {
			t.Error(diff)
		}
		first := w.must(200, "GET", unit+"/members?$top=2", "")
		next := strings.TrimPrefix(fmt.Sprint(first.member("@odata.nextLink")), w.url)
		if diff := cmp.Diff([]string{class}, w.ids(next)); diff != "" {
			t.Error(diff)
		}
		w.must(204, "DELETE", unit+"/members/"+teacher+"/$ref", "")
		if a := w.must(200, "GET", base+"/$count", ""); a.text != "1" {
			t.Error(a.text)
		}
		w.must(204, "DELETE", unit, "")
		w.must(404, "GET", unit+"/members", "")
	}
	w.must(404, "GET", "/v1.0/administrativeUnits", "")
}
