package installation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rollbook/internal/private"
	"rollbook/internal/secret"
	"rollbook/internal/store"
	"rollbook/internal/store/schema"
)

// found is what there is of an installation before anything of it is opened.
type found struct {
	folder   folder
	memory   memory
	database database
	known    schema.Known
	keys     bool // the folder has a key, of whatever installation
}

// look looks at a data folder and its database, and writes nothing.
func look(ctx context.Context, cfg Config) (found, error) {
	absolute, err := filepath.Abs(cfg.Data)
	if err != nil {
		return found{}, fmt.Errorf("the data folder: %w", err)
	}
	f := found{folder: folder(absolute)}
	if info, err := os.Stat(absolute); err == nil && !info.IsDir() {
		return found{}, f.noFolder()
	}
	if f.memory, err = f.folder.remembered(); err != nil {
		return found{}, err
	}
	if f.keys, err = f.folder.hasKeys(); err != nil {
		return found{}, err
	}
	f.database = database{url: cfg.Database, file: f.folder.database()}
	if cfg.Database == "" {
		f.database.url = f.memory.Database
	}
	f.known, err = f.database.look(ctx)
	return f, err
}

func (f folder) hasKeys() (bool, error) {
	entries, err := os.ReadDir(f.keys())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("look for keys: %w", err)
	}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".pem" || entry.Name() == filepath.Base(secret.KeyFile("")) {
			return true, nil
		}
	}
	return false, nil
}

func (f found) data() string   { return string(f.folder) }
func (f found) tenant() string { return f.known.Settings[store.SettingTenant] }
func (f found) made() bool     { return f.tenant() != "" }

// installed says what there is instead of an installation. Of one that is there
// keys may be missing.
//
// The tables are made first, then the keys, then the tenant is stored, and last
// the folder remembers it: so keys without tables have lost their database, and
// tables without a tenant are of an installation that was not made to its end.
func (f found) installed() error {
	begun := f.keys || f.memory.Installation != ""
	switch {
	case f.made() && f.memory.Installation != "" && f.memory.Installation != f.tenant():
		return f.another()
	case f.made():
		return nil
	case f.memory.Installation != "" || f.keys && !f.known.Tables:
		return f.lost()
	case begun || f.known.Tables:
		return f.unfinished()
	}
	return f.none()
}

// usable reports whether an installation can be made in the folder: it is new or
// empty, its own account's alone already, or holds what was begun.
func (f found) usable() error {
	entries, err := os.ReadDir(f.data())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the data folder: %w", err)
	}
	open, err := private.OpenToOthers(f.data())
	if err == nil && open && len(entries) > 0 && !f.keys && !f.known.Tables {
		err = &WrongError{fmt.Sprintf("others may enter %s, and it holds something else already (%s): name a folder that is new or empty with --data, "+
			"or run chmod 700 on it", f.data(), entries[0].Name())}
	}
	return err
}

// close takes from others what they may do in the folders of the installation.
func (f found) close(cfg Config) error {
	for _, dir := range []string{f.data(), f.folder.keys(), f.folder.tls()} {
		open, err := private.OpenToOthers(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && open {
			cfg.Log.Warn("others could enter a folder of the installation; they no longer can", "folder", dir)
			err = private.Close(dir)
		}
		if err != nil {
			return fmt.Errorf("close the data folder to others: %w", err)
		}
	}
	return nil
}
