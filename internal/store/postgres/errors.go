package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rollbook/internal/store"
)

// The SQLSTATE codes that are told apart (PostgreSQL, appendix A).
const (
	readOnlyTransaction  = "25006"
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	diskFull             = "53100"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014"
	dataCorrupted        = "XX001"
	indexCorrupted       = "XX002"
)

const (
	busyAfter = time.Second     // others are at work
	goneAfter = 5 * time.Second // the server does not answer
)

// translator maps the driver's errors to the kinds of package store.
type translator struct {
	where string // the server and database, for people
}

func (t translator) translate(err error) error {
	var failure *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return store.ErrNoRows
	case errors.As(err, &failure):
		return t.reported(failure, err)
	case lost(err):
		return &store.Unavailable{Where: t.where, After: goneAfter, Err: err}
	}
	return err
}

// reported maps what the server itself says.
func (t translator) reported(failure *pgconn.PgError, err error) error {
	class := failure.Code[:min(2, len(failure.Code))]
	switch failure.Code {
	case uniqueViolation:
		return fmt.Errorf("%w: %w", store.ErrUnique, err)
	case readOnlyTransaction:
		return &store.ReadOnly{Where: "the database " + t.where, Remedy: "name the server that takes writes, or end its read-only mode", Err: err}
	case diskFull:
		return &store.Full{Where: "the database " + t.where, Err: err}
	case dataCorrupted, indexCorrupted:
		return &store.Damaged{Where: "the database " + t.where, Err: err}
	case lockNotAvailable, queryCanceled:
		return &store.Unavailable{Where: t.where, After: busyAfter, Err: err}
	}
	switch class {
	case "08", "53", "57", "58": // connection, resources, intervention of an operator, system
		return &store.Unavailable{Where: t.where, After: goneAfter, Err: err}
	}
	if _, connecting := errors.AsType[*pgconn.ConnectError](err); connecting {
		return &store.Unavailable{Where: t.where, After: goneAfter, Err: err}
	}
	return err
}

// lost reports whether there is no connection, or none any more.
func lost(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connecting || network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed)
}

// interrupted reports whether a transaction was cut off with its connection,
// before its end was asked for: nothing of it remains.
func interrupted(err error) bool {
	if _, connecting := errors.AsType[*pgconn.ConnectError](err); connecting {
		return false // a server that is not there is not asked again at once
	}
	return strings.HasPrefix(code(err), "57P") || lost(err)
}

// collided reports whether a transaction has to be tried again because of others.
func collided(err error) bool {
	return code(err) == serializationFailure || code(err) == deadlockDetected
}

func code(err error) string {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}
