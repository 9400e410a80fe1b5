package sds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"rollbook/internal/feed"
	"rollbook/internal/vocab"
)

// Options say how a feed is read.
type Options struct {
	// Lists are the values that codes may have. It is required.
	Lists *vocab.Lists
	// Sent says that everything in the feed's folder was sent to be read: whatever
	// is not is a finding, and not only what looks as if it was meant to be.
	Sent bool
}

// Source is a set of SDS V2.1 files.
type Source struct {
	opts  Options
	files container
}

var _ feed.Source = (*Source)(nil)

// ErrNoFile says that a path leads to neither a folder nor a file.
var ErrNoFile = errors.New("it is a pipe, a device or a socket, and neither a folder nor a file with an archive in it")

// Open opens a folder or a zip archive. An archive that is damaged is not an
// error of Open but a finding of Read. Close must be called in the end.
func Open(path string, opts Options) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open feed: %w", err)
	}
	var files container
	switch {
	case info.IsDir():
		files, err = openFolder(path)
	case info.Mode().IsRegular():
		files, err = openArchive(path, opts.Sent)
	default: // to open it may wait for ever, and to read it as well
		err = fmt.Errorf("%s: %w", path, ErrNoFile)
	}
	if err != nil {
		return nil, fmt.Errorf("open feed: %w", err)
	}
	return &Source{opts: opts, files: files}, nil
}

// Close releases the folder or archive.
func (s *Source) Close() error { return s.files.Close() }

// Files returns the names of the format's files that the folder or archive has:
// of an archive that cannot be read, none.
func (s *Source) Files() []string {
	var names []string
	for _, file := range files() {
		if s.files.has(file.name) {
			names = append(names, file.name)
		}
	}
	return names
}

// Read implements feed.Source.
func (s *Source) Read(ctx context.Context, to feed.Receiver) error {
	err := s.read(ctx, to)
	if r, ok := errors.AsType[*refusal](err); ok {
		return to.Find(r.finding)
	}
	return err
}

func (s *Source) read(ctx context.Context, to feed.Receiver) error {
	if err := s.files.check(); err != nil {
		return err
	}
	if err := s.checkPresent(); err != nil {
		return err
	}
	for _, file := range files() {
		if err := s.preview(file); err != nil {
			return err
		}
	}
	if err := s.tellStrays(to); err != nil {
		return err
	}
	for _, file := range files() {
		if err := s.readFile(ctx, file, to); err != nil {
			return err
		}
	}
	return nil
}

// preview reads the beginning of a file, so that a feed with a wrong header in
// its last file is refused at once and not after minutes.
func (s *Source) preview(file *file) error {
	if !s.files.has(file.name) {
		return nil
	}
	t, err := s.table(file)
	if err != nil {
		return err
	}
	defer t.Close()
	if _, err := t.csv.Read(); errors.Is(err, io.EOF) && alwaysHasRows(file.part) {
		return refuse(feed.Empty(file.name))
	}
	return nil
}

// table opens a file and reads its header.
func (s *Source) table(file *file) (*table, error) {
	open := func() (io.ReadCloser, error) { return s.files.open(file.name) }
	return newTable(file, open, s.opts.Lists)
}

func (s *Source) readFile(ctx context.Context, file *file, to feed.Receiver) error {
	if !s.files.has(file.name) {
		return nil
	}
	t, err := s.table(file)
	if err != nil {
		return err
	}
	defer t.Close()
	for _, f := range t.warnings {
		if err := to.Find(f); err != nil {
			return err
		}
	}
	if err := to.Begin(file.part, file.name, t.written()); err != nil {
		return err
	}
	return t.read(ctx, to)
}
