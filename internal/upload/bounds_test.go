package upload_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rollbook/internal/store/dbtest"
	"rollbook/internal/upload"
)

func blockAt(s upload.Session, file, id string) string {
	return at(s, file, "comp=block&blockid="+url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(id))))
}

func listOf(block string, times int) string {
	entry := "<Latest>" + base64.StdEncoding.EncodeToString([]byte(block)) + "</Latest>"
	return "<BlockList>" + strings.Repeat(entry, times) + "</BlockList>"
}

// A small block that is listed a thousand times is a large file.
func TestABlockListDoesNotMultiply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.MaxFile = 1000
	s := w.session(t, "c1")
	status, code := send(t, "PUT", blockAt(s, "users.csv", "a"), strings.Repeat("x", 100))
	expect(t, "block", status, code, 201, "")
	status, code = send(t, "PUT", at(s, "users.csv", "comp=blocklist"), listOf("a", 11))
	expect(t, "eleven times", status, code, 413, "RequestBodyTooLarge")
	status, code = send(t, "PUT", at(s, "users.csv", "comp=blocklist"), listOf("a", 10))
	expect(t, "ten times", status, code, 201, "")
}

func TestRequestsAtTheSameTimeShareTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.MaxContainer = 100_000
	s := w.session(t, "c1")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { send(t, "PUT", blockAt(s, "users.csv", fmt.Sprint(i)), strings.Repeat("x", 20_000)) })
	}
	all.Wait()
	if held := bytesOnDisk(t, w.Dir); held > w.MaxContainer || held < 60_000 {
		t.Errorf("%d bytes are kept of an upload that may have %d", held, w.MaxContainer)
	}
}

// What is replaced, committed, deleted or refused no longer counts.
func TestRoomIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.MaxFile, w.MaxContainer = 60, 120
	s := w.session(t, "c1")
	forty := strings.Repeat("x", 40)
	for range 5 {
		put(t, s, "users.csv", forty)
		send(t, "PUT", blockAt(s, "users.csv", "a"), forty)
		status, code := send(t, "PUT", at(s, "users.csv", "comp=blocklist"), listOf("a", 1))
		expect(t, "commit", status, code, 201, "")
		status, code = send(t, "PUT", blockAt(s, "orgs.csv", "a"), forty, "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")
		expect(t, "not what was sent", status, code, 400, "Md5Mismatch")
		status, code = send(t, "PUT", at(s, "orgs.csv", ""), strings.Repeat("x", 61), "x-ms-blob-type", "BlockBlob")
		expect(t, "too large", status, code, 413, "RequestBodyTooLarge")
		status, code = send(t, "PUT", at(s, "orgs.csv", "resource=file"), "")
		expect(t, "create", status, code, 201, "")
		for range 2 {
			status, code = send(t, "PATCH", at(s, "orgs.csv", "action=append&position=0"), forty)
			expect(t, "append", status, code, 202, "")
		}
		status, code = send(t, "PATCH", at(s, "orgs.csv", "action=flush&position=40"), "")
		expect(t, "flush", status, code, 200, "")
		put(t, s, "classes.csv", forty)
		status, code = send(t, "PUT", at(s, "courses.csv", ""), "x", "x-ms-blob-type", "BlockBlob")
		expect(t, "one byte more", status, code, 413, "RequestBodyTooLarge")
		for _, name := range []string{"users.csv", "orgs.csv", "classes.csv"} {
			status, code = send(t, "DELETE", at(s, name, ""), "")
			expect(t, "delete", status, code, 202, "")
		}
	}
	if held := bytesOnDisk(t, w.Dir); held != 0 {
		t.Errorf("%d bytes are left", held)
	}
}

func TestFilesThatAreBegunAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s := w.session(t, "c1")
	refused := 0
	for i := range 30 {
		status, code := send(t, "PUT", blockAt(s, fmt.Sprintf("part%d.zip", i), "a"), "x")
		if status != 201 {
			refused++
			expect(t, "one more archive", status, code, 409, "PathConflict")
		}
	}
	if refused != 10 {
		t.Errorf("%d of 30 archives that were begun were refused, want 10", refused)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s := w.session(t, "c1")
	file := at(s, "users.csv", "")
	for _, step := range []struct {
		name, header, value string
		status              int
		code                string
	}{
		{"replace what is not there", "If-Match", "*", 412, "ConditionNotMet"},
		{"only if it is not there", "If-None-Match", "*", 201, ""},
		{"only if it is not there, again", "If-None-Match", "*", 409, "BlobAlreadyExists"},
		{"replace what is there", "If-Match", "*", 201, ""},
		{"replace another version", "If-Match", `"x"`, 412, "ConditionNotMet"},
	} {
		status, code := send(t, "PUT", file, "a", "x-ms-blob-type", "BlockBlob", step.header, step.value)
		expect(t, step.name, status, code, step.status, step.code)
	}
	status, code := send(t, "DELETE", file, "", "If-Match", `"x"`)
	expect(t, "delete another version", status, code, 412, "ConditionNotMet")
	status, code = send(t, "GET", file, "", "If-Match", `"x"`)
	expect(t, "read another version", status, code, 412, "ConditionNotMet")
	status, body := send(t, "GET", file, "", "x-ms-range", "bytes=0-0")
	expect(t, "a range", status, body, 206, "a")
}

func TestListingShowsNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s, other := w.session(t, "c1"), w.session(t, "c2")
	put(t, s, "users.csv", "1")
	put(t, other, "orgs.csv", "1")
	path, query, _ := strings.Cut(s.Address, "?")
	top, _, _ := strings.Cut(path, "/c1/")
	for name, c := range map[string]struct {
		url, want string
		status    int
	}{
		"blobs of the folder":      {path + "?restype=container&comp=list&" + query, "<Name>users.csv</Name>", 200},
		"paths of the folder":      {path + "?resource=filesystem&recursive=true&" + query, `"name":"users.csv"`, 200},
		"paths of a folder below":  {path + "?resource=filesystem&directory=x&recursive=true&" + query, "PathNotFound", 404},
		"blobs from the top":       {top + "?restype=container&comp=list&prefix=c1/" + s.ContainerID + "/us&" + query, "<Name>c1/" + s.ContainerID + "/users.csv</Name>", 200},
		"paths from the top":       {top + "?resource=filesystem&directory=c1/" + s.ContainerID + "&" + query, `"name":"c1/` + s.ContainerID + `/users.csv"`, 200},
		"blobs of another":         {top + "?restype=container&comp=list&prefix=c2/" + other.ContainerID + "/&" + query, "AuthenticationFailed", 403},
		"paths of another":         {top + "?resource=filesystem&directory=c2/" + other.ContainerID + "&" + query, "AuthenticationFailed", 403},
		"paths beyond dots":        {top + "?resource=filesystem&directory=c1/" + s.ContainerID + "/../../c2&" + query, `"name":"c1/`, 200},
		"all":                      {top + "?restype=container&comp=list&" + query, "AuthorizationPermissionMismatch", 403},
		"all of the connector":     {top + "/c1?restype=container&comp=list&" + query, "AuthorizationPermissionMismatch", 403},
		"a page that has no size":  {path + "?restype=container&comp=list&maxresults=0&" + query, "OutOfRangeQueryParameterValue", 400},
		"a page that begins later": {path + "?restype=container&comp=list&marker=zz&" + query, "<NextMarker></NextMarker>", 200},
	} {
		status, body := send(t, "GET", c.url, "")
		if status != c.status || !strings.Contains(body, c.want) || strings.Contains(body, "orgs.csv") {
			t.Errorf("%s: %d %s, want %d with %s", name, status, body, c.status, c.want)
		}
	}
}

// Clients of each protocol read errors in its form.
func TestErrorsAreInTheFormOfTheProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	s := w.session(t, "c1")
	for accept, want := range map[string]string{
		"application/xml":  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>BlobNotFound</Code><Message>users.csv was not uploaded</Message></Error>",
		"application/json": `{"error":{"code":"PathNotFound","message":"users.csv was not uploaded"}}`,
	} {
		if got := errorBody(t, at(s, "users.csv", ""), accept); got != want {
			t.Errorf("%s: %s, want %s", accept, got, want)
		}
	}
}

func errorBody(t *testing.T, url, accept string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func bytesOnDisk(t *testing.T, dir string) int64 {
	t.Helper()
	var total int64
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}
