//go:build unix

package private_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/private"
)

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func write(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	fresh := filepath.Join(t.TempDir(), "a", "b")
	wide := t.TempDir()
	if err := os.Chmod(wide, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fresh, filepath.Dir(fresh), wide} {
		if err := private.Folder(path); err != nil {
			t.Fatal(err)
		}
		if got := modeOf(t, path); got != 0o700 {
			t.Errorf("%s has mode %04o, want 0700", path, got)
		}
	}
	file := filepath.Join(wide, "file")
	write(t, file, 0o600)
	if err := private.Folder(file); err == nil {
		t.Error("a file is taken for a folder")
	}
}

func TestMake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fresh, wide := filepath.Join(dir, "fresh"), filepath.Join(dir, "wide")
	write(t, wide, 0o664)
	for _, path := range []string{fresh, wide} {
		if err := private.Make(path); err != nil {
			t.Fatal(err)
		}
		if got := modeOf(t, path); got != 0o600 {
			t.Errorf("%s has mode %04o, want 0600", path, got)
		}
	}
	if text, err := os.ReadFile(wide); err != nil || string(text) != "secret" {
		t.Errorf("what was in the file is now %q, %v", text, err)
	}
}

func TestReadRefusesWhatOthersMayRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	for mode, want := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o604: false, 0o660: false, 0o644: false, 0o620: false} {
		write(t, path, mode)
		text, err := private.Read(path)
		if want && (err != nil || string(text) != "secret") {
			t.Errorf("%04o: got %q, %v", mode, text, err)
		}
		if !want && (err == nil || !strings.Contains(err.Error(), "run chmod 600 "+path)) {
			t.Errorf("%04o: got %q, %v, want what to do", mode, text, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadableByWhom(t *testing.T) {
	t.Parallel()
	const root, account = 0, 1000
	for _, c := range []struct {
		mode    fs.FileMode
		owner   int
		account int
		want    bool
	}{
		{0o600, account, account, false},
		{0o640, account, account, true},
		{0o640, root, account, false}, // handed out by whoever runs the machine
		{0o660, root, account, true},
		{0o644, root, account, true},
		{0o640, root, root, true},
	} {
		if got := private.Readable(c.mode, c.owner, c.account); got != c.want {
			t.Errorf("mode %04o of %d, for %d: got %v", c.mode, c.owner, c.account, got)
		}
	}
}

func TestOnceAndReplace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	var all sync.WaitGroup
	for _, text := range []string{"one", "two", "three"} {
		all.Go(func() {
			if err := private.Once(path, []byte(text)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	first, err := private.Read(path)
	if err != nil || len(first) == 0 {
		t.Fatalf("got %q, %v", first, err)
	}
	if err := private.Once(path, []byte("late")); err != nil {
		t.Fatal(err)
	}
	if got, _ := private.Read(path); string(got) != string(first) {
		t.Errorf("%q was written over with %q", first, got)
	}
	if err := private.Replace(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	got, err := private.Read(path)
	if diff := cmp.Diff("new", string(got)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside the file there is %v", left)
	}
}
