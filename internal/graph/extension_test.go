package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/graph"
	"rollbook/internal/hosted"
	"rollbook/internal/odata"
)

const (
	application = "extension_0123456789abcdef0123456789abcdef_"
	syncPrefix  = "extension_fe2174665583431c953114ff7268b7b3_Education_"
)

// What applications define for themselves is kept and given back, whatever its
// type.
func TestExtensions(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	people := w.people()
	for _, typ := range []string{"user", "group", "administrativeUnit"} {
		for name, value := range map[string]string{
			"House": `"Red \"7\""`, "Locker": `7`, "Bus": `true`, "Clubs": `["chess","choir"]`, "Education_Own": `"x"`,
		} {
			w.must(204, "PATCH", people[typ], `{"`+strings.ToUpper(application[:42])+"_"+name+`":`+value+`}`)
			if diff := cmp.Diff(decoded(t, value), w.selected(people[typ], application+name)); diff != "" {
				t.Errorf("%s of %s (-want +got)\n%s", name, typ, diff)
			}
		}
		w.must(204, "PATCH", people[typ], `{"`+application+`House":null}`)
		if got := w.selected(people[typ], application+"House"); got != nil {
			t.Errorf("%s: %v after null", typ, got)
		}
		for _, value := range []string{`{"a":1}`, `1.5`, `[1]`, `"` + strings.Repeat("x", 20_000) + `"`} {
			if got := w.patched(people[typ], `{"`+application+`House":`+value+`}`); got.status != 400 {
				t.Errorf("%s with %.20s: %d", typ, value, got.status)
			}
		}
	}
	if got := w.patched(people["educationUser"], `{"`+application+`House":"x"}`); got.status != 400 {
		t.Errorf("an extension of a student: %d", got.status)
	}
}

// An object has at most a hundred of them, those among them that it had before.
func TestNumberOfExtensions(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	user := w.people()["user"]
	body := func(from, to int, value string) string {
		var all []string
		for n := from; n < to; n++ {
			all = append(all, fmt.Sprintf(`"%sN%d":%s`, application, n, value))
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	for _, step := range []struct {
		body   string
		status int
	}{
		{body(0, 101, "1"), 400}, {body(0, 60, "1"), 204}, {body(50, 101, "2"), 400}, {body(50, 100, "2"), 204},
		{body(100, 101, "1"), 400}, {body(0, 1, "null"), 204}, {body(100, 101, "1"), 204},
	} {
		if got := w.patched(user, step.body); got.status != step.status {
			t.Errorf("%.60s…: %d %s, want %d", step.body, got.status, got.text, step.status)
		}
	}
}

// The extensions of School Data Sync say what the directory knows of what a run
// made.
func TestExtensionsOfSchoolDataSync(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	ids, err := w.directory.Directory.Change(context.Background(), hosted.Effect{Kind: hosted.CreateUser, Anchor: "user_p-1", User: &hosted.User{
		Anchor: "user_p-1", UserPrincipalName: "p@harbor.example", DisplayName: "P", AccountEnabled: true,
		Attributes: map[string]string{"primaryRole": "student", "externalId": "p-1", "grade": "07", "userNumber": "99"},
	}}, hosted.Effect{Kind: hosted.CreateGroup, Anchor: "Section_k-1", Group: &hosted.Group{
		Anchor: "Section_k-1", DisplayName: "Algebra", MailNickname: "Section_k-1", Attributes: map[string]string{"courseTitle": "Algebra I"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]map[string]any{
		v1 + "users/" + ids[0]: {
			"ObjectType": "Student", "AnchorId": "user_p-1", "SyncSource": "SIS", "SyncSource_StudentId": "p-1", "SyncSource_TeacherId": nil,
			"Grade": "07", "StudentNumber": "99", "TeacherNumber": nil,
		},
		v1 + "groups/" + ids[1]: {
			"ObjectType": "Section", "AnchorId": "Section_k-1", "SyncSource": "SIS", "SyncSource_SectionId": "k-1", "CourseName": "Algebra I",
		},
		w.people()["administrativeUnit"]: {"ObjectType": nil, "SyncSource_SchoolId": nil},
	} {
		for name, value := range want {
			if got := w.selected(path, syncPrefix+name); got != value {
				t.Errorf("%s: %s is %v, want %v", path, name, got, value)
			}
		}
	}
	user := v1 + "users/" + ids[0]
	w.must(204, "PATCH", user, `{"`+syncPrefix+`AnchorId":"user_p-1","`+syncPrefix+`Grade":"08"}`)
	if got := w.selected(user, "grade"); got != "08" {
		t.Errorf("the grade is %v", got)
	}
	for _, body := range []string{`{"` + syncPrefix + `AnchorId":"user_p-2"}`, `{"` + syncPrefix + `ObjectType":"Teacher"}`, `{"` + syncPrefix + `DateOfBirth":"May"}`} {
		if got := w.patched(user, body); got.status != 400 {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
}

// records keeps what an audit log is told.
type records struct{ all []odata.Record }

func (r *records) Watch(ctx context.Context, _ func() (odata.Record, bool)) context.Context {
	return ctx
}

func (r *records) Record(_ context.Context, one odata.Record) { r.all = append(r.all, one) }

// The audit log has what is kept beyond the usual members, before and after a change.
func TestAuditOfMembers(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, true)
	user := w.people()["user"]
	w.must(204, "PATCH", user, `{"city":"Harbor","`+application+`House":"Red"}`)
	log := &records{}
	handler, err := graph.New(graph.Config{
		Flows: w.flows, Sealer: sealer{}, Directory: w.directory.Directory, Runs: w.runs, Uploads: w.uploads,
		Authenticate: w.authenticate, Audit: log, Now: w.now, NewID: func() string { return "x" },
		Origin: func(r *http.Request) string { return "http://" + r.Host }, Tenant: tenant,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("PATCH", user, strings.NewReader(`{"city":"Hill","otherMails":["a@mail.example"]}`))
	r.Header.Set("Authorization", "Bearer all")
	answered := httptest.NewRecorder()
	handler.ServeHTTP(answered, r)
	if answered.Code != 204 || len(log.all) != 1 || len(log.all[0].Changes) != 1 {
		t.Fatalf("%d %s: %v", answered.Code, answered.Body, log.all)
	}
	change := log.all[0].Changes[0]
	for _, want := range []string{`"city":"Harbor"`, application + `House":"Red"`} {
		if !strings.Contains(string(change.Before), want) {
			t.Errorf("before: %s lacks %s", change.Before, want)
		}
	}
	for _, want := range []string{`"city":"Hill"`, `"otherMails":["a@mail.example"]`, application + `House":"Red"`} {
		if !strings.Contains(string(change.After), want) {
			t.Errorf("after: %s lacks %s", change.After, want)
		}
	}
}
