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
	"rollbook/internal/upload"
)

// FuzzNothingIsWrittenElsewhere sends what has a valid signature and is
// otherwise arbitrary: every file must be in its container and of a feed.
func FuzzNothingIsWrittenElsewhere(f *testing.F) {
	f.Add("PUT", "users.csv", "resource=file", "", "")
	f.Add("PATCH", "users.csv", "action=append&position=9223372036854775807", "", "x")
	f.Add("PUT", "../users.csv", "", "BlockBlob", "x")
	f.Add("PUT", "..\\users.csv", "comp=block&blockid=../../x", "", "x")
	f.Add("GET", "", "comp=list&prefix=u&maxresults=2", "", "")
	f.Add("GET", "", "resource=filesystem&directory=/&continuation=x", "", "")
	f.Add("PUT", "a.zip", "comp=block&blockid=YQ==", "", "x")
	f.Add("GET", "a.zip", "comp=blocklist&blocklisttype=all", "", "")
	f.Add("PUT", "a.zip", "comp=blocklist", "", "<BlockList><Latest>../x</Latest></BlockList>")
	w := newWorld(f, dbtest.SQLite(f))
	f.Fuzz(func(t *testing.T, method, file, query, blobType, body string) {
		s, err := w.Session(t.Context(), "c1", true) // sweeps what was before
		if err != nil {
			t.Fatal(err)
		}
		path, signature, _ := strings.Cut(s.Address, "?")
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/", strings.NewReader(body))
		r.Method = method
		r.URL = &url.URL{Path: path + "/" + file, RawQuery: signature + "&" + query}
		r.Header.Set("x-ms-blob-type", blobType)
		out := httptest.NewRecorder()
		w.Handler().ServeHTTP(out, r)
		if out.Code >= 500 {
			t.Errorf("%s %q %q: %d %s", method, file, query, out.Code, out.Body)
		}
		if code := out.Header().Get("x-ms-error-code"); out.Code >= 400 && out.Code != http.StatusRequestedRangeNotSatisfiable && code == "" {
			t.Errorf("%s %q %q: %d without a code", method, file, query, out.Code)
		}
		top := filepath.Dir(w.Dir)
		err = filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
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

// FuzzSignature alters the parameters of a signed URL: none but what was signed
// is taken.
func FuzzSignature(f *testing.F) {
	w := newWorld(f, dbtest.SQLite(f))
	s, err := w.Session(f.Context(), "c1", false)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := url.Parse(s.Address)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed.Path, signed.RawQuery)
	f.Add(signed.Path, signed.RawQuery+"&se=2099-01-01T00:00:00Z")
	f.Add(signed.Path, "se=2099-01-01T00:00:00Z&"+signed.RawQuery)
	f.Add(signed.Path, "sig=")
	f.Add(signed.Path+"/../c2", signed.RawQuery)
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/", nil)
		r.URL = &url.URL{Path: path, RawQuery: query}
		out := httptest.NewRecorder()
		w.Handler().ServeHTTP(out, r)
		got, want := r.URL.Query(), signed.Query()
		same := got.Get("se") == want.Get("se") && got.Get("sig") == want.Get("sig")
		if out.Code >= 500 || out.Code < 400 && (!same || !strings.HasPrefix(strings.Trim(path, "/"), strings.Trim(signed.Path, "/"))) {
			t.Errorf("%q %q: %d", path, query, out.Code)
		}
	})
}

// FuzzBlockList reads lists of blocks: what is refused is refused as the
// caller's mistake.
func FuzzBlockList(f *testing.F) {
	f.Add("<BlockList><Latest>YQ==</Latest></BlockList>")
	f.Add("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]><BlockList><Latest>&a;</Latest></BlockList>")
	f.Add("<a><b><c></c></b></a>")
	f.Fuzz(func(t *testing.T, body string) {
		ids, err := upload.ReadBlockList(strings.NewReader(body))
		if err == nil && len(ids)*len("<a/>") > len(body) {
			t.Errorf("%d blocks in %d bytes", len(ids), len(body))
		}
	})
}
