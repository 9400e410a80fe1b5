package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// maxStatements bounds the statements kept ready on a connection. The program
// has some hundred; filters of the API can make many more.
const maxStatements = 500

type driverConn interface {
	driver.Conn
	driver.ConnPrepareContext
}

type driverStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is a connection with its prepared statements. It is used by one
// goroutine at a time. The driver is called directly: database/sql would cost
// as much again as a point read does.
type conn struct {
	raw        driverConn
	file       string // that is open
	statements map[string]driverStmt
	lazy       bool // commits do not sync
}

func (c *conn) prepare(sql string) (driverStmt, error) {
	if statement, ok := c.statements[sql]; ok {
		return statement, nil
	}
	if len(c.statements) >= maxStatements {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	// Preparing is quick, and a context that ends would cost a goroutine.
	prepared, err := c.raw.PrepareContext(context.Background(), withoutNumbers(sql))
	if err != nil {
		return nil, err
	}
	statement := prepared.(driverStmt)
	c.statements[sql] = statement
	return statement, nil
}

// withoutNumbers writes parameters without their numbers where they come in their
// order, each once: a number is a name to SQLite, and to bind a parameter the
// driver looks for its name among those before it.
func withoutNumbers(sql string) string {
	var plain strings.Builder
	rest, next := sql, 1
	for {
		at := strings.IndexAny(rest, "$'\"")
		if at < 0 {
			plain.WriteString(rest)
			return plain.String()
		}
		number := "$" + strconv.Itoa(next)
		after, ok := strings.CutPrefix(rest[at:], number)
		if !ok || after != "" && '0' <= after[0] && after[0] <= '9' {
			return sql // another number, or a text that may hold one
		}
		plain.WriteString(rest[:at] + "?")
		rest, next = after, next+1
	}
}

// translate maps an error of the driver to the kinds of package store.
func (c *conn) translate(err error) error { return translate(c.file, err) }

func (c *conn) forget() error {
	var err error
	for sql, statement := range c.statements {
		err = errors.Join(err, statement.Close())
		delete(c.statements, sql)
	}
	return err
}

// control runs BEGIN, COMMIT and their like, which must take effect whatever
// becomes of the caller's context.
func (c *conn) control(sql string) error {
	statement, err := c.prepare(sql)
	if err != nil {
		return c.translate(err)
	}
	_, err = statement.ExecContext(context.Background(), nil)
	return c.translate(err)
}

func (c *conn) close() error {
	return errors.Join(c.forget(), c.raw.Close())
}

// beginWrite begins a transaction that writes, and whose commit syncs the log
// where it is to be durable: with all that was written to it before. The wait
// for another process ends with the context.
func (c *conn) beginWrite(ctx context.Context, durable bool) error {
	if c.lazy == durable {
		setting := "PRAGMA synchronous = NORMAL"
		if durable {
			setting = "PRAGMA synchronous = FULL"
		}
		if err := c.control(setting); err != nil {
			return err
		}
		c.lazy = !durable
	}
	statement, err := c.prepare("BEGIN IMMEDIATE")
	if err != nil {
		return c.translate(err)
	}
	if _, err := statement.ExecContext(ctx, nil); err != nil {
		return errors.Join(c.translate(err), c.rollback())
	}
	return nil
}

// rollback ends the transaction, if there still is one.
func (c *conn) rollback() error {
	err := c.control("ROLLBACK")
	var failure *modernc.Error
	if errors.As(err, &failure) && failure.Code() == sqlite3.SQLITE_ERROR {
		return nil // "no transaction is active"
	}
	return err
}
