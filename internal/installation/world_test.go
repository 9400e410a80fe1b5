package installation_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/installation"
	"rollbook/internal/store/dbtest"
)

// configOf returns where an installation is, or is to be.
func configOf(data, database string) installation.Config {
	return installation.Config{
		Data: data, Database: database,
		Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: uuid.NewString,
	}
}

// fresh returns a place for an installation, with a database in PostgreSQL or ""
// for the file.
func fresh(t *testing.T, database string) installation.Config {
	t.Helper()
	return configOf(filepath.Join(t.TempDir(), "data"), database)
}

func mustCreate(t *testing.T, cfg installation.Config) installation.Made {
	t.Helper()
	made, err := installation.Create(t.Context(), cfg, installation.New{Domain: "school.example", TimeZone: "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func mustOpen(t *testing.T, cfg installation.Config) *installation.Installation {
	t.Helper()
	opened, err := installation.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened
}

// opens opens an installation and closes it again.
func opens(t *testing.T, cfg installation.Config) error {
	t.Helper()
	opened, err := installation.Open(t.Context(), cfg)
	if err != nil {
		return err
	}
	return opened.Close()
}

func isMissing(err error) bool {
	_, ok := errors.AsType[*installation.MissingError](err)
	return ok
}

// wantError says what is wrong with an error that is to say some words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("there is no error, want one of %q", words)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("got %q, want %q in it", err, word)
		}
	}
}

// onEach runs a test with the file and with a database in PostgreSQL.
func onEach(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, dbtest.PostgresURL(t))
	})
}

func remove(t *testing.T, cfg installation.Config, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(cfg.Data, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// take copies files or folders of one installation over those of another.
func take(t *testing.T, from, to installation.Config, names ...string) {
	t.Helper()
	for _, name := range names {
		source := filepath.Join(from.Data, name)
		err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			target := filepath.Join(to.Data, name, strings.TrimPrefix(path, source))
			return errors.Join(err, os.MkdirAll(filepath.Dir(target), 0o700), os.WriteFile(target, text, 0o600))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
