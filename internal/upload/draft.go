package upload

import (
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The pieces in which a file is sent are kept under what names them: the
// position that they are appended at, or the identifier of a block.
const (
	appendedPrefix = "at-"
	blockPrefix    = "block-"
)

func chunkAt(position int64) string { return fmt.Sprintf(appendedPrefix+"%019d", position) }

// keep writes a piece of a file beside it, whole or not at all.
func (s *Service) keep(r request, chunk string) error {
	held, err := s.used.of(r.folder)
	if err != nil {
		return err
	}
	if !held.add(0, 1, 0) {
		return errTooManyPieces()
	}
	draft, err := held.draft(r.folder, r.file)
	if err != nil {
		held.add(0, -1, 0)
		return err
	}
	m := &meter{to: draft, held: held, file: s.maxFile(), limit: s.maxContainer()}
	err = errors.Join(receive(m, r.Request), draft.Close())
	if err == nil {
		err = replace(held, draft.Name(), filepath.Join(r.folder.drafts(r.file), chunk))
	}
	if err != nil {
		held.add(-m.written, -1, 0)
		return errors.Join(err, ignoreMissing(os.Remove(draft.Name())))
	}
	return nil
}

// receive copies a body, which must have the digest that is sent with it.
func receive(to io.Writer, r *http.Request) error {
	want, sum := r.Header.Get("Content-MD5"), md5.New()
	if want != "" {
		to = io.MultiWriter(to, sum)
	}
	if _, err := io.Copy(to, r.Body); err != nil {
		return brokenOff(err)
	}
	if want == "" {
		return nil
	}
	if got := base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != want {
		return refuse(http.StatusBadRequest, "Md5Mismatch", "what arrived has the MD5 "+got+", and not the one that was announced: send it again")
	}
	return nil
}

// brokenOff tells a body that did not arrive from a disk that did not take it.
func brokenOff(err error) error {
	_, refused := errors.AsType[*storageError](err)
	_, disk := errors.AsType[*fs.PathError](err)
	if refused || disk {
		return err
	}
	return refuse(http.StatusBadRequest, "IncompleteBody", "the body did not arrive whole: send it again")
}

// replace gives a piece its name, and uncounts the piece that had it.
func replace(held *usage, from, to string) error {
	before, err := os.Stat(to)
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if err == nil {
		held.add(-before.Size(), -1, 0)
	}
	return nil
}

// maxDrafts is of how many files an upload holds pieces: of each that a feed
// has, and of archives of a few names.
const maxDrafts = 20

// draft makes a file that takes a piece. The folder for it does not go meanwhile.
func (u *usage) draft(f folder, name string) (*os.File, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := os.MkdirAll(f.drafts(name), 0o700); err != nil {
		return nil, err
	}
	begun, err := os.ReadDir(filepath.Dir(f.drafts(name)))
	if err == nil && len(begun) > maxDrafts {
		err = refuse(http.StatusConflict, "PathConflict", "pieces of too many files were sent and not committed")
	}
	if err != nil {
		return nil, errors.Join(err, ignoreMissing(os.Remove(f.drafts(name))))
	}
	return os.CreateTemp(f.drafts(name), "receiving-")
}

// discard removes the pieces of a file that wait to be committed, and those
// that are given. What is just arriving stays.
func (u *usage) discard(f folder, name string, pieces []string) error {
	entries, err := os.ReadDir(f.drafts(name))
	if err != nil {
		return ignoreMissing(err)
	}
	for _, entry := range entries {
		path := filepath.Join(f.drafts(name), entry.Name())
		waits := strings.HasPrefix(entry.Name(), appendedPrefix) || strings.HasPrefix(entry.Name(), blockPrefix)
		if !waits && !slices.Contains(pieces, path) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		if err := os.Remove(path); err != nil {
			return err
		}
		u.add(-info.Size(), -1, 0)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	_ = os.Remove(f.drafts(name)) // stays where something is arriving
	return nil
}

// discardOne removes a piece that is not committed after all.
func (u *usage) discardOne(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return ignoreMissing(err)
	}
	u.add(-info.Size(), -1, 0)
	return os.Remove(path)
}

// appended returns the paths of a file's pieces from where the committed part
// of it ends up to a position, or an error where they leave a gap.
func (f folder) appended(name string, position int64) ([]string, error) {
	at := f.length(name)
	var paths []string
	for at < position {
		path := filepath.Join(f.drafts(name), chunkAt(at))
		info, err := os.Stat(path)
		if err != nil || info.Size() == 0 {
			break
		}
		paths, at = append(paths, path), at+info.Size()
	}
	if at != position {
		return nil, refuse(400, "InvalidFlushPosition",
			"the pieces that were appended reach to "+strconv.FormatInt(at, 10)+" without a gap, and not to "+strconv.FormatInt(position, 10))
	}
	return paths, nil
}

// length returns how many bytes of a file are committed.
func (f folder) length(name string) int64 {
	info, err := os.Stat(f.file(name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// assemble joins pieces to one file of at most limit bytes, which is on disk
// when it returns.
func (f folder) assemble(pieces []string, limit int64) (path string, err error) {
	if err := fits(pieces, limit); err != nil {
		return "", err
	}
	whole, err := os.CreateTemp(string(f), "whole-")
	if err != nil {
		return "", err
	}
	for _, piece := range pieces {
		if err = copyFrom(whole, piece); err != nil {
			break
		}
	}
	err = errors.Join(err, whole.Sync(), whole.Close())
	if err != nil {
		err = errors.Join(err, os.Remove(whole.Name()))
	}
	return whole.Name(), err
}

// fits refuses pieces that are too much together: a list may name a block often.
func fits(pieces []string, limit int64) error {
	var total int64
	for _, piece := range pieces {
		info, err := os.Stat(piece)
		if err != nil {
			return err
		}
		if total += info.Size(); total > limit {
			return errTooLarge(limit)
		}
	}
	return nil
}

func copyFrom(to io.Writer, path string) error {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = io.Copy(to, from)
	return err
}
