package upload_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/store/dbtest"
)

// FuzzNothingIsWrittenElsewhere sends what has a valid signature and is
// otherwise arbitrary: every file must be in its container and of a feed.
func FuzzNothingIsWrittenElsewhere(f *testing.F) {
	f.Add("PUT", "users.csv", "resource=file", "", "")
	f.Add("PATCH", "users.csv", "action=append&position=9223372036854775807", "", "x")
	f.Add("PUT", "../users.csv", "", "BlockBlob", "x")
	f.Add("PUT", "..\\users.csv", "comp=block&blockid=../../x", "", "x")
	f.Add("PUT", "a.zip", "comp=blocklist", "", "<BlockList><Latest>../x</Latest></BlockList>")
	f.Fuzz(func(t *testing.T, method, file, query, blobType, body string) {
		w := newWorld(t, dbtest.SQLite(t))
		s := w.session(t, "c1")
		put(t, s, "orgs.csv", "x")
		path, signature, _ := strings.Cut(strings.TrimPrefix(s.URL, w.BaseURL), "?")
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/", strings.NewReader(body))
		r.Method = method
		r.URL = &url.URL{Path: path + "/" + file, RawQuery: signature + "&" + query}
		r.Header.Set("x-ms-blob-type", blobType)
		w.Handler().ServeHTTP(httptest.NewRecorder(), r)
		top := filepath.Dir(w.Dir)
		err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "test.db") {
				return err
			}
			below, err := filepath.Rel(filepath.Join(w.Dir, "c1", s.ContainerID), path)
			place := strings.Split(below, string(filepath.Separator))
			if place[0] != "files" && place[0] != "drafts" || !strings.HasSuffix(strings.ToLower(place[1]), ".csv") && !strings.HasSuffix(strings.ToLower(place[1]), ".zip") {
				t.Errorf("%s %q %q wrote %s", method, file, query, below)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
