package upload

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// fileNames are the files that a feed may hold (SDS: V2.1 CSV file format).
func fileNames() []string {
	return []string{
		"academicSessions.csv", "classes.csv", "courses.csv", "demographics.csv", "enrollments.csv",
		"orgs.csv", "relationships.csv", "roles.csv", "userFlags.csv", "users.csv",
	}
}

var archiveName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}\.(zip|ZIP)$`)

func isArchive(name string) bool { return archiveName.MatchString(name) }

func isFeedFile(name string) bool { return slices.Contains(fileNames(), name) }

// maxName bounds the name of a file that an upload may hold, in bytes, and
// maxOthers how many it holds that no feed has.
const (
	maxName   = 200
	maxOthers = 100
)

// allowed reports whether an upload may hold a file of the name. No such name
// leads out of its folder. One that no feed has is taken as well: the check
// tells of it, where whoever uploads a folder of files would not look.
func allowed(name string) bool {
	return len(name) <= maxName && name != "." && filepath.IsLocal(name) && utf8.ValidString(name) &&
		!strings.ContainsAny(name, `/\:`) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// folder is a container on disk: the files that were committed, and beside them
// a folder for each file of what was sent and not yet committed.
type folder string

// folder returns where a container is kept. The container comes from the store,
// so that nothing of a URL becomes a path.
func (s *Service) folder(c Container) folder {
	return folder(filepath.Join(s.Dir, c.Connector, c.ID))
}

func (f folder) files() string             { return filepath.Join(string(f), "files") }
func (f folder) file(name string) string   { return filepath.Join(f.files(), name) }
func (f folder) drafts(name string) string { return filepath.Join(string(f), "drafts", name) }

// feed returns the archive, where the upload has one, and the folder otherwise.
func (f folder) feed() (string, error) {
	if err := os.MkdirAll(f.files(), 0o700); err != nil {
		return "", err
	}
	names, err := f.names()
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(names, isArchive); i >= 0 {
		return f.file(names[i]), nil
	}
	return f.files(), nil
}

// names returns the names of the committed files, sorted.
func (f folder) names() ([]string, error) {
	entries, err := os.ReadDir(f.files())
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, nil
}

// size returns how many bytes are kept for the container, and in how many
// pieces what was not committed is.
func (f folder) size() (bytes int64, pieces int, err error) {
	drafts := filepath.Dir(f.drafts("x")) + string(filepath.Separator)
	err = filepath.WalkDir(string(f), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return ignoreMissing(err)
		}
		info, err := entry.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		bytes += info.Size()
		if strings.HasPrefix(path, drafts) {
			pieces++
		}
		return nil
	})
	return bytes, pieces, err
}

// ignoreMissing passes over what was removed or renamed while a walk was on.
func ignoreMissing(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// sweep lets go of what expired or lost its connector, and removes the folders of
// containers that are gone. Folders are listed first: one that appears later belongs to a container
// that may not be in the store's answer.
func (s *Service) sweep(ctx context.Context) error {
	folders, err := filepath.Glob(filepath.Join(s.Dir, "*", "*"))
	if err != nil {
		return err
	}
	if err := s.abandon(ctx, folders); err != nil {
		return err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	live, err := s.Store.Expire(ctx, now, now.Add(-operationsLast))
	if err != nil {
		return err
	}
	for _, path := range folders {
		if slices.Contains(live, filepath.Base(path)) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove an upload: %w", err)
		}
		s.used.forget(folder(path))
		// The connector's folder goes when it is empty, and stays otherwise.
		_ = os.Remove(strings.TrimSuffix(filepath.Dir(path), "/"))
	}
	return nil
}

// abandon lets go of the uploads, which have these folders, of connectors that
// were deleted. A connector is older than its folders, so one that is not there
// will not come.
func (s *Service) abandon(ctx context.Context, folders []string) error {
	asked := map[string]bool{}
	for _, path := range folders {
		connector := filepath.Base(filepath.Dir(path))
		if asked[connector] {
			continue
		}
		asked[connector] = true
		exists, err := s.Exists(ctx, connector)
		if err == nil && !exists {
			err = s.Store.Discard(ctx, connector)
		}
		if err != nil {
			return fmt.Errorf("uploads of connector %s: %w", connector, err)
		}
	}
	return nil
}
