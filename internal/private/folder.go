package private

import (
	"fmt"
	"os"
)

// others are the modes that let somebody else than the owner do anything.
const others = 0o077

// Folder makes a folder, and those above it that are missing, for this account
// alone. It takes from others what they may do in one that is there.
func Folder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return Close(path)
}

// Close takes from others what they may do with a file or in a folder.
func Close(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	if !open(mode) {
		return nil
	}
	if err := os.Chmod(path, mode&^others); err != nil {
		return fmt.Errorf("others may read %s (mode %04o), and this account cannot change that: run chmod %04o %s as its owner: %w",
			path, mode, mode&^others, path, err)
	}
	return nil
}

// OpenToOthers reports whether others may do anything with what is at path.
func OpenToOthers(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	return open(info.Mode().Perm()), nil
}
