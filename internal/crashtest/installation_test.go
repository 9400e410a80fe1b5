package crashtest_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollbook/internal/config"
	"rollbook/internal/flow"
	"rollbook/internal/hosted/tables"
	made "rollbook/internal/installation"
	"rollbook/internal/jobs"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/simulate"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// installation is where the state of a sync is kept.
type installation struct {
	data     string // the folder
	database string // the URL of a PostgreSQL database, "" for SQLite
}

// engine makes installations on one of the engines.
type engine struct {
	name     string
	database func(testing.TB) string
	copied   func(testing.TB, string) string
	stride   int // which commits are tried: a database of PostgreSQL takes its time to make
}

func engines() []engine {
	return []engine{
		{"sqlite", func(testing.TB) string { return "" }, func(testing.TB, string) string { return "" }, 1},
		{"postgres", dbtest.PostgresURL, dbtest.PostgresCopy, 2},
	}
}

// fresh returns a place for an installation, which make, or a first sync, makes.
func (e engine) fresh(tb testing.TB) installation {
	tb.Helper()
	return installation{data: tb.TempDir(), database: e.database(tb)}
}

// copy returns an installation that holds what another one does.
func (e engine) copy(tb testing.TB, i installation) installation {
	tb.Helper()
	to := installation{data: filepath.Join(tb.TempDir(), "data"), database: e.copied(tb, i.database)}
	if err := copyTree(to.data, i.data); err != nil {
		tb.Fatal(err)
	}
	return to
}

// copyTree copies a folder with the permissions of its files, on which keys insist.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
}

func (i installation) config() server.Config {
	cfg := server.Config{Config: config.Default()}
	cfg.Data, cfg.Database = i.data, i.database
	return cfg
}

// make makes the installation.
func (i installation) make(tb testing.TB) {
	tb.Helper()
	if _, err := server.Create(tb.Context(), i.config(), made.New{TimeZone: "UTC"}); err != nil {
		tb.Fatal(err)
	}
}

// use calls fn with the installation open.
func (i installation) use(tb testing.TB, fn func(*server.Parts)) {
	tb.Helper()
	parts, err := server.Open(tb.Context(), i.config())
	if err != nil {
		tb.Fatal(err)
	}
	fn(parts)
	if err := parts.Close(); err != nil {
		tb.Fatal(err)
	}
}

// state returns what the installation holds.
func (i installation) state(tb testing.TB) (lines []string) {
	tb.Helper()
	i.use(tb, func(p *server.Parts) { lines = stateOf(tb, p.DB) })
	return lines
}

// through has all parts use another database than the one they were opened with.
func through(db store.DB, p *server.Parts) *server.Parts {
	inner := *p.Installation
	inner.DB = db
	other := *p
	other.Installation = &inner
	other.Flow = &flow.Service{Store: store.NewConfiguration(db), Now: p.Config.Now, NewID: p.Config.NewID}
	other.Directory = tables.New(db, p.Config.Now, p.Config.NewID)
	other.Leases = &jobs.Leases{DB: db, Now: p.Config.Now, Owner: jobs.ThisProcess(p.Config.NewID())}
	return &other
}

// sync does what the command does, without its lease: who was cut off within
// this process still lives.
func sync(tb testing.TB, p *server.Parts, path string) (run.Result, error) {
	if err := flow.InstallDefaults(tb.Context(), p.Flow, flow.Defaults{Today: time.Now()}); err != nil {
		return run.Result{}, fmt.Errorf("install the configuration: %w", err)
	}
	return p.Engine(nil).Run(tb.Context(), run.Options{Path: path})
}

// night writes one night's feed of a district. Some of its rows are wrong, so
// that there are findings to lose.
func night(tb testing.TB, scale simulate.Scale, next bool) string {
	tb.Helper()
	folder := filepath.Join(tb.TempDir(), "feed")
	if _, err := simulate.Write(tb.Context(), folder, simulate.Options{Scale: scale, Seed: 1, Today: time.Now(), Next: next}); err != nil {
		tb.Fatal(err)
	}
	for name, row := range map[string]string{
		"users.csv":       ",nobody,No,Body,,\n",
		"enrollments.csv": "no such class,no such person,student\n",
	} {
		file, err := os.OpenFile(filepath.Join(folder, name), os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = file.WriteString(row)
		}
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return folder
}
