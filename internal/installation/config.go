package installation

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"rollbook/internal/store"
	"rollbook/internal/store/postgres"
	"rollbook/internal/store/schema"
	"rollbook/internal/store/sqlite"
)

// Config says where an installation is, and what opening it takes from the world.
type Config struct {
	Data     string // the data folder
	Database string // postgres://…; "" for the one that the folder remembers, or else its SQLite file

	Log   *slog.Logger
	Now   func() time.Time
	NewID func() string // a UUID
}

// folder is a data folder.
type folder string

func (f folder) database() string { return filepath.Join(string(f), "rollbook.db") }
func (f folder) keys() string     { return filepath.Join(string(f), "keys") }
func (f folder) tls() string      { return filepath.Join(string(f), "tls") }
func (f folder) memory() string   { return filepath.Join(string(f), "installation.json") }

// database is where an installation keeps its state.
type database struct {
	url  string // "" for the file
	file string // of SQLite
}

func (d database) look(ctx context.Context) (schema.Known, error) {
	if d.url != "" {
		return postgres.Look(ctx, d.url)
	}
	return sqlite.Look(ctx, d.file)
}

// open brings the database up to date, and makes it where there is none.
func (d database) open(ctx context.Context) (store.DB, error) {
	if d.url != "" {
		return postgres.Open(ctx, d.url)
	}
	return sqlite.Open(ctx, d.file)
}

// String names the database without its password.
func (d database) String() string {
	if d.url != "" {
		return withoutPassword(d.url)
	}
	return d.file
}
