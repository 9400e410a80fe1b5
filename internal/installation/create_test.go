package installation_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/installation"
	"rollbook/internal/store"
	"rollbook/internal/store/postgres"
	"rollbook/internal/store/sqlite"
)

func TestCreateAndOpen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		cfg := fresh(t, database)
		made := mustCreate(t, cfg)
		opened := mustOpen(t, cfg)
		zone, err := opened.TimeZone()
		if err != nil {
			t.Fatal(err)
		}
		got := []string{opened.Tenant, opened.Domain, zone.String()}
		if diff := cmp.Diff([]string{made.Tenant, "school.example", "Europe/Berlin"}, got); diff != "" {
			t.Error(diff)
		}
		if own, err := opened.Authority(t.Context()); err != nil || own.Certificate == nil {
			t.Errorf("the authority: %v", err)
		}
		_, err = installation.Create(t.Context(), cfg, installation.New{TimeZone: "UTC"})
		if _, exists := errors.AsType[*installation.ExistsError](err); !exists {
			t.Errorf("made twice: %v", err)
		}
	})
}

// TestModes looks at every file that is made, in a folder that others could enter.
func TestModes(t *testing.T) {
	t.Parallel()
	cfg := fresh(t, "")
	if err := os.Mkdir(cfg.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(cfg.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	mustCreate(t, cfg)
	for _, dir := range []string{"", "keys", "tls"} {
		if err := os.Chmod(filepath.Join(cfg.Data, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	opened := mustOpen(t, cfg)
	if _, err := (store.Settings{DB: opened.DB}).Add(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.WalkDir(cfg.Data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[entry.IsDir()]; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %04o, want %04o", path, info.Mode().Perm(), want)
		}
		seen++
		return err
	})
	if err != nil || seen < 11 {
		t.Errorf("%d files were seen, %v", seen, err)
	}
}

// TestAFolderOfOthersStaysAsItIs: a mistyped --data may name a home, or /tmp.
func TestAFolderOfOthersStaysAsItIs(t *testing.T) {
	t.Parallel()
	cfg := configOf(t.TempDir(), "")
	photo := filepath.Join(cfg.Data, "photo.jpg")
	if err := errors.Join(os.WriteFile(photo, nil, 0o600), os.Chmod(cfg.Data, 0o755)); err != nil {
		t.Fatal(err)
	}
	_, err := installation.Create(t.Context(), cfg, installation.New{TimeZone: "UTC"})
	wantError(t, err, "photo.jpg", "chmod 700")
	entries, err := os.ReadDir(cfg.Data)
	info, stated := os.Stat(cfg.Data)
	if err != nil || stated != nil || len(entries) != 1 || info.Mode().Perm() != 0o755 {
		t.Errorf("the folder holds %v, with mode %v", entries, info.Mode())
	}
}

func TestWhatNoInstallationIsMadeOf(t *testing.T) {
	t.Parallel()
	cfg := fresh(t, "")
	for name, n := range map[string]installation.New{
		"domain": {Domain: "a b", TimeZone: "UTC"}, "zone": {TimeZone: "Europe/Nowhere"}, "no zone": {}, "local": {TimeZone: "Local"},
	} {
		_, err := installation.Create(t.Context(), cfg, n)
		if _, wrong := errors.AsType[*installation.WrongError](err); !wrong {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := os.Stat(cfg.Data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made: %v", err)
	}
}

// TestCreateGoesOn has a creation end after each of its steps.
func TestCreateGoesOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		for name, gone := range map[string][]string{
			"after the tables":       {"installation.json", "tls", "keys"},
			"after the first key":    {"installation.json", "tls", "keys/signing-0001.pem"},
			"after the keys":         {"installation.json", "tls"},
			"with half an authority": {"installation.json", "tls/ca.pem"},
			"before the settings":    {"installation.json"},
		} {
			cfg := fresh(t, database)
			mustCreate(t, cfg)
			remove(t, cfg, gone...)
			forgetSettings(t, cfg)
			if err := opens(t, cfg); !installation.IsMakeable(err) {
				t.Errorf("%s: opened: %v", name, err)
			}
			made := mustCreate(t, cfg)
			if opened, err := installation.Open(t.Context(), cfg); err != nil || opened.Tenant != made.Tenant {
				t.Errorf("%s: %v", name, err)
			} else if err := opened.Close(); err != nil {
				t.Error(err)
			}
			forgetSettings(t, cfg) // for the next, in the same database
		}
	})
}

// TestFolderRemembersLate has a creation end before the folder remembers it.
func TestFolderRemembersLate(t *testing.T) {
	t.Parallel()
	cfg := fresh(t, "")
	mustCreate(t, cfg)
	remove(t, cfg, "installation.json")
	if err := opens(t, cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "installation.json")); err != nil {
		t.Error(err)
	}
}

func forgetSettings(t *testing.T, cfg installation.Config) {
	t.Helper()
	change(t, cfg, `DELETE FROM setting`)
}

// change changes the database of an installation that nobody has open.
func change(t *testing.T, cfg installation.Config, sql string, args ...any) {
	t.Helper()
	open := func(ctx context.Context) (store.DB, error) {
		return sqlite.Open(ctx, filepath.Join(cfg.Data, "rollbook.db"))
	}
	if cfg.Database != "" {
		open = func(ctx context.Context) (store.DB, error) { return postgres.Open(ctx, cfg.Database) }
	}
	db, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCreateAtOnce has several processes make one installation.
func TestCreateAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		cfg := fresh(t, database)
		var all sync.WaitGroup
		tenants := make([]string, 4)
		for i := range tenants {
			all.Go(func() {
				made, err := installation.Create(t.Context(), cfg, installation.New{TimeZone: "UTC"})
				tenants[i] = made.Tenant
				if _, exists := errors.AsType[*installation.ExistsError](err); err != nil && !exists {
					t.Error(err)
				}
			})
		}
		all.Wait()
		opened := mustOpen(t, cfg)
		for _, tenant := range tenants {
			if tenant != "" && tenant != opened.Tenant {
				t.Errorf("somebody was told of the tenant %s, and it is %s", tenant, opened.Tenant)
			}
		}
	})
}
