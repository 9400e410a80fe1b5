package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollbook/internal/store"
)

const (
	// attempts bounds how often a write is repeated. In every round of writes that
	// collide one at least succeeds.
	attempts = 20

	// patience is how long a write waits for its turn, and any transaction for a
	// connection.
	patience = 15 * time.Second
)

var errNoTurn = errors.New("all its connections have been in use for 15 seconds")

// WriteBulk implements store.DB.
func (db *DB) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	return db.Write(ctx, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Write implements store.DB. fn is called again where the transaction collided
// with another, or lost its connection on the way.
func (db *DB) Write(ctx context.Context, fn func(store.Tx) error) error {
	if err := db.enter(ctx); err != nil {
		return err
	}
	defer func() { <-db.writers }()
	for attempt := 1; ; attempt++ {
		committing := false
		err := db.do(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable}, fn, &committing)
		again := err != nil && ctx.Err() == nil && (collided(err) || !committing && interrupted(err))
		switch {
		case !again:
			return err
		case attempt == attempts && collided(err):
			return &store.Unavailable{Where: db.where, After: busyAfter, Err: fmt.Errorf("other changes came first, %d times: %w", attempts, err)}
		case attempt == attempts:
			return err
		}
		if err := pause(ctx, time.Duration(attempt*attempt)*time.Millisecond); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
}

// enter returns when the write may have a connection. Reads get one while many
// writes wait for each other: there are fewer writers than connections.
func (db *DB) enter(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case db.writers <- struct{}{}:
		return nil
	case <-wait.Done():
		return db.waited(ctx)
	}
}

func (db *DB) waited(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return &store.Unavailable{Where: db.where, After: goneAfter, Err: errNoTurn}
}

func pause(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Read implements store.DB.
func (db *DB) Read(ctx context.Context, fn func(store.Tx) error) error {
	committing := false
	return db.do(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn, &committing)
}

// ReadRow implements store.DB.
func (db *DB) ReadRow(ctx context.Context, sql string, args []any, dest ...any) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return db.translate(conn.QueryRow(ctx, sql, args...).Scan(dest...))
}

// acquire returns a connection.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := db.pool.Acquire(wait)
	switch {
	case err == nil:
		return conn, nil
	case wait.Err() != nil:
		return nil, db.waited(ctx)
	}
	return nil, fmt.Errorf("begin: %w", db.translate(err))
}

// do runs fn in a transaction. committing says whether it came to its end.
func (db *DB) do(ctx context.Context, options pgx.TxOptions, fn func(store.Tx) error, committing *bool) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	begun, err := conn.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", db.translate(err))
	}
	// After a commit this does nothing. It MUST take place when ctx is done.
	defer begun.Rollback(context.WithoutCancel(ctx))
	tx := &tx{begun: begun, translator: db.translator}
	if err := tx.run(fn); err != nil {
		return err
	}
	*committing = true
	if err := begun.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", db.translate(err))
	}
	return nil
}
