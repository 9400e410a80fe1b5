//go:build unix

package sds_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"rollbook/internal/feed/sds"
)

// TestWhatHasNoEndIsNotOpened gives a pipe that nobody writes to, which would be
// waited for, and a device, for a feed.
func TestWhatHasNoEndIsNotOpened(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "feed.zip")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero"} {
		if _, err := sds.Open(path, sds.Options{}); !errors.Is(err, sds.ErrNoFile) {
			t.Errorf("%s: %v, want ErrNoFile", path, err)
		}
	}
}
