package upload

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// put creates a file (Path - Create), or takes one whole (Put Blob) or in
// blocks (Put Block, Put Block List).
func (s *Service) put(w http.ResponseWriter, r request) error {
	var err error
	switch {
	case r.query.Get("resource") == "file":
		err = s.create(r)
	case r.query.Get("comp") == "block":
		err = s.keep(r.folder, r.file, chunkNamed(r.query.Get("blockid")), r.Body)
	case r.query.Get("comp") == "blocklist":
		err = s.putBlockList(r)
	case strings.EqualFold(r.Header.Get("x-ms-blob-type"), "BlockBlob"):
		err = s.putBlob(r)
	default:
		err = refuse(http.StatusBadRequest, "InvalidQueryParameterValue",
			"PUT needs resource=file, comp=block, comp=blocklist, or the header x-ms-blob-type: BlockBlob")
	}
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusCreated)
}

// patch takes a piece of a file (Path - Update, append) or commits what was
// appended (flush).
func (s *Service) patch(w http.ResponseWriter, r request) error {
	position, err := strconv.ParseInt(r.query.Get("position"), 10, 64)
	if err != nil || position < 0 {
		return refuse(http.StatusBadRequest, "InvalidQueryParameterValue", "PATCH needs position=N, in bytes")
	}
	if _, err := os.Stat(r.folder.file(r.file)); err != nil {
		return refuse(http.StatusNotFound, "PathNotFound", r.file+" must be created first, with PUT and resource=file")
	}
	switch r.query.Get("action") {
	case "append":
		if err := s.keep(r.folder, r.file, chunkAt(position), r.Body); err != nil {
			return err
		}
		return answer(w, r, http.StatusAccepted)
	case "flush":
		if err := s.flush(r, position); err != nil {
			return err
		}
		return answer(w, r, http.StatusOK)
	}
	return refuse(http.StatusBadRequest, "InvalidQueryParameterValue", "PATCH needs action=append or action=flush")
}

// answer says what is stored by now.
func answer(w http.ResponseWriter, r request, status int) error {
	if info, err := os.Stat(r.folder.file(r.file)); err == nil {
		w.Header().Set("ETag", etag(info.ModTime(), info.Size()))
		w.Header().Set("Last-Modified", info.ModTime().UTC().Format(http.TimeFormat))
	}
	w.Header().Set("x-ms-request-server-encrypted", "false")
	w.WriteHeader(status)
	return nil
}

// create makes an empty file. What was sent of it before is discarded.
func (s *Service) create(r request) error {
	if r.Header.Get("If-None-Match") == "*" {
		if _, err := os.Stat(r.folder.file(r.file)); err == nil {
			return refuse(http.StatusConflict, "PathAlreadyExists", r.file+" is there already")
		}
	}
	if err := os.RemoveAll(r.folder.drafts(r.file)); err != nil {
		return err
	}
	return s.commit(r, nil)
}

func (s *Service) flush(r request, position int64) error {
	pieces, err := r.folder.appended(r.file, position)
	if err != nil {
		return err
	}
	return s.commit(r, append([]string{r.folder.file(r.file)}, pieces...))
}

func (s *Service) putBlob(r request) error {
	const piece = "blob"
	if err := s.keep(r.folder, r.file, piece, r.Body); err != nil {
		return err
	}
	return s.commit(r, []string{filepath.Join(r.folder.drafts(r.file), piece)})
}

// maxBlockList bounds the body that lists blocks, in bytes.
const maxBlockList = 8 << 20

func (s *Service) putBlockList(r request) error {
	var list struct {
		Blocks []struct {
			ID string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := xml.NewDecoder(io.LimitReader(r.Body, maxBlockList)).Decode(&list); err != nil {
		return refuse(http.StatusBadRequest, "InvalidXmlDocument", fmt.Sprintf("the list of blocks cannot be read: %v", err))
	}
	var pieces []string
	for _, block := range list.Blocks {
		path := filepath.Join(r.folder.drafts(r.file), chunkNamed(strings.TrimSpace(block.ID)))
		if _, err := os.Stat(path); err != nil {
			return refuse(http.StatusBadRequest, "InvalidBlockList", fmt.Sprintf("the block %q was not sent", block.ID))
		}
		pieces = append(pieces, path)
	}
	return s.commit(r, pieces)
}

// commit makes a file of pieces and puts it in its place, if its container
// still is open by then.
func (s *Service) commit(r request, pieces []string) error {
	whole, err := r.folder.assemble(r.file, pieces)
	if err != nil {
		return err
	}
	s.commits.Lock()
	defer s.commits.Unlock()
	if _, err := s.open(r.Request, r.container.ID); err != nil {
		return err
	}
	if err := r.folder.admits(r.file); err != nil {
		return err
	}
	if err := os.MkdirAll(r.folder.files(), 0o700); err != nil {
		return err
	}
	if err := os.Rename(whole, r.folder.file(r.file)); err != nil {
		return err
	}
	return os.RemoveAll(r.folder.drafts(r.file))
}

// admits refuses an archive beside other files: it would be open which of two
// files of a name counts.
func (f folder) admits(name string) error {
	names, err := f.names()
	if err != nil {
		return err
	}
	for _, other := range names {
		if other != name && (isArchive(other) || isArchive(name)) {
			return refuse(http.StatusConflict, "PathConflict",
				fmt.Sprintf("the upload already holds %s: it is either one archive or files", other))
		}
	}
	return nil
}

func (s *Service) delete(w http.ResponseWriter, r request) error {
	s.commits.Lock()
	defer s.commits.Unlock()
	if _, err := s.open(r.Request, r.container.ID); err != nil {
		return err
	}
	if err := os.Remove(r.folder.file(r.file)); err != nil {
		return refuse(http.StatusNotFound, "PathNotFound", r.file+" was not uploaded")
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
