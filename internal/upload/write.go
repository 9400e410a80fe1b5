package upload

import (
	"errors"
	"fmt"
	"math"
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
		err = s.putBlock(r)
	case r.query.Get("comp") == "blocklist":
		err = s.putBlockList(r)
	case r.query.Get("comp") == "" && strings.EqualFold(r.Header.Get("x-ms-blob-type"), "BlockBlob"):
		err = s.putBlob(r)
	default:
		err = refuse(http.StatusBadRequest, "InvalidQueryParameterValue",
			"PUT needs resource=file, comp=block, comp=blocklist, or the header x-ms-blob-type: BlockBlob")
	}
	if err != nil {
		return err
	}
	return r.stored(w, http.StatusCreated)
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
		return s.append(w, r, position)
	case "flush":
		if err := s.flush(r, position); err != nil {
			return err
		}
		return r.stored(w, http.StatusOK)
	}
	return refuse(http.StatusBadRequest, "InvalidQueryParameterValue", "PATCH needs action=append or action=flush")
}

// append takes a piece, and with flush=true commits the file up to its end.
func (s *Service) append(w http.ResponseWriter, r request, position int64) error {
	if err := s.keep(r, chunkAt(position)); err != nil {
		return err
	}
	if strings.EqualFold(r.query.Get("flush"), "true") {
		info, err := os.Stat(filepath.Join(r.folder.drafts(r.file), chunkAt(position)))
		if err != nil {
			return err
		}
		if err := s.flush(r, position+info.Size()); err != nil {
			return err
		}
	}
	return r.stored(w, http.StatusAccepted)
}

// create makes an empty file. What was sent of it before is discarded.
func (s *Service) create(r request) error {
	if err := os.MkdirAll(string(r.folder), 0o700); err != nil {
		return err
	}
	return s.commit(r, func() ([]string, error) { return nil, nil })
}

func (s *Service) flush(r request, position int64) error {
	return s.commit(r, func() ([]string, error) {
		pieces, err := r.folder.appended(r.file, position)
		return append([]string{r.folder.file(r.file)}, pieces...), err
	})
}

func (s *Service) putBlob(r request) error {
	if err := r.condition(); err != nil { // before it all arrives, and again then
		return err
	}
	piece := "blob-" + s.NewID()
	if err := s.keep(r, piece); err != nil {
		return err
	}
	path := filepath.Join(r.folder.drafts(r.file), piece)
	err := s.commit(r, func() ([]string, error) { return []string{path}, nil })
	if err != nil {
		held, usedErr := s.used.of(r.folder)
		if usedErr != nil {
			return errors.Join(err, usedErr)
		}
		return errors.Join(err, held.discardOne(path))
	}
	return nil
}

// commit makes a file of pieces and puts it in its place, if its container
// still is open by then and what the request is conditional on still holds.
func (s *Service) commit(r request, choose func() ([]string, error)) error {
	held, err := s.used.of(r.folder)
	if err != nil {
		return err
	}
	held.assembly.Lock()
	defer held.assembly.Unlock()
	if err := errors.Join(r.condition(), r.folder.admits(r.file)); err != nil {
		return err
	}
	pieces, err := choose()
	if err != nil {
		return err
	}
	whole, err := r.folder.assemble(pieces, s.maxFile())
	if err != nil {
		return err
	}
	if err := s.place(r, held, whole); err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(whole)))
	}
	return held.discard(r.folder, r.file, pieces)
}

// place puts a file that was put together where it belongs.
func (s *Service) place(r request, held *usage, whole string) error {
	s.commits.Lock()
	defer s.commits.Unlock()
	if _, err := s.open(r.Request, r.container.ID); err != nil {
		return err
	}
	if err := errors.Join(r.condition(), r.folder.admits(r.file)); err != nil {
		return err
	}
	if err := os.MkdirAll(r.folder.files(), 0o700); err != nil {
		return err
	}
	info, err := os.Stat(whole)
	if err != nil {
		return err
	}
	before := r.folder.length(r.file)
	if err := os.Rename(whole, r.folder.file(r.file)); err != nil {
		return err
	}
	held.add(info.Size()-before, 0, math.MaxInt64)
	return nil
}

// admits refuses an archive beside files of a feed or another one: it would be
// open which of two files of a name counts. And it bounds the files that no feed has.
func (f folder) admits(name string) error {
	names, err := f.names()
	if err != nil {
		return err
	}
	others := 0
	for _, other := range names {
		switch {
		case other == name:
			return nil
		case isArchive(name) && (isArchive(other) || isFeedFile(other)), isFeedFile(name) && isArchive(other):
			return refuse(http.StatusConflict, "PathConflict",
				fmt.Sprintf("the upload already holds %s: it is either one archive or files", other))
		case !isArchive(other) && !isFeedFile(other):
			others++
		}
	}
	if others >= maxOthers && !isArchive(name) && !isFeedFile(name) {
		return refuse(http.StatusConflict, "PathConflict",
			fmt.Sprintf("the upload already holds %d files that are not of a feed", others))
	}
	return nil
}

func (s *Service) delete(w http.ResponseWriter, r request) error {
	held, err := s.used.of(r.folder)
	if err != nil {
		return err
	}
	s.commits.Lock()
	defer s.commits.Unlock()
	if _, err := s.open(r.Request, r.container.ID); err != nil {
		return err
	}
	if err := r.condition(); err != nil {
		return err
	}
	size := r.folder.length(r.file)
	if err := os.Remove(r.folder.file(r.file)); err != nil {
		return r.notFound()
	}
	held.add(-size, 0, 0)
	if r.lake() {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
