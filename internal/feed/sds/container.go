package sds

import (
	"io"
	"io/fs"
	"os"
	"slices"

	"rollbook/internal/feed"
)

// container holds the files of a feed: a folder or an archive.
type container interface {
	// check refuses a container that cannot be used as a whole.
	check() error
	// strays returns the names of files that are not read and may have been meant
	// to be. Where everything was sent to be read, that is every other one.
	strays(sent bool) []string
	names() []string
	has(name string) bool
	// open opens a file that the container has. It may be called again.
	open(name string) (io.ReadCloser, error)
	io.Closer
}

// folder is a container on disk. Whatever else lies in it is ignored.
type folder struct {
	root    *os.Root
	entries []fs.DirEntry
}

func openFolder(path string) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		root.Close()
		return nil, err
	}
	return &folder{root: root, entries: entries}, nil
}

func (d *folder) Close() error { return d.root.Close() }

func (d *folder) names() []string {
	var names []string
	for _, e := range d.entries {
		names = append(names, e.Name())
	}
	return names
}

func (d *folder) has(name string) bool { return slices.Contains(d.names(), name) }

func (d *folder) open(name string) (io.ReadCloser, error) { return d.root.Open(name) }

func (d *folder) check() error {
	for _, e := range d.entries {
		info, err := d.root.Stat(e.Name())
		if fileNamed(e.Name()) == nil || (err == nil && info.Mode().IsRegular()) {
			continue
		}
		return refuse(feed.Finding{
			Rule: feed.RuleFileUnreadable, File: e.Name(), Message: e.Name() + " is not an ordinary file that can be read",
			Hint: "It may be a folder, or a link to a place outside this folder. Put the file itself here.",
		})
	}
	return nil
}

func (d *folder) strays(sent bool) []string {
	return slices.DeleteFunc(d.names(), func(name string) bool {
		return fileNamed(name) != nil || !sent && strayHint(name) == ""
	})
}
