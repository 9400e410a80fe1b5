package graph_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// tokenLists are the lists of a directory that go on from what a client hands
// back, each with its option.
func tokenLists(student string) []string {
	return []string{
		"/v1.0/users/delta?$top=1&$deltatoken=", "/v1.0/users/delta?$top=1&$skiptoken=", "/v1.0/groups/delta?$top=1&$skiptoken=",
		"/v1.0/groups/delta?$top=1&$select=displayName&$deltatoken=", "/v1.0/education/classes/delta?$top=1&$skiptoken=",
		"/v1.0/users?$top=1&$skiptoken=", "/v1.0/users?$top=1&$orderby=displayName%20desc&$skiptoken=",
		"/v1.0/users?$top=1&$orderby=displayName&$filter=startswith(displayName,'t')%20or%20accountEnabled%20eq%20true&$skiptoken=",
		"/v1.0/users?$top=1&$filter=surname%20in%20('a','b')%20or%20not(startswith(displayName,'x'))&$skiptoken=",
		"/v1.0/groups?$top=1&$search=\"displayName:a\"&$skiptoken=", "/v1.0/education/classes?$top=1&$skiptoken=",
		"/v1.0/users/" + student + "/memberOf?$top=1&$skiptoken=", "/v1.0/directory/administrativeUnits?$top=1&$skiptoken=",
	}
}

// tokenWorld has something that changed in each way.
func tokenWorld(tb testing.TB) (*world, []string) {
	w := newWorldOn(tb, true)
	student, teacher, class := provisioned(w)
	w.groupNamed("choir", `,"members@odata.bind":["users/`+student+`","users/`+teacher+`"]`)
	w.must(204, "PATCH", "/v1.0/groups/"+class, `{"displayName":"Algebra 2"}`)
	gone := w.userNamed("gone")
	w.must(204, "POST", "/v1.0/groups/"+class+"/members/$ref", `{"@odata.id":"users/`+gone+`"}`)
	w.must(204, "DELETE", "/v1.0/users/"+gone, "")
	return w, tokenLists(student)
}

// FuzzDirectoryTokens goes on from tokens that nobody was given: they are read, or
// refused as what they are, and no list of this small directory goes on for long.
func FuzzDirectoryTokens(f *testing.F) {
	w, lists := tokenWorld(f)
	for i := range lists {
		for _, text := range []string{
			"", `{}`, `{"since":0}`, `{"since":3,"upTo":5,"afterNum":1,"within":1}`, `{"since":5,"upTo":3}`, `{"since":1,"full":true,"after":"0","within":1}`,
			`{"l":1,"v":1,"k":"a","n":1}`, `{"f":true,"k":"a","n":1}`, `{"n":-1}`, `{"k":"\u0000","after":"\u0000"}`, "id-'0'", "[[[", "\xff",
		} {
			f.Add(i, text, true)
			f.Add(i, text, false)
		}
	}
	f.Fuzz(func(t *testing.T, list int, token string, encoded bool) {
		if encoded {
			token = base64.RawURLEncoding.EncodeToString([]byte(token))
		}
		next := lists[(list%len(lists)+len(lists))%len(lists)] + url.QueryEscape(token)
		for pages := 0; next != ""; pages++ {
			if pages == 100 {
				t.Fatalf("%q goes on and on", token)
			}
			next = w.page(t, next)
		}
	})
}

// page reads a page of at most one object, and those that were deleted, and
// returns where it goes on.
func (w *world) page(t *testing.T, path string) (next string) {
	t.Helper()
	target, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.URL = target
	r.Header.Set("Authorization", "Bearer all")
	out := httptest.NewRecorder()
	w.handler.ServeHTTP(out, r)
	switch out.Code {
	case http.StatusBadRequest, http.StatusGone:
		return ""
	case http.StatusOK:
	default:
		t.Fatalf("%s: %d %s %v", path, out.Code, out.Body, w.reported)
	}
	var page struct {
		Value []map[string]any `json:"value"`
		Next  string           `json:"@odata.nextLink"`
	}
	if err := json.Unmarshal(out.Body.Bytes(), &page); err != nil || len(page.Value) > 2 {
		t.Fatalf("%s: %v %s", path, err, out.Body)
	}
	_, rest, _ := strings.Cut(page.Next, "://")
	if _, rest, ok := strings.Cut(rest, "/"); ok {
		return "/" + rest
	}
	return ""
}
