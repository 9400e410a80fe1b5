package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"rollbook/internal/store"
)

var errClosed = errors.New("the database is closed")

// Read implements store.DB. It holds one of the connections that only read.
func (db *DB) Read(ctx context.Context, fn func(store.Tx) error) (err error) {
	c, err := db.readers.get(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer db.readers.put(c)
	if err := c.control("BEGIN"); err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() { err = errors.Join(err, c.control("ROLLBACK")) }()
	tx := &tx{conn: c, interrupt: true}
	return tx.run(fn)
}

// ReadRow implements store.DB.
func (db *DB) ReadRow(ctx context.Context, sql string, args []any, dest ...any) error {
	c, err := db.readers.get(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer db.readers.put(c)
	tx := &tx{conn: c, interrupt: true}
	return tx.run(func(store.Tx) error { return tx.QueryRow(ctx, sql, args...).Scan(dest...) })
}

// pool holds the connections that only read. They are opened when first
// needed.
type pool struct {
	connector connector
	slots     chan struct{} // one for each connection that may be in use
	mu        sync.Mutex
	idle      []*conn
	closed    bool
}

func newPool(connector connector) *pool {
	return &pool{connector: connector, slots: make(chan struct{}, maxReaders)}
}

func (p *pool) get(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := p.take(ctx)
	if err != nil {
		<-p.slots
	}
	return c, err
}

func (p *pool) take(ctx context.Context) (*conn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	if last := len(p.idle) - 1; last >= 0 {
		c := p.idle[last]
		p.idle = p.idle[:last]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return p.connector.connect(ctx)
}

func (p *pool) put(c *conn) {
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	<-p.slots
}

// close waits until no connection is in use.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for range maxReaders {
		p.slots <- struct{}{}
	}
	defer func() {
		for range maxReaders {
			<-p.slots
		}
	}()
	var err error
	for _, c := range p.idle {
		err = errors.Join(err, c.close())
	}
	p.idle = nil
	return err
}
