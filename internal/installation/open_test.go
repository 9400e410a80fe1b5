package installation_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/identity"
	"rollbook/internal/installation"
	"rollbook/internal/store/dbtest"
)

func TestNoInstallation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		cfg := fresh(t, database)
		err := opens(t, cfg)
		if !installation.IsMakeable(err) {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(cfg.Data); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("looking for one made the folder: %v", err)
		}
	})
	t.Run("says where and how", func(t *testing.T) {
		t.Parallel()
		cfg := fresh(t, "")
		wantError(t, opens(t, cfg), "there is no installation in "+cfg.Data, "rollbook init", "--domain", "--data")
	})
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		cfg := configOf(filepath.Join(t.TempDir(), "file"), "")
		if err := os.WriteFile(cfg.Data, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := opens(t, cfg); !isMissing(err) || installation.IsMakeable(err) {
			t.Errorf("got %v", err)
		}
	})
}

// TestLostParts takes a part away, or puts another in its place.
func TestLostParts(t *testing.T) {
	t.Parallel()
	other := fresh(t, "")
	mustCreate(t, other)
	for name, c := range map[string]struct {
		change func(t *testing.T, cfg installation.Config)
		want   []string
	}{
		"no database": {func(t *testing.T, cfg installation.Config) { remove(t, cfg, "rollbook.db") },
			[]string{"rollbook.db is missing or empty", "put back a backup"}},
		"an empty database": {func(t *testing.T, cfg installation.Config) { empty(t, cfg, "rollbook.db") },
			[]string{"rollbook.db is missing or empty"}},
		"no database, and nothing remembered": {func(t *testing.T, cfg installation.Config) { remove(t, cfg, "rollbook.db", "installation.json") },
			[]string{"rollbook.db is missing or empty"}},
		"no database, and no keys": {func(t *testing.T, cfg installation.Config) { remove(t, cfg, "rollbook.db", "keys") },
			[]string{"rollbook.db is missing or empty"}},
		"no keys": {func(t *testing.T, cfg installation.Config) { remove(t, cfg, "keys") },
			[]string{"secrets.key is missing", "put it back", "--new-keys"}},
		"no key for secrets": {func(t *testing.T, cfg installation.Config) { remove(t, cfg, "keys/secrets.key") },
			[]string{"secrets.key is missing"}},
		"no signing key": {func(t *testing.T, cfg installation.Config) { remove(t, cfg, "keys/signing-0001.pem") },
			[]string{"signing-0001.pem is missing"}},
		"another key for secrets": {func(t *testing.T, cfg installation.Config) { take(t, other, cfg, "keys/secrets.key") },
			[]string{"secrets.key is no key of the installation"}},
		"another signing key": {func(t *testing.T, cfg installation.Config) { take(t, other, cfg, "keys/signing-0001.pem") },
			[]string{"signing-0001.pem is no key of the installation"}},
		"another database": {func(t *testing.T, cfg installation.Config) { take(t, other, cfg, "rollbook.db") },
			[]string{"belongs to the installation", "holds the installation"}},
		"damaged memory": {func(t *testing.T, cfg installation.Config) { empty(t, cfg, "installation.json") },
			[]string{"installation.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := fresh(t, "")
			mustCreate(t, cfg)
			c.change(t, cfg)
			before := names(t, cfg)
			err := opens(t, cfg)
			wantError(t, err, c.want...)
			if isMissing(err) {
				t.Error("it is told as if there were no installation")
			}
			_, err = installation.Create(t.Context(), cfg, installation.New{TimeZone: "UTC"})
			wantError(t, err, c.want...)
			if after := names(t, cfg); after != before {
				t.Errorf("it had %s, and has %s", before, after)
			}
		})
	}
}

func empty(t *testing.T, cfg installation.Config, name string) {
	t.Helper()
	if err := os.Truncate(filepath.Join(cfg.Data, name), 0); err != nil {
		t.Fatal(err)
	}
}

