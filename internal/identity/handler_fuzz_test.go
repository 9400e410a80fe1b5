package identity_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// FuzzTokenEndpoint sends any body and Authorization header: the answer is
// always JSON, and never a token, as no input holds the secret.
func FuzzTokenEndpoint(f *testing.F) {
	i := newInstallation(f)
	client, _ := i.mustAdd(f, "uploader", "User.Read.All")
	id := client.ID
	f.Add("grant_type=client_credentials&client_id="+id+"&client_secret=x&scope=.default", "", "")
	f.Add("grant_type=client_credentials", "Basic eDp5", "")
	f.Add("grant_type=client_credentials&client_id="+id+"&client_secret=x&resource=%ff", "", "")
	f.Add("\x1f\x8b", "", "gzip")
	f.Add("%zz&a=b;c", "Basic ", "identity")
	f.Fuzz(func(t *testing.T, body, authorization, encoding string) {
		for _, path := range []string{tokenPath, firstTokenPath} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header["Authorization"] = []string{authorization}
			r.Header["Content-Encoding"] = []string{encoding}
			w := httptest.NewRecorder()
			i.handler().ServeHTTP(w, r)
			var got answered
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%q: %v", w.Body, err)
			}
			if w.Code < 400 || w.Code >= 500 || got.Error == "" || got.Token != "" {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		}
	})
}
