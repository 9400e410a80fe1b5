// Package atrest tells whether files are still being written, so that a feed is not
// read while it is copied: half of it says that the other half has left.
package atrest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Most is how long files are waited for.
const Most = 5 * time.Minute

// ErrRestless says that files went on changing for as long as they were waited for.
var ErrRestless = errors.New("the files were still changing")

// Snapshot is how the files of a feed are at a moment.
type Snapshot []File

// File is a file of a feed. A folder's files are named without it.
type File struct {
	Name     string
	Size     int64
	Modified time.Time
}

// Look looks at a file, or at the files of a folder.
func Look(path string) (Snapshot, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at the feed: %w", err)
	}
	if !info.IsDir() {
		return Snapshot{{"", info.Size(), info.ModTime()}}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("look at the feed: %w", err)
	}
	var s Snapshot
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look at the feed: %w", err)
		}
		s = append(s, File{e.Name(), info.Size(), info.ModTime()})
	}
	return s, nil
}

// Same reports whether nothing changed between two moments.
func (s Snapshot) Same(other Snapshot) bool {
	return slices.EqualFunc(s, other, func(a, b File) bool { return a.Name == b.Name && a.Size == b.Size && a.Modified.Equal(b.Modified) })
}

// still reports whether all files were changed so long before a time.
func (s Snapshot) still(at time.Time, long time.Duration) bool {
	return !slices.ContainsFunc(s, func(f File) bool { return at.Sub(f.Modified) < long })
}

// Wait waits until the files under a path have been still for so long, and returns how
// they are. Files that say that they were not changed lately are still; others, as well
// as those whose clock is ahead, are when they have not changed meanwhile. waits is
// called once before it waits. Clock is what the files' times are compared with.
func Wait(ctx context.Context, path string, long time.Duration, clock Clock, waits func()) (Snapshot, error) {
	now, err := Look(path)
	if err != nil || now.still(clock.Now(), long) {
		return now, err
	}
	waits()
	for waited := time.Duration(0); waited < Most; waited += long {
		if err := clock.Sleep(ctx, long); err != nil {
			return nil, err
		}
		before := now
		if now, err = Look(path); err != nil || now.Same(before) {
			return now, err
		}
	}
	return nil, ErrRestless
}

// Clock tells the time, and lets it pass.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}
