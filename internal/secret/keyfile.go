package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rollbook/internal/private"
)

const keySize = 32 // bytes

// KeyFile returns where the key of a data folder is.
func KeyFile(dir string) string { return filepath.Join(dir, "keys", "secrets.key") }

func readKey(path string) ([]byte, error) {
	key, err := private.Read(path)
	if err != nil {
		return nil, err
	}
	if len(key) != keySize {
		return nil, fmt.Errorf("%s has %d bytes, and a key has %d: put back the file that was there", path, len(key), keySize)
	}
	return key, nil
}

// Make makes the key of a data folder, of what random yields, where there is none
// yet. Of several processes that do this at once one wins, whose key all use.
func Make(dir string, random io.Reader) error {
	path := KeyFile(dir)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key := make([]byte, keySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return fmt.Errorf("make the key for secrets: %w", err)
	}
	if err := private.Folder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("make the key for secrets: %w", err)
	}
	if err := private.Once(path, key); err != nil {
		return fmt.Errorf("make the key for secrets: %w", err)
	}
	return nil
}
