package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rollbook/internal/store"
)

// The SQLSTATE codes that are told apart (PostgreSQL, appendix A).
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// translate maps the driver's errors to the kinds of package store.
func translate(err error) error {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return store.ErrNoRows
	case code(err) == uniqueViolation:
		return fmt.Errorf("%w: %w", store.ErrUnique, err)
	}
	return err
}

func code(err error) string {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}
