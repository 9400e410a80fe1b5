package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	modernc "modernc.org/sqlite"
)

const (
	maxReaders = 16
	// A writer keeps the hot pages of a load in memory; readers are several,
	// and share what the operating system caches. A load writes the same pages
	// again and again, so the log may grow to 128 MB before it begins anew. Should
	// the checkpointer not keep up, the writer moves it into the file at 512 MB.
	// Pages are large because each is a call of the system when it is written, and
	// loads write in order.
	writerSettings = "_pragma=page_size(16384)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(full)" +
		"&_pragma=cache_size(-65536)&_pragma=temp_store(memory)&_pragma=journal_mode(wal)" +
		"&_pragma=wal_autocheckpoint(32768)&_pragma=journal_size_limit(134217728)"
	readerSettings = "_pragma=busy_timeout(5000)&_pragma=cache_size(-16384)" +
		"&_pragma=temp_store(memory)&_pragma=query_only(1)"
)

// DB is a store.DB in an SQLite file.
type DB struct {
	writer       *conn
	group        group
	readers      *pool
	checkpointer *checkpointer
}

// Open opens the database file at path, makes it where there is none, and
// brings its schema up to date. The folder MUST exist. A file of a release that
// this one cannot go on from is refused before anything is written to it
// (schema.ErrNewer, ErrOlder, ErrForeign).
func Open(ctx context.Context, path string) (*DB, error) {
	db, err := openStill(ctx, path, ordinaryLimits())
	if err != nil {
		return nil, err
	}
	db.checkpointer.start()
	return db, nil
}

// openStill opens the database with a checkpointer that was not started.
func openStill(ctx context.Context, path string, l limits) (*DB, error) {
	db, err := openFile(ctx, path, l)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, nil
}

func openFile(ctx context.Context, path string, l limits) (*DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := inspect(ctx, absolute); err != nil {
		return nil, err
	}
	if err := keepPrivate(absolute); err != nil {
		return nil, err
	}
	if err := migrate(ctx, source(absolute, writerSettings)); err != nil {
		return nil, translate(absolute, err)
	}
	writing, err := newConnector(absolute, writerSettings)
	if err != nil {
		return nil, err
	}
	reading, err := newConnector(absolute, readerSettings)
	if err != nil {
		return nil, err
	}
	writer, err := writing.connect(ctx)
	if err != nil {
		return nil, err
	}
	beside, err := writing.connect(ctx)
	if err != nil {
		return nil, errors.Join(err, writer.close())
	}
	db := &DB{writer: writer, group: group{grown: make(chan struct{}, 1)}, readers: newPool(reading)}
	db.checkpointer = newCheckpointer(l, beside, &db.group, writer)
	return db, nil
}

// source returns the name under which the driver opens the file. The path is
// escaped, as it may hold what has a meaning in a URI.
func source(path, settings string) string {
	escaped := url.URL{Path: filepath.ToSlash(path)}
	return "file:" + escaped.EscapedPath() + "?" + settings
}

// Close waits for transactions in progress and closes the file.
func (db *DB) Close() error {
	return errors.Join(db.checkpointer.close(), db.group.close(db.writer), db.readers.close())
}

// connector opens connections to a file.
type connector struct {
	driver.Connector
	file string
}

func newConnector(file, settings string) (connector, error) {
	opens, err := modernc.NewConnector(source(file, settings))
	return connector{opens, file}, err
}

func (c connector) connect(ctx context.Context) (*conn, error) {
	raw, err := c.Connect(ctx)
	if err != nil {
		return nil, translate(c.file, err)
	}
	return &conn{raw: raw.(driverConn), file: c.file, statements: make(map[string]driverStmt)}, nil
}
