package upload_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollbook/internal/store/dbtest"
)

func TestDataLakeProtocol(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		s := w.session(t, "c1")
		url := func(more string) string { return at(s, "users.csv", more) }
		steps := []struct {
			name, method, more, body string
			status                   int
			answer                   string
		}{
			{"append before create", "PATCH", "action=append&position=0", "a", 404, "PathNotFound"},
			{"create", "PUT", "resource=file", "", 201, ""},
			{"read the empty file", "GET", "", "", 200, ""},
			{"append the second part first", "PATCH", "position=3&action=append", "defg", 202, ""},
			{"flush over a gap", "PATCH", "action=flush&position=7", "", 400, "InvalidFlushPosition"},
			{"append the first part", "PATCH", "action=append&position=0", "abc", 202, ""},
			{"not yet committed", "GET", "", "", 200, ""},
			{"flush too far", "PATCH", "action=flush&position=8", "", 400, "InvalidFlushPosition"},
			{"flush", "PATCH", "action=flush&position=7", "", 200, ""},
			{"read", "GET", "", "", 200, "abcdefg"},
			{"append more", "PATCH", "action=append&position=7", "h", 202, ""},
			{"flush more", "PATCH", "action=flush&position=8", "", 200, ""},
			{"read more", "GET", "", "", 200, "abcdefgh"},
			{"no position", "PATCH", "action=flush", "", 400, "InvalidQueryParameterValue"},
			{"no action", "PATCH", "position=1", "", 400, "InvalidQueryParameterValue"},
			{"create again", "PUT", "resource=file", "", 201, ""},
			{"read the empty file again", "GET", "", "", 200, ""},
			{"flush nothing", "PATCH", "action=flush&position=0", "", 200, ""},
			{"delete", "DELETE", "", "", 200, ""},
			{"read the deleted file", "GET", "", "", 404, "PathNotFound"},
			{"post", "POST", "", "", 405, "UnsupportedHttpVerb"},
			{"put without a kind", "PUT", "", "x", 400, "InvalidQueryParameterValue"},
		}
		for _, step := range steps {
			status, answer := send(t, step.method, url(step.more), step.body, "Accept", "application/json")
			expect(t, step.name, status, answer, step.status, step.answer)
		}
		if status, _ := send(t, "HEAD", s.Address, ""); status != 200 {
			t.Errorf("HEAD of the folder: %d", status)
		}
	})
}

func TestBlobProtocol(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		s := w.session(t, "c1")
		put(t, s, "orgs.csv", "sourcedId\n")
		put(t, s, "orgs.csv", "sourcedId,name\n")
		if _, got := send(t, "GET", at(s, "orgs.csv", ""), ""); got != "sourcedId,name\n" {
			t.Errorf("read back %q", got)
		}
		block := func(id string) string {
			return "comp=block&blockid=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(id)))
		}
		for _, id := range []string{"2", "1"} {
			status, code := send(t, "PUT", at(s, "users.csv", block(id)), "part"+id)
			expect(t, "block "+id, status, code, 201, "")
		}
		list := func(ids ...string) string {
			var b strings.Builder
			b.WriteString(`<?xml version="1.0" encoding="utf-8"?><BlockList>`)
			for _, id := range ids {
				b.WriteString("<Latest>" + base64.StdEncoding.EncodeToString([]byte(id)) + "</Latest>")
			}
			return b.String() + "</BlockList>"
		}
		status, code := send(t, "PUT", at(s, "users.csv", "comp=blocklist"), list("1", "3"))
		expect(t, "a block that was not sent", status, code, 400, "InvalidBlockList")
		status, code = send(t, "PUT", at(s, "users.csv", "comp=blocklist"), "<")
		expect(t, "no XML", status, code, 400, "InvalidXmlDocument")
		status, code = send(t, "PUT", at(s, "users.csv", "comp=blocklist"), list("1", "2"))
		expect(t, "block list", status, code, 201, "")
		if _, got := send(t, "GET", at(s, "users.csv", ""), ""); got != "part1part2" {
			t.Errorf("read back %q", got)
		}
	})
}

func TestOnlyASignedURLIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s, other := w.session(t, "c1"), w.session(t, "c2")
	path, query, _ := strings.Cut(s.Address, "?")
	_, otherQuery, _ := strings.Cut(other.Address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	values.Set("se", start().AddDate(1, 0, 0).Format(time.RFC3339))
	blob := []string{"x-ms-blob-type", "BlockBlob"}
	for name, c := range map[string]struct {
		url    string
		status int
		code   string
	}{
		"no signature":          {path + "/users.csv", 403, "AuthenticationFailed"},
		"of another container":  {path + "/users.csv?" + otherQuery, 403, "AuthenticationFailed"},
		"a later expiry":        {path + "/users.csv?" + values.Encode(), 403, "AuthenticationFailed"},
		"another connector":     {strings.Replace(at(s, "users.csv", ""), "/c1/", "/c2/", 1), 403, "AuthenticationFailed"},
		"another tenant":        {strings.Replace(at(s, "users.csv", ""), tenant, "x", 1), 404, "ResourceNotFound"},
		"a folder below":        {at(s, "a/users.csv", ""), 404, "ResourceNotFound"},
		"a folder above":        {at(s, "..%2Fusers.csv", ""), 404, "ResourceNotFound"},
		"a dot":                 {at(s, "..", ""), 0, ""}, // the client resolves it
		"a Windows path":        {at(s, "..%5Cusers.csv", ""), 400, "InvalidResourceName"},
		"a dot and a slash":     {at(s, ".%2F..%2Fusers.csv", ""), 404, "ResourceNotFound"},
		"a stream of a file":    {at(s, "users.csv:x", ""), 400, "InvalidResourceName"},
		"a line feed":           {at(s, "x%0Ausers.csv", ""), 400, "InvalidResourceName"},
		"not UTF-8":             {at(s, "x%FF.csv", ""), 400, "InvalidResourceName"},
		"a long name":           {at(s, strings.Repeat("x", 201), ""), 400, "InvalidResourceName"},
		"a name that ends so":   {at(s, "x%00users.csv", ""), 400, "InvalidResourceName"},
		"what may be put there": {at(s, "users.csv", ""), 201, ""},
	} {
		if c.status == 0 {
			continue
		}
		status, code := send(t, "PUT", c.url, "x", blob...)
		expect(t, name, status, code, c.status, c.code)
	}
	status, code := send(t, "GET", at(s, "teachers.csv", ""), "")
	expect(t, "whether an unknown file is there", status, code, 404, "BlobNotFound")
	if status, _ := send(t, "HEAD", at(s, "x%00users.csv", ""), ""); status != 404 {
		t.Errorf("HEAD of an unknown file: %d", status)
	}
	w.advance(15 * time.Hour)
	status, code = send(t, "PUT", at(s, "users.csv", ""), "y", blob...)
	expect(t, "after the session's time", status, code, 403, "AuthenticationFailed")
	if got := w.onDisk(t); len(got) != 1 || content(t, filepath.Join(got[0], "files", "users.csv")) != "x" {
		t.Errorf("on disk: %v, want the one file that was allowed", got)
	}
}

func TestSizesAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.MaxFile, w.MaxContainer = 10, 15
	s := w.session(t, "c1")
	put(t, s, "users.csv", "1234567890")
	for name, body := range map[string]string{"a large file": "12345678901", "what fills the container": "123456"} {
		status, code := send(t, "PUT", at(s, "orgs.csv", ""), body, "x-ms-blob-type", "BlockBlob")
		expect(t, name, status, code, 413, "RequestBodyTooLarge")
	}
	put(t, s, "orgs.csv", "12345")
}

func TestArchiveOrFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s := w.session(t, "c1")
	put(t, s, "district 1.zip", "PK")
	put(t, s, "district 1.zip", "PK again")
	for _, name := range []string{"users.csv", "other.zip"} {
		status, code := send(t, "PUT", at(s, name, ""), "x", "x-ms-blob-type", "BlockBlob")
		expect(t, name+" beside an archive", status, code, 409, "PathConflict")
	}
	put(t, s, "readme.txt", "what this is")
	if w.validate(t, "c1"); filepath.Base(w.checked) != "district 1.zip" {
		t.Errorf("checked %s, want the archive", w.checked)
	}
}

// TestFilesWithOtherNamesAreTaken takes what no feed has, up to a number.
func TestFilesWithOtherNamesAreTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s := w.session(t, "c1")
	for _, name := range []string{"Users.csv", "readme.txt", ".DS_Store", "Schüler.csv", "..x"} {
		put(t, s, url.PathEscape(name), "x")
	}
	for i := range 95 {
		put(t, s, fmt.Sprintf("other%d.txt", i), "x")
	}
	status, code := send(t, "PUT", at(s, "one-more.txt", ""), "x", "x-ms-blob-type", "BlockBlob")
	expect(t, "the file after the last", status, code, 409, "PathConflict")
	put(t, s, "readme.txt", "again")
	put(t, s, "users.csv", "x")
	if w.validate(t, "c1"); filepath.Base(w.checked) != "files" {
		t.Errorf("checked %s, want the folder", w.checked)
	}
}
