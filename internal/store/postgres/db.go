package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"rollbook/internal/store"
)

// attempts bounds how often a write is repeated. In every round of writes that
// collide one at least succeeds.
const attempts = 20

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
// with another.
func (db *DB) Write(ctx context.Context, fn func(store.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.do(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable}, fn)
		if err == nil || !collided(err) || attempt == attempts {
			return err
		}
		if err := pause(ctx, time.Duration(attempt*attempt)*time.Millisecond); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
}

func collided(err error) bool {
	return code(err) == serializationFailure || code(err) == deadlockDetected
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
	return db.do(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

// ReadRow implements store.DB.
func (db *DB) ReadRow(ctx context.Context, sql string, args []any, dest ...any) error {
	return translate(db.pool.QueryRow(ctx, sql, args...).Scan(dest...))
}

func (db *DB) do(ctx context.Context, options pgx.TxOptions, fn func(store.Tx) error) error {
	begun, err := db.pool.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// After a commit this does nothing. It MUST take place when ctx is done.
	defer begun.Rollback(context.WithoutCancel(ctx))
	tx := &tx{begun: begun}
	if err := tx.run(fn); err != nil {
		return err
	}
	if err := begun.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	return nil
}
