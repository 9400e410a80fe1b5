package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// maxConnections is how many connections a replica opens, unless the URL says
// otherwise (pool_max_conns).
const maxConnections = 16

// DB is a store.DB in a PostgreSQL database.
type DB struct {
	pool *pgxpool.Pool
}

// Open connects to the database that url names
// (postgres://user:password@host/database) and brings its schema up to date.
// The database MUST exist.
func Open(ctx context.Context, url string) (*DB, error) {
	settings, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The error of the parser leaves the password out.
		return nil, fmt.Errorf("open database: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		settings.MaxConns = maxConnections
	}
	if err := migrate(ctx, settings.ConnConfig.Copy()); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{pool: pool}, nil
}

// Close waits for transactions in progress and closes the connections.
func (db *DB) Close() error {
	db.pool.Close()
	return nil
}
