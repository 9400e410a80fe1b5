package upload

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
}

func (e *storageError) Error() string { return e.message }

func refuse(status int, code, message string) error {
	return &storageError{status: status, code: code, message: message}
}

func errTooLarge(limit int64) error {
	return refuse(http.StatusRequestEntityTooLarge, "RequestBodyTooLarge",
		fmt.Sprintf("no more than %d bytes are taken here: a file may have so many, or the upload is full", limit))
}

// request is a request for a container, or a file in it, that may be answered.
type request struct {
	*http.Request
	query     url.Values
	container Container
	folder    folder
	file      string // "" for the container itself
}

// Handler takes files at /{tenant}/{connector}/{container}/{file}. A URL's
// signature is all it asks for.
func (s *Service) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-ms-version", protocolVersion)
		w.Header().Set("x-ms-request-id", s.NewID())
		if err := s.serve(w, r); err != nil {
			writeError(w, err)
		}
	})
}

func writeError(w http.ResponseWriter, err error) {
	refused, ok := errors.AsType[*storageError](err)
	if !ok {
		refused = &storageError{http.StatusInternalServerError, "InternalError", "the file could not be stored"}
	}
	body, err := json.Marshal(map[string]any{"error": map[string]string{"code": refused.code, "message": refused.message}})
	if err != nil {
		body = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("x-ms-error-code", refused.code)
	w.WriteHeader(refused.status)
	_, _ = w.Write(body) // there is nobody to tell
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) error {
	req, err := s.admit(r)
	if err != nil {
		return err
	}
	if req.file == "" {
		return serveContainer(w, req)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return serveFile(w, req)
	case http.MethodPut:
		return s.put(w, req)
	case http.MethodPatch:
		return s.patch(w, req)
	case http.MethodDelete:
		return s.delete(w, req)
	}
	return refuse(http.StatusMethodNotAllowed, "UnsupportedHttpVerb", r.Method+" is not known here")
}

// admit returns the request if its URL is signed, its container is open, and
// its file is one that an upload may hold.
func (s *Service) admit(r *http.Request) (request, error) {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(segments) < 3 || len(segments) > 4 || segments[0] != s.Tenant {
		return request{}, refuse(http.StatusNotFound, "ResourceNotFound", "an upload is at /{tenant}/{connector}/{container}/{file}")
	}
	query := r.URL.Query()
	if !s.signed(segments[1], segments[2], query) {
		return request{}, refuse(http.StatusForbidden, "AuthenticationFailed",
			"the URL is not signed for this container, or its time is over: get a new upload session")
	}
	container, err := s.open(r, segments[2])
	if err != nil {
		return request{}, err
	}
	req := request{Request: r, query: query, container: container, folder: s.folder(container)}
	if len(segments) == 4 {
		req.file = segments[3]
		if !allowed(req.file) {
			return request{}, refuse(http.StatusBadRequest, "InvalidResourceName",
				fmt.Sprintf("%q is not a file of a feed: there are %s, or one .zip with them", req.file, strings.Join(fileNames(), ", ")))
		}
	}
	return req, nil
}

// open returns a container that takes files.
func (s *Service) open(r *http.Request, id string) (Container, error) {
	container, err := s.Store.Get(r.Context(), id)
	if errors.Is(err, ErrNoSession) || err == nil && container.State != stateOpen {
		return container, refuse(http.StatusNotFound, "ContainerNotFound",
			"this upload was validated, replaced by a new session, or has expired: get a new upload session")
	}
	return container, err
}

// serveContainer answers clients that ask whether the folder is there, or make it.
func serveContainer(w http.ResponseWriter, r request) error {
	switch r.Method {
	case http.MethodHead, http.MethodGet:
		w.Header().Set("x-ms-resource-type", "directory")
		w.Header().Set("x-ms-meta-hdi_isfolder", "true")
		w.WriteHeader(http.StatusOK)
	case http.MethodPut:
		w.WriteHeader(http.StatusCreated)
	default:
		return refuse(http.StatusMethodNotAllowed, "UnsupportedHttpVerb", r.Method+" is not known here")
	}
	return nil
}

func serveFile(w http.ResponseWriter, r request) error {
	file, err := os.Open(r.folder.file(r.file))
	if os.IsNotExist(err) {
		return refuse(http.StatusNotFound, "PathNotFound", r.file+" was not uploaded")
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("x-ms-resource-type", "file")
	w.Header().Set("x-ms-blob-type", "BlockBlob")
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", etag(info.ModTime(), info.Size()))
	http.ServeContent(w, r.Request, "", info.ModTime(), file)
	return nil
}

func etag(modified time.Time, size int64) string {
	return `"` + strconv.FormatInt(modified.UnixNano(), 36) + "-" + strconv.FormatInt(size, 36) + `"`
}
