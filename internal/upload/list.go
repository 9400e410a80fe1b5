package upload

import (
	"encoding/xml"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// maxListed is how many files a page of a listing has (Azure: List Blobs).
const maxListed = 5000

// listing is a page of a folder's files.
type listing struct {
	files []fs.FileInfo
	next  string // where the next page begins; "" for none
}

// serveFolder answers clients that ask what the folder holds or whether it is
// there, and those that make it: it has been there since the session began. It
// answers as a folder in a file system and as a whole container, since clients
// take the session's address for either.
func serveFolder(w http.ResponseWriter, r request) error {
	switch r.Method {
	case http.MethodHead, http.MethodGet:
		switch {
		case r.query.Get("comp") == "list":
			return r.listBlobs(w)
		case r.query.Get("resource") == "filesystem" && r.Method == http.MethodGet:
			return r.listPaths(w)
		}
		return r.describeFolder(w)
	case http.MethodPut:
		return r.makeFolder(w)
	case http.MethodDelete:
		return refuse(http.StatusForbidden, "AuthorizationPermissionMismatch", "the folder of a session is not removed: it goes when its time is over")
	}
	return refuse(http.StatusMethodNotAllowed, "UnsupportedHttpVerb", r.Method+" is not known here")
}

func (r request) describeFolder(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Last-Modified", httpTime(r.container.SessionExpires.Add(-sessionLife)))
	h.Set("ETag", `"`+r.container.ID+`"`)
	h.Set("x-ms-lease-state", "available")
	h.Set("x-ms-lease-status", "unlocked")
	if r.query.Get("restype") != "container" {
		h.Set("x-ms-resource-type", "directory")
		h.Set("x-ms-meta-hdi_isfolder", "true")
	}
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return nil
}

func (r request) makeFolder(w http.ResponseWriter) error {
	const there = "the folder of a session is there already"
	switch {
	case r.query.Get("restype") == "container":
		return refuse(http.StatusConflict, "ContainerAlreadyExists", there)
	case r.query.Get("resource") == "filesystem":
		return refuse(http.StatusConflict, "FilesystemAlreadyExists", there)
	case r.Header.Get("If-None-Match") == "*":
		return refuse(http.StatusConflict, "PathAlreadyExists", there)
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

// list returns a page of the files whose names begin with a prefix.
func (r request) list(prefix, marker, size string) (listing, error) {
	most := maxListed
	if size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return listing{}, refuse(http.StatusBadRequest, "OutOfRangeQueryParameterValue", "the size of a page must be at least 1")
		}
		most = min(n, maxListed)
	}
	names, err := r.folder.names()
	if err != nil {
		return listing{}, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name < marker || !strings.HasPrefix(name, prefix) })
	var page listing
	if len(names) > most {
		names, page.next = names[:most], names[most]
	}
	for _, name := range names {
		info, err := os.Stat(r.folder.file(name))
		if err == nil {
			page.files = append(page.files, info)
		} else if !os.IsNotExist(err) {
			return listing{}, err
		}
	}
	return page, nil
}

type blobs struct {
	XMLName       xml.Name `xml:"EnumerationResults"`
	ContainerName string   `xml:",attr"`
	Prefix        string   `xml:",omitempty"`
	Marker        string   `xml:",omitempty"`
	MaxResults    string   `xml:",omitempty"`
	Blobs         struct{ Blob []blob }
	NextMarker    string
}

type blob struct {
	Name       string
	Properties struct {
		CreationTime  string `xml:"Creation-Time"`
		LastModified  string `xml:"Last-Modified"`
		Etag          string
		ContentLength int64  `xml:"Content-Length"`
		ContentType   string `xml:"Content-Type"`
		BlobType      string
		LeaseStatus   string
		LeaseState    string
	}
}

// listBlobs answers List Blobs.
func (r request) listBlobs(w http.ResponseWriter) error {
	prefix, marker, size := r.query.Get("prefix"), r.query.Get("marker"), r.query.Get("maxresults")
	names := strings.TrimPrefix(strings.TrimPrefix(prefix, strings.TrimSuffix(r.above, "/")), "/")
	page, err := r.list(names, marker, size)
	if err != nil {
		return err
	}
	answer := blobs{
		ContainerName: strings.Trim(r.URL.Path, "/"), Prefix: prefix, Marker: marker, MaxResults: size, NextMarker: page.next,
	}
	for _, info := range page.files {
		b := blob{Name: r.above + info.Name()}
		b.Properties.CreationTime, b.Properties.LastModified = httpTime(info.ModTime()), httpTime(info.ModTime())
		b.Properties.Etag, b.Properties.ContentLength = strings.Trim(etag(info), `"`), info.Size()
		b.Properties.ContentType, b.Properties.BlobType = "application/octet-stream", "BlockBlob"
		b.Properties.LeaseStatus, b.Properties.LeaseState = "unlocked", "available"
		answer.Blobs.Blob = append(answer.Blobs.Blob, b)
	}
	return writeXML(w, answer)
}

// path is a file in the answer to Path - List, where numbers are texts.
type path struct {
	Name          string `json:"name"`
	ContentLength string `json:"contentLength"`
	LastModified  string `json:"lastModified"`
	ETag          string `json:"etag"`
}

// listPaths answers Path - List.
func (r request) listPaths(w http.ResponseWriter) error {
	page, err := r.list("", r.query.Get("continuation"), r.query.Get("maxResults"))
	if err != nil {
		return err
	}
	paths := make([]path, len(page.files))
	for i, info := range page.files {
		paths[i] = path{
			Name: r.above + info.Name(), ContentLength: strconv.FormatInt(info.Size(), 10),
			LastModified: httpTime(info.ModTime()), ETag: strings.Trim(etag(info), `"`),
		}
	}
	body, err := json.Marshal(map[string][]path{"paths": paths})
	if err != nil {
		return err
	}
	if page.next != "" {
		w.Header().Set("x-ms-continuation", page.next)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // there is nobody to tell
	return nil
}
