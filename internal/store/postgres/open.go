package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// maxConnections is how many connections a replica opens, unless the URL says
	// otherwise (pool_max_conns).
	maxConnections = 16

	// connectTimeout is how long a server may take to answer, unless the URL says
	// otherwise (connect_timeout).
	connectTimeout = 10 * time.Second
)

// DB is a store.DB in a PostgreSQL database.
type DB struct {
	translator
	pool    *pgxpool.Pool
	writers chan struct{} // one for each write in progress
}

// Open connects to the database that url names
// (postgres://user:password@host/database) and brings its schema up to date.
// The database MUST exist. One of a release that this one cannot go on from is
// refused before anything is written to it (schema.ErrNewer, ErrOlder, ErrForeign).
func Open(ctx context.Context, url string) (*DB, error) {
	settings, t, err := parse(url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if _, err := inspect(ctx, settings.ConnConfig.Copy()); err != nil {
		return nil, fmt.Errorf("open database: %w", t.translate(err))
	}
	if err := migrate(ctx, settings.ConnConfig.Copy()); err != nil {
		return nil, fmt.Errorf("open database: %w", t.translate(err))
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{translator: t, pool: pool, writers: make(chan struct{}, max(1, settings.MaxConns/2))}, nil
}

// parse reads the address of a database. Its errors leave the password out.
func parse(url string) (*pgxpool.Config, translator, error) {
	settings, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, translator{}, err
	}
	if !strings.Contains(url, "pool_max_conns") {
		settings.MaxConns = maxConnections
	}
	if settings.ConnConfig.ConnectTimeout == 0 {
		settings.ConnConfig.ConnectTimeout = connectTimeout
	}
	return settings, translator{where: settings.ConnConfig.Host + "/" + settings.ConnConfig.Database}, nil
}

// Close waits for transactions in progress and closes the connections.
func (db *DB) Close() error {
	db.pool.Close()
	return nil
}
