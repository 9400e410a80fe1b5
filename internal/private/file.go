package private

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Read returns what is in a file with a secret. It refuses a file that others may
// read: of others than its owner only the group may, and only where root owns it
// and this account is not root, as PostgreSQL has it for its keys.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if refused(info) {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 %s, and replace what is in it if others may have read it",
			path, info.Mode().Perm(), path)
	}
	return os.ReadFile(path)
}

// Once writes a file that is not there yet. It appears whole, also where the
// program dies on the way, and of several processes that do this at once one
// wins: none of them gets an error.
func Once(path string, text []byte) error { return written(path, text, os.Link) }

// Replace writes a file in the place of the one that is there. Whoever reads it
// sees the one or the other whole.
func Replace(path string, text []byte) error { return written(path, text, os.Rename) }

// written writes a file beside its place and then puts it there.
func written(path string, text []byte, put func(from, to string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }() // a rename has left nothing to remove
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := put(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Make makes an empty file where there is none, and takes from others what they
// may do with one that is there, which need not be writable.
func Make(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return Close(path)
	}
	if err != nil {
		return err
	}
	return file.Close()
}
