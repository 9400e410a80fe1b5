package upload

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// request is a request for a container, or a file in it, that may be answered.
type request struct {
	*http.Request
	query     url.Values
	container Container
	folder    folder
	file      string // "" for the container itself
	above     string // what stands before the names of files in a listing
}

// Handler takes files at /{tenant}/{connector}/{container}/{file}. A URL's
// signature is all it asks for.
func (s *Service) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-ms-version", protocolVersion)
		w.Header().Set("x-ms-request-id", s.NewID())
		if id := r.Header.Get("x-ms-client-request-id"); id != "" && len(id) <= 1024 {
			w.Header().Set("x-ms-client-request-id", id)
		}
		if err := s.outage(s.serve(w, r)); err != nil {
			if _, refused := errors.AsType[*storageError](err); !refused && s.Report != nil {
				s.Report(r, err)
			}
			writeError(w, r, err)
		}
	})
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) error {
	req, err := s.admit(r)
	if err != nil {
		return err
	}
	if req.file == "" {
		return serveFolder(w, req)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if req.query.Get("comp") == "blocklist" {
			return serveBlockList(w, req)
		}
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
	query := r.URL.Query()
	at, err := s.locate(r, query)
	if err != nil {
		return request{}, err
	}
	if !s.signed(at.connector, at.container, query) {
		return request{}, refuse(http.StatusForbidden, "AuthenticationFailed",
			"the URL is not signed for this container, or its time is over: get a new upload session")
	}
	if s.Admitted != nil {
		s.Admitted(r)
	}
	container, err := s.open(r, at.container)
	if err != nil {
		return request{}, err
	}
	if at.file != "" && !allowed(at.file) {
		return request{}, noSuchFile(r, at.file)
	}
	return request{Request: r, query: query, container: container, folder: s.folder(container), file: at.file, above: at.above}, nil
}

// noSuchFile refuses a name that no file of an upload can have. Nothing has it,
// so whoever asks whether something does is answered that.
func noSuchFile(r *http.Request, name string) error {
	name = shortened(name)
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return request{Request: r, file: name}.notFound()
	}
	return refuse(http.StatusBadRequest, "InvalidResourceName",
		fmt.Sprintf("%q cannot be the name of a file here: it may have %d bytes, all of them printable, and no slash or colon", name, maxName))
}

// location is what a request is about. Nothing of it becomes a path.
type location struct{ connector, container, file, above string }

// locate reads a location from the path or, of a listing of all uploads, from
// what it is to be restricted to.
func (s *Service) locate(r *http.Request, query url.Values) (location, error) {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if segments[0] != s.Tenant || len(segments) > 4 {
		return location{}, refuse(http.StatusNotFound, "ResourceNotFound", "an upload is at /{tenant}/{connector}/{container}/{file}")
	}
	switch len(segments) {
	case 4:
		return location{connector: segments[1], container: segments[2], file: segments[3]}, nil
	case 3:
		if query.Get("resource") == "filesystem" && strings.Trim(query.Get("directory"), "/") != "" {
			return location{}, refuse(http.StatusNotFound, "PathNotFound", "an upload has no folders")
		}
		return location{connector: segments[1], container: segments[2]}, nil
	}
	wanted := query.Get("prefix")
	if query.Get("resource") == "filesystem" {
		wanted = query.Get("directory")
	}
	folder := strings.SplitN(strings.Trim(wanted, "/"), "/", 3)
	listing := r.Method == http.MethodGet && (query.Get("comp") == "list" || query.Get("resource") == "filesystem")
	if len(segments) == 1 && listing && len(folder) >= 2 {
		return location{connector: folder[0], container: folder[1], above: folder[0] + "/" + folder[1] + "/"}, nil
	}
	return location{}, refuse(http.StatusForbidden, "AuthorizationPermissionMismatch",
		"the URL is signed for one upload, and this is about all of them")
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

// serveFile answers with a file, or what is known of it, or a range of it.
func serveFile(w http.ResponseWriter, r request) error {
	file, err := os.Open(r.folder.file(r.file))
	if os.IsNotExist(err) {
		return r.notFound()
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if match := r.Header.Get("If-Match"); match != "" && match != "*" && match != etag(info) {
		return r.condition()
	}
	describe(w, info)
	w.Header().Set("Content-Type", "application/octet-stream")
	if part := r.Header.Get("x-ms-range"); part != "" { // clients that cannot set Range
		r.Header.Set("Range", part)
	}
	http.ServeContent(w, r.Request, "", info.ModTime(), file)
	return nil
}
