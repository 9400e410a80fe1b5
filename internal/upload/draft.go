package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// chunkAt and chunkNamed name the pieces in which a file is sent: by the
// position they are appended at, or by the identifier of a block.
func chunkAt(position int64) string { return fmt.Sprintf("at-%019d", position) }

func chunkNamed(blockID string) string {
	sum := sha256.Sum256([]byte(blockID))
	return "block-" + hex.EncodeToString(sum[:])
}

// keep writes a piece of a file beside it, whole or not at all.
func (s *Service) keep(f folder, name, chunk string, body io.Reader) error {
	limit, err := s.room(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.drafts(name), 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(f.drafts(name), "receiving-")
	if err != nil {
		return err
	}
	n, err := io.Copy(draft, io.LimitReader(body, limit+1))
	if err == nil && n > limit {
		err = errTooLarge(limit)
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), filepath.Join(f.drafts(name), chunk))
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(draft.Name())))
	}
	return nil
}

// room returns how many bytes a container still takes for a file.
func (s *Service) room(f folder) (int64, error) {
	used, err := f.size()
	return max(0, min(s.maxFile(), s.maxContainer()-used)), err
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

// assemble joins pieces to one file, which is on disk when it returns.
func (f folder) assemble(name string, pieces []string) (path string, err error) {
	if err := os.MkdirAll(f.drafts(name), 0o700); err != nil {
		return "", err
	}
	whole, err := os.CreateTemp(f.drafts(name), "whole-")
	if err != nil {
		return "", err
	}
	for _, piece := range pieces {
		if err = copyFrom(whole, piece); err != nil {
			break
		}
	}
	return whole.Name(), errors.Join(err, whole.Sync(), whole.Close())
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
