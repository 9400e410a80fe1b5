package upload

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// storageError is a request that the storage side refuses.
type storageError struct {
	status        int
	code, message string
	after         time.Duration // when to ask again; 0 where that is of no use
}

func (e *storageError) Error() string { return e.message }

func refuse(status int, code, message string) error {
	return &storageError{status: status, code: code, message: message}
}

// outage refuses a request that failed because of the machine below.
func (s *Service) outage(err error) error {
	_, refused := errors.AsType[*storageError](err)
	if err == nil || refused || s.Outage == nil {
		return err
	}
	status, after, message := s.Outage(err)
	switch status {
	case 0:
		return err
	case http.StatusInsufficientStorage:
		return &storageError{status: status, code: "InsufficientStorage", message: message, after: after}
	}
	return &storageError{status: status, code: "ServerBusy", message: message, after: after}
}

func errTooLarge(limit int64) error {
	return refuse(http.StatusRequestEntityTooLarge, "RequestBodyTooLarge",
		fmt.Sprintf("no more is taken here: a file may have %d bytes, or the upload is full", limit))
}

// notFound refuses a request for a file that is not there. Clients look for the
// code of the protocol that they speak.
func (r request) notFound() error {
	code := "BlobNotFound"
	if r.lake() {
		code = "PathNotFound"
	}
	return refuse(http.StatusNotFound, code, r.file+" was not uploaded")
}

// lake reports whether a request speaks the protocol of Data Lake Storage, and
// not that of Blob Storage: Azure tells by the host, which is the same here.
func (r request) lake() bool { return speaksLake(r.Request, r.query.Has) }

func speaksLake(r *http.Request, has func(string) bool) bool {
	return r.Method == http.MethodPatch || has("resource") || has("action") || has("recursive") ||
		strings.Contains(r.Header.Get("Accept"), "application/json")
}

// writeError answers with an error, as JSON for Data Lake Storage and as XML
// for Blob Storage.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	refused, ok := errors.AsType[*storageError](err)
	if !ok {
		refused = &storageError{status: http.StatusInternalServerError, code: "InternalError", message: "the file could not be stored"}
	}
	if refused.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((refused.after+time.Second-1)/time.Second)))
	}
	w.Header().Set("x-ms-error-code", refused.code)
	said := errorDocument{Code: refused.code, Message: refused.message}
	content := "application/xml"
	body, err := xmlDocument(said)
	if query := r.URL.Query(); speaksLake(r, query.Has) {
		content = "application/json;charset=utf-8"
		body, err = json.Marshal(map[string]errorDocument{"error": said})
	}
	if err != nil {
		body = nil
	}
	w.Header().Set("Content-Type", content)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(refused.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // there is nobody to tell
	}
}

type errorDocument struct {
	XMLName xml.Name `xml:"Error" json:"-"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
}

func xmlDocument(v any) ([]byte, error) {
	body, err := xml.Marshal(v)
	return append([]byte(xml.Header), body...), err
}

func writeXML(w http.ResponseWriter, v any) error {
	body, err := xmlDocument(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // there is nobody to tell
	return nil
}

// stored answers a change of a file, and says what is stored of it by now.
func (r request) stored(w http.ResponseWriter, status int) error {
	if info, err := os.Stat(r.folder.file(r.file)); err == nil {
		w.Header().Set("ETag", etag(info))
		w.Header().Set("Last-Modified", httpTime(info.ModTime()))
	}
	if sum := r.Header.Get("Content-MD5"); sum != "" {
		w.Header().Set("Content-MD5", sum) // it was compared
	}
	w.Header().Set("x-ms-request-server-encrypted", "false")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	return nil
}

// describe says what is known of a file, as both protocols do.
func describe(w http.ResponseWriter, info fs.FileInfo) {
	h := w.Header()
	h.Set("ETag", etag(info))
	h.Set("Last-Modified", httpTime(info.ModTime()))
	h.Set("x-ms-creation-time", httpTime(info.ModTime()))
	h.Set("x-ms-resource-type", "file")
	h.Set("x-ms-blob-type", "BlockBlob")
	h.Set("x-ms-lease-state", "available")
	h.Set("x-ms-lease-status", "unlocked")
	h.Set("x-ms-server-encrypted", "false")
	h.Set("Accept-Ranges", "bytes")
}

func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

func etag(info fs.FileInfo) string {
	return `"` + strconv.FormatInt(info.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(info.Size(), 36) + `"`
}

// condition refuses a request that is conditional on the file being as the
// caller knows it, or not being there.
func (r request) condition() error {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	if match == "" && none == "" {
		return nil
	}
	now := "" // no file, no tag
	if info, err := os.Stat(r.folder.file(r.file)); err == nil {
		now = etag(info)
	}
	switch {
	case none == "*" && now != "" && r.lake():
		return refuse(http.StatusConflict, "PathAlreadyExists", r.file+" is there already")
	case none == "*" && now != "":
		return refuse(http.StatusConflict, "BlobAlreadyExists", r.file+" is there already")
	case match == "*" && now == "", match != "" && match != "*" && match != now, none != "" && none == now:
		return refuse(http.StatusPreconditionFailed, "ConditionNotMet", r.file+" is not as the request wants it to be")
	}
	return nil
}