// names lists the files of a data folder, without those that SQLite keeps beside
// its own while it looks.
func names(t *testing.T, cfg installation.Config) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(cfg.Data, func(path string, _ fs.DirEntry, err error) error {
		if !strings.HasSuffix(path, "-shm") && !strings.HasSuffix(path, "-wal") {
			all = append(all, strings.TrimPrefix(path, cfg.Data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// TestLostAuthority: only a server needs it, and none makes another in silence.
func TestLostAuthority(t *testing.T) {
	t.Parallel()
	other := fresh(t, "")
	mustCreate(t, other)
	for want, change := range map[string]func(*testing.T, installation.Config){
		"is missing": func(t *testing.T, cfg installation.Config) { remove(t, cfg, "tls") },
		"is no key":  func(t *testing.T, cfg installation.Config) { take(t, other, cfg, "tls") },
		"run rollbook init --new-keys": func(t *testing.T, cfg installation.Config) {
			take(t, other, cfg, "tls/ca.pem")
		},
	} {
		cfg := fresh(t, "")
		mustCreate(t, cfg)
		change(t, cfg)
		_, err := mustOpen(t, cfg).Authority(t.Context())
		wantError(t, err, want)
	}
}

// TestEveryKeyIsCheckedAlike makes one after the other readable by others.
func TestEveryKeyIsCheckedAlike(t *testing.T) {
	t.Parallel()
	cfg := fresh(t, "")
	mustCreate(t, cfg)
	for _, name := range []string{"keys/secrets.key", "keys/signing-0001.pem", "tls/ca.key"} {
		path := filepath.Join(cfg.Data, name)
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		opened, err := installation.Open(t.Context(), cfg)
		if err == nil {
			_, err = opened.Authority(t.Context())
			opened.Close()
		}
		wantError(t, err, "run chmod 600 "+path)
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := opens(t, cfg); err != nil {
		t.Error(err)
	}
}

// TestFurtherServer has a second data folder beside the first, on one database.
func TestFurtherServer(t *testing.T) {
	t.Parallel()
	database := dbtest.PostgresURL(t)
	first := fresh(t, database)
	made := mustCreate(t, first)

	second := fresh(t, database)
	err := opens(t, second)
	wantError(t, err, "copy the folders keys and tls")
	if !isMissing(err) || installation.IsMakeable(err) {
		t.Errorf("got %v", err)
	}
	_, err = installation.Create(t.Context(), second, installation.New{TimeZone: "UTC"})
	wantError(t, err, "copy the folders keys and tls")

	stranger := fresh(t, "")
	mustCreate(t, stranger)
	take(t, stranger, second, "keys", "tls")
	wantError(t, opens(t, second), "is no key of the installation", "copy the folders keys and tls")

	take(t, first, second, "keys")
	opened := mustOpen(t, second)
	if opened.Tenant != made.Tenant {
		t.Errorf("it is the installation %s, want %s", opened.Tenant, made.Tenant)
	}
	_, err = opened.Authority(t.Context())
	wantError(t, err, "ca.key")
	take(t, first, second, "tls")
	if _, err = opened.Authority(t.Context()); err != nil {
		t.Error(err)
	}

	stranger.Database = database
	wantError(t, opens(t, stranger), "belongs to the installation")
}

// TestFolderRemembersItsDatabase forgets --database, and names a wrong one.
func TestFolderRemembersItsDatabase(t *testing.T) {
	t.Parallel()
	cfg := fresh(t, dbtest.PostgresURL(t))
	made := mustCreate(t, cfg)
	forgotten := configOf(cfg.Data, "")
	if got := mustOpen(t, forgotten).Tenant; got != made.Tenant {
		t.Errorf("it is the installation %s, want %s", got, made.Tenant)
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "rollbook.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a database was made in the folder: %v", err)
	}
	wantError(t, opens(t, configOf(cfg.Data, dbtest.PostgresURL(t))), "holds none", "--database")
	file := fresh(t, "")
	mustCreate(t, file)
	wantError(t, opens(t, configOf(file.Data, dbtest.PostgresURL(t))), "holds none")
	wantError(t, opens(t, configOf(file.Data, cfg.Database)), "belongs to the installation")
}

func TestNoPasswordIsRemembered(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://me:hidden@db/rollbook?sslmode=require&password=hidden": "postgres://me@db/rollbook?sslmode=require",
		"postgres:///rollbook?host=%2Frun%2Fpostgresql&sslpassword=hidden": "postgres:///rollbook?host=%2Frun%2Fpostgresql",
		"postgres://db:hidden%zz/rollbook":                                 "postgres://",
	} {
		if got := installation.WithoutPassword(url); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestOfAReleaseBefore opens an installation of which nothing was written down.
func TestOfAReleaseBefore(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		cfg := fresh(t, database)
		mustCreate(t, cfg)
		change(t, cfg, `DELETE FROM setting WHERE name <> 'tenant'`)
		// It never gave a token, nor served.
		remove(t, cfg, "installation.json", "keys/signing-0001.pem", "tls")
		first, err := installation.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		own, err := first.Authority(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := mustOpen(t, cfg).Authority(t.Context())
		if err != nil || again.Fingerprint() != own.Fingerprint() {
			t.Errorf("the authority: %v", err)
		}
		remove(t, cfg, "keys/signing-0001.pem")
		wantError(t, opens(t, cfg), "signing-0001.pem is missing")
		change(t, cfg, `DELETE FROM setting WHERE name <> 'tenant'`)
		remove(t, cfg, "keys/secrets.key")
		if err := opens(t, cfg); err == nil {
			t.Error("a key that every release had is made anew")
		}
	})
}

// TestSigningKeysRotate brings a second key, and takes the first away.
func TestSigningKeysRotate(t *testing.T) {
	t.Parallel()
	cfg := fresh(t, "")
	mustCreate(t, cfg)
	spare := t.TempDir()
	if err := identity.MakeKeys(spare); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(cfg.Data, "keys", "signing-0001.pem")
	second := filepath.Join(cfg.Data, "keys", "signing-0002.pem")
	if err := os.Rename(filepath.Join(spare, "signing-0001.pem"), second); err != nil {
		t.Fatal(err)
	}
	if err := opens(t, cfg); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(first); err != nil {
		t.Fatal(err)
	}
	if err := opens(t, cfg); err != nil {
		t.Errorf("the second key alone: %v", err)
	}
}
