package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"rollbook/internal/store"
)

// A commit is not put off any more once so many writes, or rows, wait for it.
const (
	maxMembers = 100
	maxRows    = 10_000
)

// group lets one writer after the other use the connection, in the order in
// which they came. A writer that is done while another waits does not commit:
// it leaves the transaction open to the next one, and waits for the commit that
// the last of them makes. Who writes alone commits at once.
//
// Every writer runs on its own goroutine, so that a panic stays with who
// caused it.
type group struct {
	mu     sync.Mutex
	busy   bool            // a writer has the connection
	queue  []chan struct{} // those who wait for it
	closed bool

	// These belong to who has the connection.
	batch   *batch // the open transaction, or nil
	commits int    // so far

	grown chan struct{} // tells the checkpointer that the log did
}

// batch is a transaction that several writes share.
type batch struct {
	durable bool // synced by its commit
	members int
	rows    int64
	done    chan struct{} // closed after the commit
	err     error         // why it failed; read after done
}

func (b *batch) finish(err error) {
	b.err = err
	close(b.done)
}

// Write implements store.DB.
func (db *DB) Write(ctx context.Context, fn func(store.Tx) error) error {
	return db.write(ctx, true, fn)
}

// WriteBulk implements store.DB.
func (db *DB) WriteBulk(ctx context.Context, fn func(store.Tx) error) error {
	return db.write(ctx, false, fn)
}

func (db *DB) write(ctx context.Context, durable bool, fn func(store.Tx) error) error {
	if err := db.group.enter(ctx, db.writer); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	shared, err := db.take(ctx, durable, fn)
	if err != nil {
		return err
	}
	<-shared.done
	return shared.err
}

func (db *DB) take(ctx context.Context, durable bool, fn func(store.Tx) error) (*batch, error) {
	defer db.group.leave(db.writer)
	return db.group.member(ctx, db.writer, durable, fn)
}

// enter returns when the caller has the connection.
func (g *group) enter(ctx context.Context, c *conn) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return errClosed
	}
	turn := g.line()
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		g.giveUp(turn, c)
		return ctx.Err()
	}
}

// line returns what is closed when it is the caller's turn.
func (g *group) line() chan struct{} {
	turn := make(chan struct{})
	if g.busy {
		g.queue = append(g.queue, turn)
	} else {
		g.busy = true
		close(turn)
	}
	return turn
}

// giveUp takes the caller out of the line, or passes on the turn it got at the
// same moment.
func (g *group) giveUp(turn chan struct{}, c *conn) {
	g.mu.Lock()
	at := slices.Index(g.queue, turn)
	if at >= 0 {
		g.queue = slices.Delete(g.queue, at, at+1)
	}
	g.mu.Unlock()
	if at < 0 {
		g.leave(c)
	}
}

// next gives the connection to the first in line.
func (g *group) next() bool {
	if len(g.queue) == 0 {
		return false
	}
	close(g.queue[0])
	g.queue = g.queue[1:]
	return true
}

// leave passes the connection on, with the transaction where that may wait.
func (g *group) leave(c *conn) {
	if !g.full() && g.pass() {
		return
	}
	g.commit(c)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy = g.next()
}

func (g *group) full() bool {
	return g.batch != nil && (g.batch.members >= maxMembers || g.batch.rows >= maxRows)
}

func (g *group) pass() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.next()
}

func (g *group) commit(c *conn) {
	if g.batch == nil {
		return
	}
	err := c.control("COMMIT")
	if err != nil {
		err = errors.Join(fmt.Errorf("commit: %w", err), c.rollback())
	}
	g.batch.finish(err)
	g.grow(g.batch.durable)
	g.batch = nil
}

// member runs fn in the open transaction, in a savepoint of its own unless it
// is the only one so far.
func (g *group) member(ctx context.Context, c *conn, durable bool, fn func(store.Tx) error) (*batch, error) {
	if g.batch != nil && g.batch.durable != durable {
		g.commit(c) // whether it syncs is settled when it begins
	}
	if g.batch != nil {
		if err := c.control("SAVEPOINT member"); err != nil {
			return nil, fmt.Errorf("begin write: %w", err)
		}
	} else if err := c.beginWrite(ctx, durable); err != nil {
		return nil, fmt.Errorf("begin write: %w", err)
	}
	tx := &tx{conn: c}
	done := false
	defer func() {
		if !done {
			g.undo(c)
		}
	}()
	if err := tx.run(fn); err != nil {
		return nil, err
	}
	if err := g.keep(c, durable, tx.changed); err != nil {
		return nil, err
	}
	done = true
	return g.batch, nil
}

func (g *group) keep(c *conn, durable bool, rows int64) error {
	if g.batch == nil {
		g.batch = &batch{durable: durable, done: make(chan struct{})}
	} else if err := c.control("RELEASE member"); err != nil {
		return err
	}
	g.batch.members++
	g.batch.rows += rows
	return nil
}

// undo removes what the present member did. Where SQLite has rolled back the
// whole transaction by itself (the disk is full), all members have failed.
func (g *group) undo(c *conn) {
	if g.batch == nil {
		// The error that is reported is the one that led here.
		_ = c.rollback()
		return
	}
	err := errors.Join(c.control("ROLLBACK TO member"), c.control("RELEASE member"))
	if err != nil {
		g.batch.finish(errors.Join(fmt.Errorf("the transaction was lost: %w", err), c.rollback()))
		g.batch = nil
	}
}

// close waits for who has the connection and for who waits, and closes it.
func (g *group) close(c *conn) error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil
	}
	g.closed = true
	turn := g.line()
	g.mu.Unlock()
	<-turn
	g.commit(c)
	return c.close()
}
