package sds

import (
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"rollbook/internal/feed"
)

// container holds the files of a feed: a folder or an archive.
type container interface {
	// check refuses a container that cannot be used as a whole.
	check() error
	// strays returns warnings about files that are not read.
	strays() []feed.Finding
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

// strays warns of files that look as if they were meant to be read.
func (d *folder) strays() []feed.Finding {
	var found []feed.Finding
	for _, name := range d.names() {
		if hint := strayHint(name); hint != "" {
			found = append(found, feed.Finding{
				Severity: feed.Warning, Rule: feed.RuleFileUnexpected, File: name,
				Message: name + " was not read", Hint: hint,
			})
		}
	}
	return found
}

// strayHint says why a file is not read although it looks like one of ours.
func strayHint(name string) string {
	if fileNamed(name) != nil {
		return ""
	}
	for _, file := range files() {
		if strings.EqualFold(file.name, name) {
			return "Capital letters matter in file names. Rename it to " + file.name + "."
		}
	}
	if isV1(name) {
		return "It belongs to the older format SDS V1. Export in format SDS V2.1, or remove it."
	}
	return ""
}
