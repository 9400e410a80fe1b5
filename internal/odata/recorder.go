package odata

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements http.ResponseWriter. It keeps a copy: buffers of answers are
// used again.
func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, b...)
	return len(b), nil
}

// answer returns what was recorded as an item of a batch: JSON as it is, and
// anything else as a string.
func (w *recorder) answer(id string) batchItemAnswer {
	a := batchItemAnswer{ID: id, Status: w.status, Headers: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(w.header)) {
		if name != "Content-Length" {
			a.Headers[spelled(name)] = strings.Join(w.header[name], ", ")
		}
	}
	switch {
	case len(w.body) == 0:
	case strings.HasPrefix(w.header.Get("Content-Type"), "application/json"):
		a.Body = w.body
	default:
		a.Body = jsontext.Value(appendText(nil, string(w.body)))
	}
	return a
}

// spelled returns the name of a header as Graph writes it. In HTTP letter case
// makes no difference; in JSON, where clients look names up, it does.
func spelled(name string) string {
	switch name {
	case "Request-Id", "Client-Request-Id":
		return strings.ToLower(name)
	case "Odata-Version":
		return "OData-Version"
	case "Etag":
		return "ETag"
	case "Www-Authenticate":
		return "WWW-Authenticate"
	}
	return name
}
