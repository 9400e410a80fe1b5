package embedded_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/directory"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
	"rollbook/internal/target/embedded"
	"rollbook/internal/target/targettest"
)

func open(db store.DB) *embedded.Directory {
	return embedded.New(db, time.Now, func() string { return uuid.Must(uuid.NewV7()).String() })
}

func TestTarget(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		targettest.Run(t, func(t *testing.T) directory.Target { return open(dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		targettest.Run(t, func(t *testing.T) directory.Target { return open(dbtest.Postgres(t)) })
	})
}
